/**
 * The EVM as the rest of the node sees it: blocks in, results out. Nothing here writes to disk;
 * what a block changed travels in its result to {@link StateStore.stage}.
 *
 * Spec: docs/spec/execution.md.
 */
import { assert } from '../../consensus/errors.ts'
import type { Address } from '../../consensus/types.ts'
import type { CallLimits } from '../api.ts'
import type { Soon } from '../state/soon.ts'
import type { StateStore } from '../state/state-store.ts'
import type { StateView } from '../state/types.ts'
import type { SignedTransaction } from '../transaction.ts'
import { BlockRun } from './block-run.ts'
import { buildBlock } from './build-block.ts'
import type {
  AccessListOutcome,
  CallOutcome,
  CallRequest,
  EstimateOutcome,
  Overrides,
} from './call-types.ts'
import { accessListOnLane } from './calls/access-list.ts'
import { callOnLane, estimateOnLane } from './calls/call.ts'
import { CallLanes } from './calls/call-lanes.ts'
import type { BlockContext } from './evm/block-context.ts'
import type { Lane } from './evm/lane.ts'
import { LanePool } from './evm/lane-pool.ts'
import type { ExecutionTime } from './evm/pace.ts'
import { ExecutionError } from './execution-error.ts'
import type { PrecompileThreads } from './precompiles/precompile-threads.ts'
import type { BlockPlace, BlockRules, ChainRules } from './rules/block-rules.ts'
import { type Simulate, Simulation } from './simulation.ts'
import { InclusionError } from './transaction/inclusion-rules.ts'
import type {
  BuildEnvironment,
  BuildOptions,
  BuiltBlock,
  CallBase,
  ExecutedBlock,
  ParentState,
} from './types.ts'

export type ExecutorOptions = {
  /** What the chain decides about execution, fork by fork. */
  readonly rules: ChainRules
  readonly state: StateStore
  /** From a caller's word to the end of its call, waiting included. */
  readonly callTimeMsMax?: number
  /** The machine's if not given. */
  readonly time?: ExecutionTime
  /**
   * Where precompiles that take long run, in the machine's time; whoever made them closes them.
   * Without them everything runs in this thread.
   */
  readonly threads?: PrecompileThreads | undefined
}

/** What a chain needs of an executor: the EVM, or what a simulator has in its place. */
export type BlockExecutor = Pick<
  Executor,
  | 'buildBlock'
  | 'call'
  | 'createAccessList'
  | 'estimateGas'
  | 'executeBlock'
  | 'replay'
  | 'simulate'
>

export class Executor {
  readonly #rules: ChainRules
  readonly #state: StateStore
  readonly #lanes: LanePool
  readonly #calls: CallLanes

  private constructor({ rules, state, callTimeMsMax, time, threads }: ExecutorOptions) {
    assert(time === undefined || threads === undefined, 'threads run in the time of the machine')
    this.#rules = rules
    this.#state = state
    this.#lanes = new LanePool({ time, threads })
    this.#calls = new CallLanes(this.#lanes, callTimeMsMax)
  }

  static async open(options: ExecutorOptions): Promise<Executor> {
    return new Executor(options)
  }

  /**
   * Executes a block on its parent's state. The caller compares the result with the header.
   * Throws {@link ExecutionError} when the block is invalid whatever its results.
   */
  async executeBlock(
    parent: ParentState,
    block: BlockContext,
    transactions: readonly SignedTransaction[],
  ): Promise<ExecutedBlock> {
    const rules = this.#rules.at(block)
    const { nodes } = this.#state
    const executed = await this.#lanes.runBlock(rules, this.#viewOf(parent), async (lane) => {
      await prefetch(lane, block.coinbase, transactions)
      const run = await BlockRun.open(lane, parent, block)
      for (const [index, transaction] of transactions.entries()) {
        await applyOrThrow(run, index, transaction)
        if (!rules.transaction.hasStatus) await run.stampRoot(nodes)
      }
      return run.finish(nodes)
    })
    return this.#withEdits(parent, executed)
  }

  /** Takes candidates in order as long as gas, bytes and `options.isOver` allow. */
  async buildBlock(
    parent: ParentState,
    environment: BuildEnvironment,
    candidates: Iterable<SignedTransaction>,
    options: BuildOptions = {},
  ): Promise<BuiltBlock> {
    const { nodes } = this.#state
    const rules = this.#rules.at({ ...environment, number: parent.header.number + 1n })
    const built = await this.#lanes.runBlock(rules, this.#viewOf(parent), (lane) =>
      buildBlock(lane, nodes, parent, environment, candidates, options),
    )
    return { ...built, executed: await this.#withEdits(parent, built.executed) }
  }

  /**
   * Executes on the post-state of `base`, in the environment of `base` itself, as geth does.
   * Throws `InterruptError` when it takes too long, `CallError` when there are too many.
   */
  call(
    base: CallBase,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Soon<CallOutcome> {
    return this.#calls.run(this.#rulesOf(base), this.#viewOf(base), limits, (lane) =>
      callOnLane(lane, base, request, overrides),
    )
  }

  /** As {@link call}. */
  async estimateGas(
    base: CallBase,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Promise<EstimateOutcome> {
    return this.#calls.run(this.#rulesOf(base), this.#viewOf(base), limits, (lane) =>
      estimateOnLane(lane, base, request, overrides),
    )
  }

  /** Which accounts and slots a message touches. As {@link call}. */
  async createAccessList(
    base: CallBase,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Promise<AccessListOutcome> {
    return this.#calls.run(this.#rulesOf(base), this.#viewOf(base), limits, (lane) =>
      accessListOnLane(lane, base, request, overrides),
    )
  }

  /**
   * Blocks that never were, one on the other, on the post-state of `base`: what `eth_simulateV1`
   * is made of. Within the limits of calls, and as long as `simulate` takes; nothing is kept.
   * Throws as {@link call} does.
   */
  async simulate<Result>(
    base: CallBase,
    limits: CallLimits,
    simulate: Simulate<Result>,
  ): Promise<Result> {
    const view = this.#viewOf(base)
    const { nodes = this.#state.nodes } = base
    const modules = { chainRules: this.#rules, nodes, base }
    return this.#calls.runAlone(this.#rulesOf(base), view, limits, (lane) =>
      simulate(new Simulation(lane, modules)),
    )
  }

  /**
   * Lends a lane on the post-state of `parent`, under the rules of `block`, to a reader that runs
   * blocks again: traces. Within the limits of calls; throws as {@link call} does.
   */
  async replay<Result>(
    parent: CallBase,
    block: BlockPlace,
    limits: CallLimits,
    run: (lane: Lane) => Promise<Result>,
  ): Promise<Result> {
    return this.#calls.run(this.#rules.at(block), this.#viewOf(parent), limits, run)
  }

  #rulesOf({ header }: CallBase): BlockRules {
    return this.#rules.at(header)
  }

  #viewOf(base: CallBase): StateView {
    return base.view ?? this.#state.viewAfter(base)
  }

  /** As the flat tables must hear of it, which stand at the state that was sealed. */
  async #withEdits({ hash }: ParentState, executed: ExecutedBlock): Promise<ExecutedBlock> {
    const changes = await this.#state.edits.compose(hash, executed.changes)
    return changes === executed.changes ? executed : { ...executed, changes }
  }
}

async function applyOrThrow(
  run: BlockRun,
  index: number,
  transaction: SignedTransaction,
): Promise<void> {
  try {
    await run.apply(transaction)
  } catch (error) {
    if (!(error instanceof InclusionError)) throw error
    throw new ExecutionError({ code: 'TRANSACTION_NOT_INCLUDABLE', index, reason: error.type })
  }
}

/** Reads in one go the accounts that the block is sure to touch. */
async function prefetch(
  { overlay }: Lane,
  coinbase: Address,
  transactions: readonly SignedTransaction[],
): Promise<void> {
  const addresses = [coinbase]
  for (const { sender, tx } of transactions) {
    addresses.push(sender)
    if (tx.to !== undefined) addresses.push(tx.to.toString())
  }
  await overlay.view.prefetch?.(addresses)
}
