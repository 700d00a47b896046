/**
 * The EVM as the rest of the node sees it: blocks in, results out. Nothing here writes to disk;
 * what a block changed travels in its result to {@link StateStore.stage}.
 *
 * Spec: docs/spec/execution.md.
 */
import type { Common } from '@ethereumjs/common'
import { assert } from '../../consensus/errors.ts'
import type { Header } from '../../consensus/types.ts'
import type { CallLimits } from '../api.ts'
import type { StateStore } from '../state/state-store.ts'
import type { SignedTransaction } from '../transaction.ts'
import type { CallOutcome, CallRequest, EstimateOutcome, Overrides } from './call-types.ts'
import type {
  BuildEnvironment,
  BuildOptions,
  BuiltBlock,
  CallBase,
  ExecutedBlock,
  ParentState,
} from './types.ts'

export type ExecutorOptions = {
  /** The one Common of the process, see `createExecutionCommon`. */
  readonly common: Common
  readonly state: StateStore
}

export class Executor {
  readonly #common: Common
  readonly #state: StateStore

  private constructor(options: ExecutorOptions) {
    this.#common = options.common
    this.#state = options.state
  }

  static async open(options: ExecutorOptions): Promise<Executor> {
    return new Executor(options)
  }

  /**
   * Executes a block on its parent's state. The caller compares the result with the header.
   * Throws {@link ExecutionError} when the block is invalid whatever its results.
   */
  async executeBlock(
    _parent: ParentState,
    _header: Header,
    _transactions: readonly SignedTransaction[],
  ): Promise<ExecutedBlock> {
    assert(this.#common && this.#state, 'open')
    throw new Error('in work')
  }

  /** Takes candidates in order as long as gas, bytes and `options.isOver` allow. */
  async buildBlock(
    _parent: ParentState,
    _environment: BuildEnvironment,
    _candidates: Iterable<SignedTransaction>,
    _options: BuildOptions = {},
  ): Promise<BuiltBlock> {
    throw new Error('in work')
  }

  /** Executes on the post-state of `base`, as if in a child of it with the same time. */
  async call(
    _base: CallBase,
    _request: CallRequest,
    _overrides: Overrides = {},
    _limits: CallLimits = {},
  ): Promise<CallOutcome> {
    throw new Error('in work')
  }

  async estimateGas(
    _base: CallBase,
    _request: CallRequest,
    _overrides: Overrides = {},
    _limits: CallLimits = {},
  ): Promise<EstimateOutcome> {
    throw new Error('in work')
  }
}
