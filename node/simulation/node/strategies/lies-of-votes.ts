/** Lies with votes and certificates: signed with the key of the node, as far as they are signed. */
import {
  decodeVote,
  encodeCertificate,
  encodeVote,
} from '../../../../consensus/finality/codec/finality-codec.ts'
import type { Certificate, FinalityVote, SignedVote } from '../../../../consensus/finality/types.ts'
import { signVote } from '../../../finality/vote-signer.ts'
import { CERTIFICATE_TOPIC, VOTE_TOPIC } from '../../../sync/protocol.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import { hashOf } from './lies-of-blocks.ts'
import type { Liar } from './strategies.ts'
import type { Outgoing } from './tampering.ts'

const INVENTED_CERTIFICATES = 8

/**
 * The vote to one half of the others; to the other half one for the checkpoint of another branch
 * or, where there is none that it could be for, for another state of the same.
 */
export function equivocate({ node, nodes }: Liar, payload: Uint8Array): readonly Outgoing[] {
  const others = nodes.map(({ index }) => index).filter((index) => index !== node.index)
  const { vote, validator } = decodeVote(payload)
  const rival = rivalOf(node, vote) ?? { ...vote, outputRoot: hashOf(vote.outputRoot) }
  const other = signAs(node, rival, validator)
  const middle = Math.ceil(others.length / 2)
  return [
    { topic: VOTE_TOPIC, payload, to: others.slice(0, middle) },
    { topic: VOTE_TOPIC, payload: encodeVote(other), to: others.slice(middle) },
  ]
}

/** As an honest node on the heaviest other branch would vote, from the same source. */
function rivalOf(node: SimulatedNode, vote: FinalityVote): FinalityVote | undefined {
  const { book, tree, config } = node.node.chain.finality
  const number = vote.targetEpoch * BigInt(config.epochLength)
  let heaviest: FinalityVote | undefined
  let weight = 0n
  for (const { hash, number: height, totalDifficulty } of tree.nodes()) {
    if (height !== number || hash === vote.targetHash || totalDifficulty <= weight) continue
    const executed = book.executed(hash)
    if (executed === undefined || !tree.isDescendant(hash, vote.sourceHash)) continue
    weight = totalDifficulty
    heaviest = { ...vote, targetHash: hash, outputRoot: executed.outputRoot }
  }
  return heaviest
}

/** What an honest node votes, to everybody who can hear that node and to nobody else. */
export function mirror(
  { node, nodes }: Liar,
  payload: Uint8Array,
  from: number,
): readonly Outgoing[] {
  // What another liar repeats is not for both sides to hear.
  if (!node.isUp || nodes[from]?.isHonest !== true) return []
  const { vote } = decodeVote(payload)
  const { network } = node.parts.board.parts
  const to = nodes
    .filter(({ index, isHonest }) => isHonest && (index === from || network.isLinked(from, index)))
    .map(({ index }) => index)
  const signed = signAs(node, vote, node.index)
  return [{ topic: VOTE_TOPIC, payload: encodeVote(signed), to }]
}

/** An honest vote with a source above genesis; the next is made to surround it. */
export function surrounding({ node }: Liar): (payload: Uint8Array) => readonly Outgoing[] {
  let inner: FinalityVote | undefined
  return (payload) => {
    const { vote, validator } = decodeVote(payload)
    if (inner === undefined || vote.targetEpoch === inner.targetEpoch) {
      if (vote.sourceEpoch > 0n) inner = vote
      return [{ topic: VOTE_TOPIC, payload }]
    }
    const genesis = { sourceEpoch: 0n, sourceHash: node.parts.genesis.hash }
    const outer = signAs(node, { ...vote, ...genesis }, validator)
    return [{ topic: VOTE_TOPIC, payload: encodeVote(outer) }]
  }
}

/** The vote, and certificates of it with its own signature alone and with that as everybody's. */
export function forge(size: number, payload: Uint8Array): readonly Outgoing[] {
  const { vote, validator, signature } = decodeVote(payload)
  const signers = Array.from({ length: size }, (_, i) => i)
  const alone = { vote, signers: [validator], signatures: [signature] }
  const forged = { vote, signers, signatures: signers.map(() => signature) }
  return [{ topic: VOTE_TOPIC, payload }, certificateMessage(alone), certificateMessage(forged)]
}

/** The vote, and certificates of checkpoints that are not there. */
export function inventCertificates(payload: Uint8Array): readonly Outgoing[] {
  const { vote, validator, signature } = decodeVote(payload)
  const invented = Array.from({ length: INVENTED_CERTIFICATES }, (_, i) => {
    const targetHash = hashOf(vote.targetHash, i)
    const targetEpoch = vote.targetEpoch + BigInt(i)
    return certificateMessage({
      vote: { ...vote, targetEpoch, targetHash },
      signers: [validator],
      signatures: [signature],
    })
  })
  return [{ topic: VOTE_TOPIC, payload }, ...invented]
}

/** A vote for a block that nobody has, in place of the vote. */
export function voteForNothing({ node }: Liar, payload: Uint8Array): readonly Outgoing[] {
  const { vote, validator } = decodeVote(payload)
  const nothing = { ...vote, targetHash: hashOf(vote.targetHash) }
  return [{ topic: VOTE_TOPIC, payload: encodeVote(signAs(node, nothing, validator)) }]
}

function certificateMessage(certificate: Certificate): Outgoing {
  return { topic: CERTIFICATE_TOPIC, payload: encodeCertificate(certificate) }
}

function signAs(node: SimulatedNode, vote: FinalityVote, validator: number): SignedVote {
  const { votingKey } = node.parts
  if (votingKey === undefined) throw new RangeError('only validators vote')
  return signVote(vote, validator, node.node.chain.finality.separator, votingKey)
}
