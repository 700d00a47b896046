/** A development chain as `hanzo dev` starts it, with JSON-RPC in front, and a caller for it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { parseKeyFile } from '../../genesis/validator-keys.ts'
import { serve } from '../../node/cli/serve.ts'
import { validatorKeyPath, writeGenesis } from '../../node/devnet/prepare.ts'
import type { Node } from '../../node/node.ts'
import { SILENT } from './chain-factory.ts'
import { type Rpc, rpcClient } from './rpc-client.ts'

export type DevNode = {
  readonly node: Node
  readonly rpc: Rpc
  readonly url: string
  readonly wsUrl: string
  readonly directory: string
  readonly genesis: Genesis
  stop(): Promise<void>
  /** The directory goes as well. */
  remove(): Promise<void>
}

/** On a new directory, or on that of one that was stopped. */
export async function startDevNode(before?: DevNode): Promise<DevNode> {
  const directory = before?.directory ?? (await mkdtemp(join(tmpdir(), 'hanzo-dev-test-')))
  const options = { directory, preset: 'instant', validatorCount: 1, isReal: false } as const
  const genesis = before?.genesis ?? (await writeGenesis(options))
  const keyPath = validatorKeyPath(directory, 0)
  const { privateKey: votingKey } = parseKeyFile(await readFile(keyPath, 'utf8'), keyPath)
  const served = await serve({
    node: {
      ...{ genesis, dataDir: directory, votingKey, devControls: true },
      seal: { pace: { kind: 'on-transaction' }, gpu: 'cpu', dutyPercent: 100 },
    },
    rpcPort: 0,
    log: SILENT,
  })
  const stop = () => served.stop()
  return {
    ...{ node: served.node, url: served.rpcUrl, wsUrl: served.wsUrl, directory, genesis, stop },
    rpc: rpcClient(served.rpcUrl),
    async remove() {
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
