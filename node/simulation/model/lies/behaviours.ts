/**
 * The strategies by name. Votes are lies of validators, blocks those of sealers, answers those of
 * peers; a node has one strategy, a run may have several.
 *
 * Spec: docs/simulator.md, "Byzantine nodes".
 */
import type { LieName } from '../../strategy-names.ts'
import type { Behaviour } from '../behaviour.ts'
import {
  fakeStatus,
  floods,
  invalidBlocks,
  privateMining,
  withheldBlocks,
  wrongBodies,
} from './lies-of-sealers.ts'
import {
  doubleVotes,
  invalidCertificates,
  surroundingVotes,
  twoFaced,
  unavailableTargets,
  unknownCertificates,
  withheldVotes,
} from './lies-of-validators.ts'

/** `withhold` is `abstain` and `private-mining`; of proofs, tier 0 has none to leave out. */
const MAKERS = {
  equivocate: doubleVotes,
  'two-faced': twoFaced,
  surround: surroundingVotes,
  abstain: withheldVotes,
  delay: withheldBlocks,
  'private-mining': privateMining,
  'lie-in-status': fakeStatus,
  'wrong-bodies': wrongBodies,
  'invalid-blocks': invalidBlocks,
  'forged-certificates': invalidCertificates,
  'unknown-certificates': unknownCertificates,
  'unavailable-targets': unavailableTargets,
  flood: floods,
} as const satisfies Partial<Record<LieName, () => Behaviour>>

export type BehaviourName = keyof typeof MAKERS

export const BEHAVIOUR_NAMES = Object.keys(MAKERS) as readonly BehaviourName[]

/** A strategy with a memory of its own. */
export function makeBehaviour(name: BehaviourName): Behaviour {
  return MAKERS[name]()
}
