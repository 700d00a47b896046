/**
 * What a certificate must show, with arithmetic of its own: the checkers of a run must not share
 * the rules that they check.
 */
import type { Certificate, ValidatorView } from '../../../consensus/finality/types.ts'
import type { Address } from '../../../consensus/types.ts'

export function isTwoThirds(signers: readonly number[], weights: readonly bigint[]): boolean {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  const signed = signers.reduce((sum, index) => sum + (weights[index] ?? 0n), 0n)
  return signed * 3n > total * 2n
}

/** I10; undefined: a quorum of each set has signed, and nobody else. */
export function quorumFault(
  { signers }: Certificate,
  views: readonly Pick<ValidatorView, 'weights' | 'votingKeys'>[],
  /** Who made the signature at this place. */
  signerAt: (place: number) => Address | undefined,
): string | undefined {
  if (new Set(signers).size !== signers.length) return 'a signer who is counted twice'
  if (!views.every(({ weights }) => isTwoThirds(signers, weights))) {
    return 'a certificate without a quorum'
  }
  // Who joined after the source has no place in its set; who is in neither may not sign.
  const keys = views.at(-1)?.votingKeys ?? []
  for (const [place, index] of signers.entries()) {
    if (signerAt(place) !== keys[index]) return 'a signature of nobody'
    const isMember = views.some(({ weights }) => (weights[index] ?? 0n) > 0n)
    if (!isMember) return 'a signer who is in neither set'
  }
  return undefined
}
