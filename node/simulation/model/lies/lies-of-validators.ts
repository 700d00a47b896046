/** Lies with votes and certificates. */
import type { FinalityVote } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'
import type { Behaviour } from '../behaviour.ts'
import type { ModelNode } from '../model-node.ts'

const WITHHELD_MS_MAX = 60_000
const UNKNOWN_PER_TICK = 8

/** Votes for every checkpoint of every branch, as soon as it sees it. */
export function doubleVotes(): Behaviour {
  const voted = new Set<Hash>()
  let hasShielded = false
  return {
    name: 'equivocate',
    onVote: () => true,
    onTick(node) {
      const { finality, tree } = node.chain
      if (!hasShielded) hasShielded = shieldItself(node)
      for (const { hash, number } of tree.nodes()) {
        const executed = finality.book.executed(hash)
        if (executed === undefined || voted.has(hash)) continue
        if (executed.epoch <= finality.finalized.epoch || number === 0n) continue
        const source = sourceFor(node, hash)
        if (source === undefined) continue
        voted.add(hash)
        const { epoch: targetEpoch, outputRoot } = executed
        cast(node, { ...source, targetEpoch, targetHash: hash, outputRoot })
      }
    },
  }
}

/**
 * Gives itself up with a pair of votes that is too old to be punished, once it is: whoever keeps
 * that must not overlook what comes later.
 */
function shieldItself(node: ModelNode): boolean {
  const { config } = node.chain.finality
  const epoch = node.chain.tree.head().number / BigInt(config.epochLength)
  const validator = indexOf(node)
  if (validator === undefined || epoch <= config.withdrawalDelayEpochs + 1n) return false
  const [first, second] = [0, 1].map((i) => {
    const targetHash: Hash = `0x${`0${i}`.repeat(32)}`
    const link = { sourceEpoch: 0n, sourceHash: targetHash, targetEpoch: 1n }
    return node.sign({ ...link, targetHash, outputRoot: targetHash }, validator)
  })
  if (first !== undefined && second !== undefined) {
    node.publish({ kind: 'evidence', evidence: { first, second } })
  }
  return true
}

/** Repeats to each side of a partition what that side says, and tells neither of the other. */
export function twoFaced(): Behaviour {
  const voted = new Set<Hash>()
  return {
    name: 'two-faced',
    isSilent: true,
    onVote: () => true,
    onSealed: () => true,
    onTick(node, world) {
      const up = world.nodes.filter((other) => other.isUp && other.isHonest)
      for (const { chain } of up) {
        const vote = chain.finality.duty?.lastVote?.vote
        if (vote === undefined || voted.has(vote.targetHash)) continue
        voted.add(vote.targetHash)
        const side = up.filter((other) => other.chain.tree.get(vote.targetHash) !== undefined)
        const audience = side.map(({ index }) => index)
        cast(node, vote, audience)
      }
    },
  }
}

/** Votes from genesis to its newest target: around everything that it ever signed. */
export function surroundingVotes(): Behaviour {
  return {
    name: 'surround',
    onVote(node, { vote }) {
      const genesis = node.chain.tree.root.hash
      if (vote.sourceEpoch > 0n && node.rng.chance(0.5)) {
        cast(node, { ...vote, sourceEpoch: 0n, sourceHash: genesis })
        return true
      }
      return false
    },
  }
}

/** Votes late, or never. */
export function withheldVotes(): Behaviour {
  return {
    name: 'abstain',
    onVote(node, signed) {
      node.clock.setTimer(node.rng.between(0, WITHHELD_MS_MAX), () => {
        if (node.rng.chance(0.7)) node.publish({ kind: 'vote', signed })
      })
      return true
    },
  }
}

/** Votes for blocks that nobody has. */
export function unavailableTargets(): Behaviour {
  return {
    name: 'unavailable-targets',
    onVote(node, { vote }) {
      const targetHash: Hash = `0x${'0a'.repeat(32)}`
      cast(node, { ...vote, targetHash })
      return true
    },
  }
}

/** Certificates with too few signatures, or with those of others. */
export function invalidCertificates(): Behaviour {
  return {
    name: 'forged-certificates',
    onVote(node, { vote, validator, signature }) {
      const alone = { vote, signers: [validator], signatures: [signature] }
      node.publish({ kind: 'certificate', certificate: alone })
      const weights = node.chain.finality.book.executed(vote.targetHash)?.view.weights ?? []
      const signers = weights.map((_, i) => i)
      const forged = { vote, signers, signatures: signers.map(() => signature) }
      node.publish({ kind: 'certificate', certificate: forged })
      return false
    },
  }
}

/** Many certificates, signed by nobody, for checkpoints that are not there. */
export function unknownCertificates(): Behaviour {
  return {
    name: 'unknown-certificates',
    onTick(node) {
      const { justified } = node.chain.finality
      for (let i = 0; i < UNKNOWN_PER_TICK; i++) {
        const targetHash: Hash = `0x${node.rng.u32().toString(16).padStart(64, 'c')}`
        const vote: FinalityVote = {
          sourceEpoch: justified.epoch,
          sourceHash: justified.hash,
          targetEpoch: justified.epoch + BigInt(node.rng.integer(1, 1_000)),
          targetHash,
          outputRoot: targetHash,
        }
        node.publish({ kind: 'certificate', certificate: { vote, signers: [], signatures: [] } })
      }
    },
  }
}

/** Signs with the key of the node, and tells everybody or these. */
function cast(node: ModelNode, vote: FinalityVote, to?: readonly number[]): void {
  const validator = indexOf(node)
  if (validator === undefined) return
  node.publish({ kind: 'vote', signed: node.sign(vote, validator) }, to)
}

/** Of its deposit, after the newest checkpoint; undefined: it may not sign. */
function indexOf({ chain, address, options }: ModelNode): number | undefined {
  const { epochStart } = chain.tree.head()
  const view = chain.finality.book.executed(epochStart.hash)?.view
  const index = view?.votingKeys.indexOf(address) ?? -1
  return index < 0 || options.key === undefined ? undefined : index
}

function sourceFor(
  node: ModelNode,
  target: Hash,
): Pick<FinalityVote, 'sourceEpoch' | 'sourceHash'> | undefined {
  const { finality, tree } = node.chain
  let best: Pick<FinalityVote, 'sourceEpoch' | 'sourceHash'> | undefined
  for (const { epoch, hash } of finality.book.justifiedCheckpoints) {
    if (hash === target || !tree.isDescendant(target, hash)) continue
    if (best === undefined || epoch > best.sourceEpoch) {
      best = { sourceEpoch: epoch, sourceHash: hash }
    }
  }
  return best
}
