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

/** Two finalities: a third of the stake lied, or one of the nodes is wrong. */
export const OTHER_FINALITY = 'another finalized block'

/** Why two nodes have nothing to say to each other; undefined: they have. */
export function incompatibility(chain: Chain, theirs: Status): string | undefined {
  if (theirs.genesisHash !== chain.genesis.hash) return 'another genesis'
  const { tree, genesis } = chain
  const number = theirs.finalizedEpoch * BigInt(genesis.params.epochLength)
  // What is final there and not here yet can't be told from this.
  if (number > tree.finalized.number) return undefined
  const ours = tree.ancestorAt(tree.finalized.hash, number)
  return ours !== undefined && ours.hash !== theirs.finalizedHash ? OTHER_FINALITY : undefined
}
