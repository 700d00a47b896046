/**
 * Blocks that never were, for `eth_simulateV1` and its kin: each on the state that the one before
 * left, under the rules of the chain, from transactions that nobody needs to have signed. All of
 * it lives on one overlay and is thrown away with it.
 *
 * How to use it, from {@link Executor.simulate}:
 *
 *     executor.simulate(base, { signal }, async (simulation) => {
 *       simulation.lane.evm.events...        // observe messages and steps, if you like
 *       await overrideAccounts(simulation.overlay, accounts)
 *       const block = await simulation.open({ ...fields })      // opening system calls
 *       const { receipt, applied } = await block.execute(executable, checks)
 *       const sealed = await block.finish(rawTransactions)      // closing calls, roots, header
 *     })
 *
 * Overrides are written between the blocks, when no block is open. BLOCKHASH sees the simulated
 * blocks by their numbers, and below them the branch of `base`. What fills a gap in the numbers is
 * a block without transactions, opened and finished like any other. A block under our own rules
 * opens without a reward: nobody computed anything for it.
 */
import { hashEthereumHeader } from '../../consensus/codec/ethereum-codec.ts'
import { assert } from '../../consensus/errors.ts'
import type { EthereumHeader, Hash, Hex } from '../../consensus/types.ts'
import type { Receipt } from '../receipt.ts'
import type { StateOverlay } from '../state/overlay.ts'
import type { NodeStore } from '../state/trie/node-store.ts'
import { headerOf } from './block-header.ts'
import { BlockRun } from './block-run.ts'
import type { BlockContext } from './evm/block-context.ts'
import type { Lane } from './evm/lane.ts'
import type { BlockPlace, BlockRules, ChainRules } from './rules/block-rules.ts'
import type { AppliedTransaction } from './transaction/apply-transaction.ts'
import { ALL_CHECKS, type Executable, type TransactionChecks } from './transaction/executable.ts'
import type { BlockParent, ExecutedBlock } from './types.ts'

export type Simulate<Result> = (simulation: Simulation) => Promise<Result>

/**
 * What a caller fixes about a block. Nothing is filled in: base fee, excess blob gas and the price
 * that follows from it (`blobBaseFee`) are the caller's to work out, see `FeeMarket`.
 */
export type SimulatedFields = BlockContext & {
  readonly extraData?: Hex
  readonly excessBlobGas?: bigint
}

export type SealedSimulation = {
  readonly hash: Hash
  readonly header: EthereumHeader
  readonly executed: ExecutedBlock
}

type SimulationModules = {
  readonly chainRules: ChainRules
  readonly nodes: NodeStore
  readonly base: BlockParent
}

export class Simulation {
  #lane: Lane
  readonly #modules: SimulationModules
  readonly #hashes = new Map<bigint, Hash>()
  #parent: BlockParent
  #isOpen = false

  constructor(lane: Lane, modules: SimulationModules) {
    this.#lane = lane
    this.#modules = modules
    this.#parent = modules.base
    lane.branch.set(modules.base)
  }

  /**
   * The EVM at work: its events, and its precompiles, which `movePrecompile` moves. Another one
   * where a block is under another fork than the block below it.
   */
  get lane(): Lane {
    return this.#lane
  }

  /** Those of the fork of the newest block. */
  get rules(): BlockRules {
    return this.lane.rules
  }

  /** The state as it is now: read it, and write overrides into it between blocks. */
  get overlay(): StateOverlay {
    return this.lane.overlay
  }

  /** What the next block stands on: `base`, or the block that was finished last. */
  get parent(): BlockParent {
    return this.#parent
  }

  /**
   * Goes on to the rules of a block that is to be opened, for overrides that need them, and takes
   * moves of precompiles back.
   */
  enter(place: BlockPlace): void {
    assert(!this.#isOpen, 'rules change between two blocks')
    const rules = this.#modules.chainRules.at(place)
    if (rules === this.rules) this.lane.restorePrecompiles()
    else this.#lane = this.lane.under(rules)
  }

  /**
   * Opens a block on {@link parent}. Throws an `ExecutionError` when a system call fails, an
   * `InterruptError` when time is up.
   */
  async open(fields: SimulatedFields): Promise<SimulatedBlock> {
    assert(!this.#isOpen, 'one simulated block is open at a time')
    if (this.#modules.chainRules.at(fields) !== this.rules) this.enter(fields)
    this.#isOpen = true
    await this.lane.pace.check()
    const parent = { ...this.#parent, epochDifficulty: undefined }
    const run = await BlockRun.open(this.lane, parent, fields)
    const { nodes } = this.#modules
    const roots = this.rules.transaction.hasStatus ? undefined : nodes
    return new SimulatedBlock(run, roots, async (transactions) => {
      const executed = await run.finish(nodes)
      const header = headerOf(this.rules, {
        parentHash: parent.hash,
        context: fields,
        extraData: fields.extraData ?? '0x',
        excessBlobGas: fields.excessBlobGas ?? 0n,
        transactions,
        executed,
      })
      const hash = hashEthereumHeader(header)
      this.#adopt({ hash, header })
      return { hash, header, executed }
    })
  }

  #adopt({ hash, header }: { readonly hash: Hash; readonly header: EthereumHeader }): void {
    const { base } = this.#modules
    this.#hashes.set(base.header.number, base.hash)
    this.#hashes.set(header.number, hash)
    const ancestorHash = (number: bigint) => this.#hashes.get(number) ?? base.ancestorHash(number)
    this.#parent = { hash, header, ancestorHash }
    this.lane.branch.set(this.#parent)
    this.#isOpen = false
  }
}

export class SimulatedBlock {
  readonly #run: BlockRun
  /** Where receipts have state roots (before EIP-658), what these are computed from. */
  readonly #roots: NodeStore | undefined
  readonly #finish: (transactions: readonly Uint8Array[]) => Promise<SealedSimulation>

  constructor(
    run: BlockRun,
    roots: NodeStore | undefined,
    finish: (transactions: readonly Uint8Array[]) => Promise<SealedSimulation>,
  ) {
    this.#run = run
    this.#roots = roots
    this.#finish = finish
  }

  /** Gas that the block has left. */
  get gasAvailable(): bigint {
    return this.#run.gasAvailable
  }

  /**
   * Executes a transaction, or a message as one. `applied.execution` holds what it returned and
   * why it failed, if it did (undefined: it met no code and succeeded); `receipt` its place in the
   * block's gas and bloom. Throws an `InclusionError`, with the state as it was, when it may not
   * stand here; which reasons there are depends on `checks`.
   */
  async execute(
    transaction: Executable,
    checks: TransactionChecks = ALL_CHECKS,
  ): Promise<{ readonly receipt: Receipt; readonly applied: AppliedTransaction }> {
    const executed = await this.#run.execute(transaction, checks)
    if (this.#roots === undefined) return executed
    return { ...executed, receipt: await this.#run.stampRoot(this.#roots) }
  }

  /** `transactions`: their bytes, in order, for the transactions root. The block is done. */
  finish(transactions: readonly Uint8Array[]): Promise<SealedSimulation> {
    return this.#finish(transactions)
  }
}
