/**
 * Finality for readers: how far it is, who votes, and by what right.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC"; docs/spec/finality.md.
 */
import { votingState } from '../../consensus/finality/duty.ts'
import { type FinalityState, headEpoch } from '../../consensus/finality/finality-state.ts'
import type { Certificate, Evidence, ValidatorView } from '../../consensus/finality/types.ts'
import { totalWeight, weightOf } from '../../consensus/finality/votes/validator-weights.ts'
import { economyParams } from '../../genesis/economy/economy-params.ts'
import type { FinalityReader, FinalityStatus } from '../api.ts'
import type { Chain } from '../chain/chain.ts'
import type { BlockSummary } from '../events.ts'
import type { CertifyWatch } from '../finality/certify-watch.ts'
import { isPartitionSuspected } from '../finality/reach-watch.ts'
import { dynastyBeganAt, readValidatorRecords, weightIn } from '../finality/validator-view.ts'

/** Whoever did not vote for a target of the last epochs is missing. */
const RECENT_EPOCHS = 2n
/** Shares are told in millionths. */
const SHARE_SCALE = 1_000_000n

export class NodeFinalityReader implements FinalityReader {
  readonly #chain: Chain
  readonly #certified: CertifyWatch

  constructor(chain: Chain, certified: CertifyWatch) {
    this.#chain = chain
    this.#certified = certified
  }

  status(): FinalityStatus {
    const state = this.#chain.finality
    const view = newestView(state)
    const members = view.weights.flatMap((weight, index) => (weight > 0n ? [index] : []))
    const epoch = headEpoch(state)
    const targets = new Map(
      members.map((index) => {
        const latest = state.votes.latestOf(view.votingKeys[index] ?? '0x')
        return [index, latest?.vote.targetEpoch ?? -1n]
      }),
    )
    const newest = [...targets.values()].reduce((max, target) => (target > max ? target : max), -1n)
    const current = members.filter((index) => newest >= 0n && targets.get(index) === newest)
    const recent = members.filter((index) => (targets.get(index) ?? -1n) + RECENT_EPOCHS >= epoch)
    const { justified, finalized } = this.#chain.durableFinality
    const reach = { headEpoch: epoch, justified, stakeReachable: shareOf(view, recent) }
    return {
      ...reach,
      finalized,
      certifiedEpoch: this.#certified.certifiedEpoch,
      isCertifyOverdue: this.#certified.isOverdue,
      participation: shareOf(view, current),
      isPartitionSuspected: isPartitionSuspected(reach),
      missing: members.filter((index) => !recent.includes(index)),
      validator: state.duty?.validator,
      voting: votingState(state),
      lost: state.lost,
      safetyFault: state.fault,
    }
  }

  certificate(epoch: bigint): Promise<Certificate | undefined> {
    return this.#chain.certificateAt(epoch)
  }

  async validators({ header }: BlockSummary) {
    const state = this.#chain.state.view(header.stateRoot)
    const { dynasty, validators } = await readValidatorRecords(state)
    const { params } = this.#chain.genesis
    const { withdrawalDelayEpochs } = economyParams(params)
    const delayBlocks = withdrawalDelayEpochs * BigInt(params.epochLength)
    const withdrawableAt = async (end: bigint) =>
      end <= dynasty ? (await dynastyBeganAt(state, end)) + delayBlocks : undefined
    const summaries = validators.map(async (record) => ({
      ...{ ...record, weight: weightIn(record, dynasty) },
      withdrawableAt: await withdrawableAt(record.end),
    }))
    return { dynasty, validators: await Promise.all(summaries) }
  }

  evidence(): readonly Evidence[] {
    return [...this.#chain.finality.evidence.values()]
  }
}

/** After the newest executed checkpoint of the head chain. */
function newestView({ book, tree, justified }: FinalityState): ValidatorView {
  const { epochStart } = tree.head()
  const checkpoint = book.executed(epochStart.hash) ?? book.executed(justified.hash)
  return checkpoint?.view ?? NOBODY
}

const NOBODY: ValidatorView = {
  ...{ dynasty: 0n, votingKeys: [], weights: [], slashed: [], withdrawn: [] },
}

function shareOf(view: ValidatorView, members: readonly number[]): number {
  const total = totalWeight(view)
  if (total === 0n) return 0
  return Number((weightOf(view, members) * SHARE_SCALE) / total) / Number(SHARE_SCALE)
}
