/** A peer of real libp2p without a node behind it: it says and answers what a test wants. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { Node } from '../../node/node.ts'
import { localStatus } from '../../node/sync/local-status.ts'
import { REQUESTS, TOPICS } from '../../node/sync/protocol.ts'
import { encodeStatus, type Status } from '../../node/sync/wire.ts'
import { Network } from '../../p2p/network.ts'
import { temporaryDirectory } from './chain-factory.ts'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

export type RogueOptions = {
  /** What it claims; by default what the victim says itself. */
  readonly status?: Partial<Status>
  /** Chunks of an answer; undefined: an empty answer. */
  readonly answer?: (name: string, payload: Uint8Array) => readonly Uint8Array[] | undefined
}

/** Who is to be lied to, in this process or in another one. */
export type RogueTarget = {
  readonly genesis: Pick<Genesis, 'params' | 'hash'>
  /** Multiaddr with the peer id. */
  readonly address: string
  readonly status: Status
}

/** Connected to `victim` and heard by it. Stops when the test ends. */
export function startRogue(victim: Node, options: RogueOptions = {}): Promise<Network> {
  const [address = ''] = victim.api.network.multiaddrs
  const { genesis } = victim.api
  return startRoguePeer({ genesis, address, status: localStatus(victim.chain) }, options)
}

export async function startRoguePeer(
  target: RogueTarget,
  options: RogueOptions = {},
): Promise<Network> {
  const directory = await temporaryDirectory()
  const { genesis, address } = target
  const status = { ...target.status, ...options.status }
  const victim = address.slice(address.lastIndexOf('/') + 1)
  const subscribed = new Set<string>()
  const rogue = await Network.create(
    {
      listenHost: '127.0.0.1',
      listenPort: 0,
      identityFile: join(directory, 'node.key'),
      peerStoreFile: join(directory, 'peers.json'),
      bootnodes: [address],
      chainId: genesis.params.chainId,
      genesis4: genesis.hash.slice(2, 10),
      topics: TOPICS,
      requests: REQUESTS,
      log: QUIET,
    },
    {
      onGossip: async () => 'ignore',
      async *onRequest(name, payload) {
        const chunks = name === 'status' ? [encodeStatus(status)] : options.answer?.(name, payload)
        for (const chunk of chunks ?? []) yield { code: 0, payload: chunk }
      },
      onPeerConnected: () => undefined,
      onPeerDisconnected: () => undefined,
      onPeerSubscribed: (peer, topic) => subscribed.add(`${peer} ${topic}`),
    },
  )
  await rogue.start()
  onTestFinished(() => rogue.stop())
  while (!subscribed.has(`${victim} block`)) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return rogue
}
