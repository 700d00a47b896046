/** The public accounts that attest on dev chains, and what they sign: two of the three suffice. */
import type { Hex } from '../../../consensus/types.ts'
import { WALLETS } from '../execution-chain.ts'
import { signDigest, type World } from './world.ts'

/** In ascending order, in which contracts want their signatures. */
const ATTESTERS = WALLETS.slice(7, 10).sort((a, b) => (a.address < b.address ? -1 : 1))
const QUORUM = 2

/** Signatures of a quorum; now and then of too few. */
export function attest({ random }: World, digest: Hex): readonly Hex[] {
  return signQuorum(digest, random.chance(10) ? QUORUM - 1 : QUORUM)
}

export function signQuorum(digest: Hex, count = QUORUM): readonly Hex[] {
  return ATTESTERS.slice(0, count).map((wallet) => signDigest(digest, wallet).bytes)
}

/** One signature each of the reports of a quorum. */
export function attestEach(digests: readonly Hex[]): readonly Hex[] {
  return digests.map((digest, index) => signDigest(digest, ATTESTERS[index % 3]!).bytes)
}
