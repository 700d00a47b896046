/**
 * The strategies by name. Votes are lies of validators, blocks those of sealers, answers those of
 * peers; a node has one strategy, a run may have several.
 *
 * Spec: docs/simulator.md, "Byzantine nodes".
 */
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

const MAKERS = {
  'double-vote': doubleVotes,
  'two-faced': twoFaced,
  'surround-vote': surroundingVotes,
  'withhold-votes': withheldVotes,
  'withhold-blocks': withheldBlocks,
  'private-mining': privateMining,
  'fake-status': fakeStatus,
  'wrong-bodies': wrongBodies,
  'invalid-blocks': invalidBlocks,
  'invalid-certificates': invalidCertificates,
  'unknown-certificates': unknownCertificates,
  'unavailable-targets': unavailableTargets,
  flood: floods,
} as const satisfies Record<string, () => Behaviour>

export type BehaviourName = keyof typeof MAKERS

export const BEHAVIOUR_NAMES = Object.keys(MAKERS) as readonly BehaviourName[]

/** A strategy with a memory of its own. */
export function makeBehaviour(name: BehaviourName): Behaviour {
  return MAKERS[name]()
}
