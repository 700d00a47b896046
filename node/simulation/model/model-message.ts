/** Names and sizes of messages: two copies of one are one. */
import type { SignedVote } from '../../../consensus/finality/types.ts'
import type { ModelMessage } from './model-world.ts'

export const MESSAGE_BYTES = {
  block: 2_000,
  vote: 250,
  certificate: 1_000,
  evidence: 500,
} as const satisfies Record<ModelMessage['kind'], number>

export function idOf(message: ModelMessage): string {
  switch (message.kind) {
    case 'block':
      return message.block.hash
    case 'vote':
      return `vote ${nameOfVote(message.signed)}`
    case 'certificate': {
      const { vote, signers } = message.certificate
      return `certificate ${vote.sourceHash} ${vote.targetHash} ${signers.join()}`
    }
    case 'evidence':
      return `evidence ${nameOfVote(message.evidence.first)} ${nameOfVote(message.evidence.second)}`
  }
}

function nameOfVote({ vote, validator }: SignedVote): string {
  const { sourceEpoch, targetEpoch, targetHash, outputRoot } = vote
  return `${validator} ${sourceEpoch}-${targetEpoch} ${targetHash.slice(-8)} ${outputRoot.slice(-8)}`
}
