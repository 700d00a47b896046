/** What this node says of its own chain. */
import type { Chain } from '../chain/chain.ts'
import type { Status } from './wire.ts'

export function localStatus(chain: Chain): Status {
  const { tree, genesis } = chain
  const head = tree.get(chain.head.hash) ?? tree.head()
  return {
    genesisHash: genesis.hash,
    headHash: head.hash,
    headNumber: head.number,
    totalDifficulty: head.totalDifficulty,
    finalizedEpoch: tree.finalized.number / BigInt(genesis.params.epochLength),
    finalizedHash: tree.finalized.hash,
  }
}

/** Why two nodes have nothing to say to each other; undefined: they have. */
export function incompatibility(ours: Status, theirs: Status): string | undefined {
  if (theirs.genesisHash !== ours.genesisHash) return 'another genesis'
  const isSameEpoch = theirs.finalizedEpoch === ours.finalizedEpoch
  if (isSameEpoch && theirs.finalizedHash !== ours.finalizedHash) return 'another finalized block'
  return undefined
}
