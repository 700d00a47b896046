/** What an attacker knows of its victim. */
import type { Hash } from '../../../consensus/types.ts'
import type { ChainName } from '../../../p2p/topics.ts'

export type Target = {
  readonly chainId: number
  readonly genesisHash: Hash
  /** Multiaddr with the peer id. */
  readonly address: string
}

/** The newest checkpoint that the victim has executed: votes for it have to be looked at. */
export type KnownCheckpoint = { readonly epoch: number; readonly hash: Hash }

/** What the attacker was able to do since it began. */
export type Deeds = {
  readonly seconds: number
  /** Messages, streams or connections, whatever it floods with. */
  readonly sent: number
  /** Peers that it was, and how many of them the victim has cut off. */
  readonly identities: number
  readonly cutOff: number
}

export type Flood = {
  /** Resolves when all connections are closed. */
  stop(): Promise<Deeds>
}

export function chainOf({ chainId, genesisHash }: Target): ChainName {
  return { chainId: BigInt(chainId), genesis4: genesisHash.slice(2, 10) }
}
