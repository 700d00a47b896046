/**
 * Whether a certificate is one: whose set must have signed it, that more than two thirds did, and
 * that the signatures are theirs. Cheapest first: a forged one costs a few additions, or one
 * signature check.
 *
 * Spec: docs/spec/finality.md, "Certificates".
 */
import { hexToBytes } from '../../codec/hex.ts'
import type { Certificate, RecoverSigner, ValidatorView } from '../types.ts'
import { SIGNERS_MAX } from '../types.ts'
import { haveQuorum } from '../votes/validator-weights.ts'
import { voteDigest } from '../votes/vote-digest.ts'

export type CertificateFault =
  | 'LINK_BACKWARDS'
  | 'SIGNERS_MALFORMED'
  | 'WEIGHT_TOO_LOW'
  | 'NOT_A_MEMBER'
  | 'SIGNATURE_INVALID'

/**
 * What is wrong with a certificate by itself; undefined if nothing is.
 * @param views the sets that must each have a quorum: after the source, and after the target
 * once that was executed.
 */
export function certificateFault(
  certificate: Certificate,
  views: readonly ValidatorView[],
  separator: Uint8Array,
  recover: RecoverSigner,
): CertificateFault | undefined {
  const { vote, signers, signatures } = certificate
  if (vote.sourceEpoch >= vote.targetEpoch) return 'LINK_BACKWARDS'
  if (
    signers.length !== signatures.length ||
    signers.length > SIGNERS_MAX ||
    !isAscending(signers)
  ) {
    return 'SIGNERS_MALFORMED'
  }
  if (!haveQuorum(signers, views)) return 'WEIGHT_TOO_LOW'
  // `certify` refuses a signature of nobody's interest, and with it the whole certificate. By the
  // set of the source alone a stranger can't be told from who joined before the target.
  if (views.length > 1 && signers.some((index) => isStranger(index, views))) return 'NOT_A_MEMBER'
  const digest = voteDigest(separator, vote)
  const keys = views.at(-1)?.votingKeys ?? []
  for (const [position, index] of signers.entries()) {
    const signature = signatures[position]
    if (signature === undefined || recover(digest, hexToBytes(signature)) !== keys[index]) {
      return 'SIGNATURE_INVALID'
    }
  }
  return undefined
}

function isStranger(index: number, views: readonly ValidatorView[]): boolean {
  return views.every(({ weights }) => (weights[index] ?? 0n) === 0n)
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > (values[i - 1] ?? value))
}
