/**
 * Whole nodes in this process: a real database in a directory of its own, real libp2p on loopback,
 * proofs of shape T0 by the CPU twin. Every node stops when the test ends.
 */
import { expect, onTestFinished } from 'vitest'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { Node } from '../../node/node.ts'
import type { NodeOptions } from '../../node/options.ts'
import { SILENT, temporaryDirectory, testGenesis } from './chain-factory.ts'

/** Redials come quickly, so that tests of partitions take seconds. */
const QUICK = {
  redialTickMs: 50,
  staticRedialMsMin: 100,
  staticRedialMsMax: 500,
  watchdogTickMs: 500,
}

export type TestNodeOptions = Partial<Omit<NodeOptions, 'p2p' | 'seal'>> & {
  readonly directory?: string
  readonly genesis?: Genesis
  /** Other test nodes to stay connected to; undefined: a node without a network. */
  readonly peers?: readonly Node[]
  readonly seal?: NodeOptions['seal']
}

/** Makes blocks only when asked to. */
export const MANUAL = { pace: { kind: 'manual' }, gpu: 'cpu', dutyPercent: 100 } as const

export async function startTestNode(options: TestNodeOptions = {}): Promise<Node> {
  const { directory, peers, seal = MANUAL, ...rest } = options
  const bootnodes = (peers ?? []).flatMap((node) => node.api.network.multiaddrs)
  const node = await Node.start({
    log: SILENT,
    genesis: await testGenesis(),
    dataDir: directory ?? (await temporaryDirectory()),
    seal,
    ...(peers && { p2p: { host: '127.0.0.1', port: 0, bootnodes, timing: QUICK } }),
    ...rest,
  })
  onTestFinished(() => node.stop())
  return node
}

/** Resolves when `condition` holds; looks at each head of `node`, now and to come. */
export function untilHead(node: Node, condition: (hash: Hash) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition(node.api.chain.head().hash)) return
      node.api.events.off('head', look)
      resolve()
    }
    node.api.events.on('head', look)
    look()
  })
}

/** Resolves when the node has exactly `count` peers. */
export async function untilPeers(node: Node, count: number): Promise<void> {
  await expect.poll(() => node.api.network.peers().length, POLL).toBe(count)
}

const POLL = { interval: 20, timeout: 20_000 }
