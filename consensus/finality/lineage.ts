/**
 * What a chain must record before it can record a certificate: the certificates that justify its
 * source, the source of that one, and so on.
 *
 * Spec: docs/spec/finality.md, "Certificates".
 */
import type { Certificate } from './types.ts'

/** A certificate, then the one for its source, down to the first that is not held. */
export function* lineageOf(
  newest: Certificate,
  certificates: ReadonlyMap<bigint, Certificate>,
): Iterable<Certificate> {
  let current: Certificate | undefined = newest
  while (current !== undefined) {
    yield current
    const { sourceEpoch, sourceHash }: Certificate['vote'] = current.vote
    const below = certificates.get(sourceEpoch)
    current = below?.vote.targetHash === sourceHash ? below : undefined
  }
}
