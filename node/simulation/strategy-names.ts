/**
 * How nodes lie, by name: one list for the model, for whole nodes and for `behave` of the library.
 *
 * Spec: docs/simulator.md, "Byzantine nodes".
 */

/** Every lie with what it does, as documentation and tests name them. */
export const LIES = {
  equivocate: 'votes twice for one epoch, and tells one half of the others the one vote',
  'two-faced': 'repeats to each side of a partition what that side votes, and is silent otherwise',
  surround: 'votes from genesis, around a vote that it signed before',
  abstain: 'keeps its votes back, for long or for ever',
  withhold: 'sends neither blocks nor votes nor certificates',
  delay: 'sends late',
  'private-mining': 'keeps its blocks back and shows many at once',
  'lie-in-status': 'claims a heavier chain than there is',
  'wrong-bodies': 'serves blocks that are not what was asked for',
  'invalid-blocks': 'seals blocks whose state is not what their header says',
  'unproven-blocks': 'sends and serves headers that nobody has worked for',
  'forged-certificates': 'sends certificates with too few signatures, or with those of others',
  'unknown-certificates': 'sends certificates of nobody for checkpoints that are not there',
  'unavailable-targets': 'votes for blocks that nobody has',
  flood: 'sends orphans whose parents it does not serve',
} as const

export type LieName = keyof typeof LIES

export const LIE_NAMES = Object.keys(LIES) as readonly LieName[]

/**
 * `honest` ends a lie. `amnesia` says what it thinks; who makes it forget what it signed expects
 * no more of it.
 */
export type StrategyName = LieName | 'honest' | 'amnesia'

export const STRATEGY_NAMES: readonly StrategyName[] = ['honest', ...LIE_NAMES, 'amnesia']
