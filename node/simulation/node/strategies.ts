/**
 * How a node lies, by name. The node is the real one: what stands here changes only what it sends.
 *
 * Spec: docs/simulator.md, "Byzantine nodes".
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import {
  decodeVote,
  encodeCertificate,
  encodeVote,
} from '../../../consensus/finality/codec/finality-codec.ts'
import type { FinalityVote, SignedVote } from '../../../consensus/finality/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { signVote } from '../../finality/vote-signer.ts'
import { BLOCK_TOPIC, CERTIFICATE_TOPIC, VOTE_TOPIC } from '../../sync/protocol.ts'
import { decodeStatus, encodeStatus } from '../../sync/wire.ts'
import type { SimulatedNode } from './simulated-node.ts'
import { HONEST, type Outgoing, type Tampering } from './tampering.ts'

export const STRATEGY_NAMES = [
  'honest',
  /** Two votes for one target, one to each half of the others. */
  'equivocate',
  /** A vote that surrounds an earlier one in place of the next. */
  'surround',
  /** Neither blocks nor votes nor certificates go out. */
  'withhold',
  /** Votes alone do not go out. */
  'abstain',
  /** Everything goes out late. */
  'delay',
  /** Blocks are kept back and come out many at a time. */
  'private-mining',
  /** Claims a heavier chain than there is. */
  'lie-in-status',
  /** Serves blocks that are not what was asked for. */
  'wrong-bodies',
  /** Certificates that nobody else signed. */
  'forged-certificates',
  /** Says what it thinks; a test that makes it forget what it signed expects no more of it. */
  'amnesia',
] as const

export type StrategyName = (typeof STRATEGY_NAMES)[number]

const DELAY_MS = 8_000
/** Blocks that are kept back before they come out. */
const PRIVATE_BLOCKS = 5

export function strategyOf(name: StrategyName, node: SimulatedNode, size: number): Tampering {
  const publishing = (publish: Tampering['publish']): Tampering => ({ ...HONEST, publish })
  switch (name) {
    case 'honest':
    case 'amnesia':
      return HONEST
    case 'equivocate':
      return publishing((topic, payload) => equivocate(node, size, topic, payload))
    case 'surround':
      return publishing(surrounding(node))
    case 'withhold':
      return publishing((topic, payload) =>
        isOwnWord(topic) ? [] : HONEST.publish(topic, payload),
      )
    case 'abstain':
      return publishing((topic, payload) =>
        topic === VOTE_TOPIC ? [] : HONEST.publish(topic, payload),
      )
    case 'delay':
      return publishing((topic, payload) => [{ topic, payload, delayMs: DELAY_MS }])
    case 'private-mining':
      return publishing(privateMining())
    case 'lie-in-status':
      return { ...HONEST, answer: (asked, chunks) => chunks.map((c) => boast(asked, c)) }
    case 'wrong-bodies':
      return { ...HONEST, answer: (asked, chunks) => chunks.map((c) => damage(asked, c)) }
    case 'forged-certificates':
      return publishing((topic, payload) => forge(size, topic, payload))
  }
}

function isOwnWord(topic: string): boolean {
  return topic === BLOCK_TOPIC || topic === VOTE_TOPIC || topic === CERTIFICATE_TOPIC
}

function equivocate(
  node: SimulatedNode,
  size: number,
  topic: string,
  payload: Uint8Array,
): readonly Outgoing[] {
  const others = Array.from({ length: size }, (_, i) => i).filter((i) => i !== node.index)
  if (topic !== VOTE_TOPIC) return [{ topic, payload }]
  const { vote, validator } = decodeVote(payload)
  const outputRoot = bytesToHex(keccak256(hexToBytes(vote.outputRoot)))
  const other = signAs(node, { ...vote, outputRoot }, validator)
  const middle = Math.ceil(others.length / 2)
  return [
    { topic, payload, to: others.slice(0, middle) },
    { topic, payload: encodeVote(other), to: others.slice(middle) },
  ]
}

/** An honest vote with a source above genesis; the next is made to surround it. */
function surrounding(node: SimulatedNode): Tampering['publish'] {
  let inner: FinalityVote | undefined
  return (topic, payload) => {
    if (topic !== VOTE_TOPIC) return [{ topic, payload }]
    const { vote, validator } = decodeVote(payload)
    if (inner === undefined || vote.targetEpoch === inner.targetEpoch) {
      if (vote.sourceEpoch > 0n) inner = vote
      return [{ topic, payload }]
    }
    const genesis = { sourceEpoch: 0n, sourceHash: node.parts.genesis.hash }
    return [{ topic, payload: encodeVote(signAs(node, { ...vote, ...genesis }, validator)) }]
  }
}

function privateMining(): Tampering['publish'] {
  let kept: Outgoing[] = []
  return (topic, payload) => {
    if (topic !== BLOCK_TOPIC) return [{ topic, payload }]
    kept.push({ topic, payload })
    if (kept.length < PRIVATE_BLOCKS) return []
    const released = kept
    kept = []
    return released
  }
}

function forge(size: number, topic: string, payload: Uint8Array): readonly Outgoing[] {
  if (topic !== VOTE_TOPIC) return [{ topic, payload }]
  const { vote, signature } = decodeVote(payload)
  const signers = Array.from({ length: size }, (_, i) => i)
  const certificate = { vote, signers, signatures: signers.map(() => signature) }
  return [
    { topic, payload },
    { topic: CERTIFICATE_TOPIC, payload: encodeCertificate(certificate) },
  ]
}

type Chunk = ReturnType<Tampering['answer']>[number]

function boast(asked: string, chunk: Chunk): Chunk {
  if (asked !== 'status' || chunk.code !== 0) return chunk
  const status = decodeStatus(chunk.payload)
  const headNumber = status.headNumber + 1_000n
  const totalDifficulty = status.totalDifficulty * 1_000n
  return { ...chunk, payload: encodeStatus({ ...status, headNumber, totalDifficulty }) }
}

/** One byte in the middle: of a transaction, a root or a signature. */
function damage(asked: string, chunk: Chunk): Chunk {
  if (!asked.startsWith('blocks') || chunk.code !== 0) return chunk
  const payload = chunk.payload.slice()
  const at = payload.length >> 1
  payload[at] = (payload[at] ?? 0) ^ 0xff
  return { ...chunk, payload }
}

function signAs(node: SimulatedNode, vote: FinalityVote, validator: number): SignedVote {
  const { votingKey } = node.parts
  if (votingKey === undefined) throw new RangeError('only validators vote')
  return signVote(vote, validator, node.node.chain.finality.separator, votingKey)
}
