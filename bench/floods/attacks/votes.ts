/** Votes of nobody: forged for a known checkpoint, too old, far ahead, of unknown blocks. */
import { randomBytes } from 'node:crypto'
import { encodeVote } from '../../../consensus/finality/codec/finality-codec.ts'
import type { FinalityVote, VoteSignature } from '../../../consensus/finality/types.ts'
import type { Hash, Hex } from '../../../consensus/types.ts'
import { signVote } from '../../../node/finality/vote-signer.ts'
import { VOTE_TOPIC } from '../../../node/sync/protocol.ts'
import { topicOf } from '../../../p2p/topics.ts'
import { frameOf } from '../../../test/support/gossip-frames.ts'
import { chainOf, type KnownCheckpoint, type Target } from './target.ts'

const VALIDATORS = 4
/** Epochs: below what is heard of, and above. */
const BEHIND = 80
const AHEAD = 1_000

/** Which votes: with forged ones for a known target a peer proves itself guilty. */
export type VoteMix = 'with guilt' | 'without guilt'

/** A different one each time, for what was seen is not looked at again. */
export function voteFrames(
  target: Target,
  checkpoint: KnownCheckpoint,
  mix: VoteMix,
): (count: number) => Uint8Array {
  const topic = topicOf(chainOf(target), VOTE_TOPIC)
  const forge = forgerOf(target)
  const { epoch, hash } = checkpoint
  const first = mix === 'with guilt' ? () => hash : randomHash
  const targets: readonly (() => { epoch: number; hash: Hash })[] = [
    () => ({ epoch, hash: first() }),
    () => ({ epoch: Math.max(1, epoch - BEHIND), hash: randomHash() }),
    () => ({ epoch, hash: first() }),
    () => ({ epoch: epoch + AHEAD, hash: randomHash() }),
  ]
  return (count) => {
    const choice = targets[count % targets.length]?.() ?? checkpoint
    const vote = {
      sourceEpoch: 0n,
      sourceHash: target.genesisHash,
      targetEpoch: BigInt(choice.epoch),
      targetHash: choice.hash,
      outputRoot: randomHash(),
    }
    return frameOf({ messages: [{ topic, data: forge(vote, count) }] })
  }
}

/**
 * Signatures from which some key can be recovered, so that the check takes what it takes: r of a
 * true one, s made up.
 */
function forgerOf({ genesisHash }: Target): (vote: FinalityVote, count: number) => Uint8Array {
  const someVote = {
    sourceEpoch: 0n,
    sourceHash: genesisHash,
    targetEpoch: 1n,
    targetHash: randomHash(),
    outputRoot: randomHash(),
  }
  const key: Hex = `0x${randomBytes(32).toString('hex')}`
  const { signature } = signVote(someVote, 0, randomBytes(32), key)
  const [r, v] = [signature.slice(0, 66), signature.slice(-2)]
  return (vote, count) => {
    const s = randomBytes(31).toString('hex')
    const forged: VoteSignature = `0x${r.slice(2)}00${s}${v}`
    return encodeVote({ vote, validator: count % VALIDATORS, signature: forged })
  }
}

function randomHash(): Hash {
  return `0x${randomBytes(32).toString('hex')}`
}
