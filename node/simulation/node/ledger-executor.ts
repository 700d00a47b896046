/**
 * Blocks that move coins and nothing else: in place of the EVM where thousands of blocks are to be
 * executed for their order and not for their code. The state is the real one, with its tries and
 * flat tables, so that a branch that is mixed up with another still shows.
 *
 * Spec: docs/simulator.md, "Tier 1".
 */
import { orderedTrieRoot } from '../../../consensus/codec/ordered-trie-root.ts'
import { assert } from '../../../consensus/errors.ts'
import type { Address } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { ExecutorOpener } from '../../chain/chain-types.ts'
import { draftHeader } from '../../execution/build-block.ts'
import { ExecutionError } from '../../execution/execution-error.ts'
import type { BlockExecutor } from '../../execution/executor.ts'
import { EMPTY_BLOOM, encodeReceipt } from '../../execution/receipts/receipt-codec.ts'
import {
  feeCapOf,
  InclusionError,
  verifyIncludable,
} from '../../execution/transaction/inclusion-rules.ts'
import type { ExecutedBlock } from '../../execution/types.ts'
import type { Receipt } from '../../receipt.ts'
import { NEW_ACCOUNT, StateOverlay } from '../../state/overlay.ts'
import { settleOverlay } from '../../state/settle-overlay.ts'
import type { StateStore } from '../../state/state-store.ts'
import type { SignedTransaction } from '../../transaction.ts'

/** Every transaction costs the same, and nobody is paid for it. */
const GAS = 21_000n
const GAS_RULE = { intrinsic: GAS, floor: GAS }
/** What the vault gives to the coinbase of each block. */
const REWARD_WEI = 10n ** 18n
const NO_CODE = new Uint8Array(0)

export const openLedgerExecutor: ExecutorOpener = async ({ state }) => ({
  async executeBlock(parent, header, transactions) {
    const run = await LedgerRun.open(state, parent.header.stateRoot, header)
    for (const [index, transaction] of transactions.entries()) {
      try {
        await run.apply(transaction)
      } catch (error) {
        if (!(error instanceof InclusionError)) throw error
        const reason = error.type
        throw new ExecutionError({ code: 'TRANSACTION_NOT_INCLUDABLE', index, reason })
      }
    }
    return run.finish()
  },
  async buildBlock(parent, environment, candidates) {
    const run = await LedgerRun.open(state, parent.header.stateRoot, environment)
    const transactions: SignedTransaction[] = []
    for (const candidate of candidates) {
      if (run.gasAvailable < GAS) break
      try {
        await run.apply(candidate)
        transactions.push(candidate)
      } catch (error) {
        if (!(error instanceof InclusionError)) throw error
      }
    }
    const executed = await run.finish()
    const { stateRoot, receiptsRoot, logsBloom, gasUsed } = executed
    const transactionsRoot = orderedTrieRoot(transactions.map(({ raw }) => raw))
    const results = { stateRoot, receiptsRoot, logsBloom, gasUsed, transactionsRoot }
    const header = { ...draftHeader(parent, environment), ...results }
    return { header, transactions, executed, refused: [] }
  },
  call: noCalls,
  estimateGas: noCalls,
})

/** Contracts do not run here. */
const noCalls: BlockExecutor['call'] & BlockExecutor['estimateGas'] = async () => ({
  kind: 'failed',
  reason: 'nothing is executed in this tier',
  gasUsed: 0n,
})

type BlockTerms = {
  readonly coinbase: Address
  readonly gasLimit: bigint
  readonly baseFeePerGas: bigint
}

class LedgerRun {
  readonly #state: StateStore
  readonly #overlay: StateOverlay
  readonly #terms: BlockTerms
  readonly #receipts: Receipt[] = []

  private constructor(state: StateStore, overlay: StateOverlay, terms: BlockTerms) {
    this.#state = state
    this.#overlay = overlay
    this.#terms = terms
  }

  static async open(
    state: StateStore,
    stateRoot: Parameters<StateStore['view']>[0],
    terms: BlockTerms,
  ): Promise<LedgerRun> {
    const overlay = new StateOverlay(state.view(stateRoot))
    const run = new LedgerRun(state, overlay, terms)
    await run.#move(PREDEPLOYS.ComputeMiningVault, terms.coinbase, REWARD_WEI)
    return run
  }

  get gasAvailable(): bigint {
    return this.#terms.gasLimit - GAS * BigInt(this.#receipts.length)
  }

  /** Throws an {@link InclusionError} before anything is changed. */
  async apply({ tx, sender }: SignedTransaction): Promise<void> {
    const entry = await this.#overlay.loadAccount(sender)
    const account = entry.current ?? NEW_ACCOUNT
    const { gasAvailable } = this
    const { baseFeePerGas } = this.#terms
    verifyIncludable({
      ...{ tx, sender: account, senderCode: NO_CODE, gas: GAS_RULE, gasAvailable, baseFeePerGas },
    })
    this.#overlay.setAccount(entry, { ...account, nonce: account.nonce + 1n })
    if (tx.to !== undefined) await this.#move(sender, tx.to.toString(), tx.value)
    this.#receipts.push({
      type: tx.type,
      status: 1,
      gasUsed: GAS,
      cumulativeGasUsed: GAS * BigInt(this.#receipts.length + 1),
      effectiveGasPrice: feeCapOf(tx),
      contractAddress: undefined,
      logsBloom: EMPTY_BLOOM,
      logs: [],
    })
  }

  async finish(): Promise<ExecutedBlock> {
    const changes = await settleOverlay(this.#overlay, this.#state.nodes)
    return {
      stateRoot: changes.stateRoot,
      receiptsRoot: orderedTrieRoot(this.#receipts.map(encodeReceipt)),
      logsBloom: EMPTY_BLOOM,
      gasUsed: GAS * BigInt(this.#receipts.length),
      receipts: this.#receipts,
      changes,
      reward: { coinbase: REWARD_WEI, pot: 0n },
    }
  }

  async #move(from: Address, to: Address, wei: bigint): Promise<void> {
    const source = await this.#overlay.loadAccount(from)
    const target = await this.#overlay.loadAccount(to)
    this.#overlay.addBalance(source, -wei)
    this.#overlay.addBalance(target, wei)
    assert((source.current?.balance ?? 0n) >= 0n, 'nobody spends what there is not')
  }
}
