/**
 * How a node lies, by name. The node is the real one: what stands here changes only what it sends.
 *
 * Spec: docs/simulator.md, "Byzantine nodes".
 */
import { BLOCK_TOPIC, CERTIFICATE_TOPIC, VOTE_TOPIC } from '../../../sync/protocol.ts'
import type { LieName, StrategyName } from '../../strategy-names.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import { boast, damage, serveNothing } from './lies-of-answers.ts'
import { flood, invalidTwin, privateMining, unprovenTwin, withUnproven } from './lies-of-blocks.ts'
import {
  equivocate,
  forge,
  inventCertificates,
  mirror,
  surrounding,
  voteForNothing,
} from './lies-of-votes.ts'
import { HONEST, type Outgoing, type Tampering } from './tampering.ts'

const DELAY_MS = 8_000

/** Who lies, and everybody that it may lie to. */
export type Liar = { readonly node: SimulatedNode; readonly nodes: readonly SimulatedNode[] }

type Maker = (liar: Liar) => Partial<Tampering>

const MAKERS: Readonly<Record<LieName, Maker>> = {
  equivocate: (liar) => on(VOTE_TOPIC, (vote) => equivocate(liar, vote)),
  'two-faced': (liar) => ({
    ...{ isSilent: true, publish: () => [], answer: () => [] },
    hear: (topic, payload, from) => (topic === VOTE_TOPIC ? mirror(liar, payload, from) : []),
  }),
  surround: (liar) => on(VOTE_TOPIC, surrounding(liar)),
  abstain: () => on(VOTE_TOPIC, () => []),
  withhold: () => ({
    publish: (topic, payload) => (OWN_WORDS.has(topic) ? [] : HONEST.publish(topic, payload)),
  }),
  delay: () => ({ publish: (topic, payload) => [{ topic, payload, delayMs: DELAY_MS }] }),
  'private-mining': () => on(BLOCK_TOPIC, privateMining()),
  'lie-in-status': () => ({ answer: (asked, chunks) => chunks.map((c) => boast(asked, c)) }),
  'wrong-bodies': () => ({ answer: (asked, chunks) => chunks.map((c) => damage(asked, c)) }),
  'invalid-blocks': () => on(BLOCK_TOPIC, invalidTwin),
  'unproven-blocks': ({ node }) => ({
    ...on(BLOCK_TOPIC, (block) => unprovenTwin(node, block)),
    answer: (asked, chunks) =>
      withUnproven(
        node,
        asked,
        chunks.map((chunk) => boast(asked, chunk)),
      ),
  }),
  'forged-certificates': ({ nodes }) => on(VOTE_TOPIC, (vote) => forge(nodes.length, vote)),
  'unknown-certificates': () => on(VOTE_TOPIC, inventCertificates),
  'unavailable-targets': (liar) => on(VOTE_TOPIC, (vote) => voteForNothing(liar, vote)),
  flood: () => ({ ...on(BLOCK_TOPIC, flood), answer: serveNothing }),
}

const OWN_WORDS: ReadonlySet<string> = new Set([BLOCK_TOPIC, VOTE_TOPIC, CERTIFICATE_TOPIC])

/** A strategy with a memory of its own. */
export function strategyOf(name: StrategyName, liar: Liar): Tampering {
  if (name === 'honest' || name === 'amnesia') return HONEST
  return { ...HONEST, ...MAKERS[name](liar) }
}

/** Says this in place of messages of one topic. */
function on(
  lyingTopic: string,
  say: (payload: Uint8Array) => readonly Outgoing[],
): Partial<Tampering> {
  return {
    publish: (topic, payload) =>
      topic === lyingTopic ? say(payload) : HONEST.publish(topic, payload),
  }
}
