/**
 * Blocks that move coins and change the set of validators, in place of the EVM where thousands of
 * blocks are to be executed for their order and not for their code. The state is the real one, with
 * its tries and flat tables, and each block records a hash of its own branch as BLOCKHASH gives
 * it: a branch that is mixed up with another shows.
 *
 * Spec: docs/simulator.md, "Tier 1".
 */
import { hexToBytes } from '@ethereumjs/util'
import { orderedTrieRoot } from '../../../../consensus/codec/ordered-trie-root.ts'
import { assert } from '../../../../consensus/errors.ts'
import { domainSeparator } from '../../../../consensus/finality/votes/vote-digest.ts'
import type { Address, Hash, Hex } from '../../../../consensus/types.ts'
import { economyParams } from '../../../../genesis/economy/economy-params.ts'
import type { Genesis } from '../../../../genesis/genesis-file.ts'
import { PREDEPLOYS, PREINSTALLS } from '../../../../genesis/predeploys.ts'
import type { ExecutorOpener } from '../../../chain/chain-types.ts'
import { draftHeader } from '../../../execution/build-block.ts'
import { ExecutionError } from '../../../execution/execution-error.ts'
import type { BlockExecutor } from '../../../execution/executor.ts'
import { EMPTY_BLOOM, encodeReceipt } from '../../../execution/receipts/receipt-codec.ts'
import {
  feeCapOf,
  InclusionError,
  verifyIncludable,
} from '../../../execution/transaction/inclusion-rules.ts'
import type { ExecutedBlock, ParentState } from '../../../execution/types.ts'
import type { Receipt } from '../../../receipt.ts'
import { NEW_ACCOUNT, StateOverlay } from '../../../state/overlay.ts'
import { settleOverlay } from '../../../state/settle-overlay.ts'
import type { StateStore } from '../../../state/state-store.ts'
import type { SignedTransaction } from '../../../transaction.ts'
import { recoverSharedSigner } from '../shared-signers.ts'
import { ContractStorage, VALIDATOR_SET } from './contract-storage.ts'
import { decodeSetCall } from './set-calls.ts'
import { type LedgerTerms, ValidatorLedger } from './validator-ledger.ts'

/** Every transaction costs the same, and nobody is paid for it. */
const GAS = 21_000n
const GAS_RULE = { intrinsic: GAS, floor: GAS }
/** What the vault gives to the coinbase of each block. */
const REWARD_WEI = 10n ** 18n
const HISTORY = PREINSTALLS.HistoryStorage
const NO_CODE = new Uint8Array(0)

/** The hash of the block two below goes where EIP-2935 keeps it. */
const HISTORY_DEPTH = 2n
const HISTORY_SLOTS = 8_191n

type LedgerRules = Omit<LedgerTerms, 'number' | 'ancestorHash'>

export function ledgerExecutorOf({ params, hash, predeploys }: Genesis): ExecutorOpener {
  const verifyingContract = predeploys['ValidatorSet'] ?? PREDEPLOYS.ValidatorSet
  const rules = {
    epochLength: BigInt(params.epochLength),
    withdrawalDelayEpochs: economyParams(params).withdrawalDelayEpochs,
    genesisHash: hash,
    recoverSigner: recoverSharedSigner,
    separator: domainSeparator({ chainId: params.chainId, verifyingContract, genesisHash: hash }),
  }
  return async ({ state }) => openLedger(state, rules)
}

const openLedger = (state: StateStore, rules: LedgerRules): BlockExecutor => ({
  async executeBlock(parent, header, transactions) {
    const run = await LedgerRun.open(state, rules, parent, header)
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
    const run = await LedgerRun.open(state, rules, parent, environment)
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
  replay: async () => noReplay(),
  simulate: async () => noReplay(),
  createAccessList: async () => noReplay(),
})

/** Contracts do not run here. */
const noCalls: BlockExecutor['call'] & BlockExecutor['estimateGas'] = async () => ({
  kind: 'failed',
  reason: 'nothing is executed in this tier',
  gasUsed: 0n,
})

function noReplay(): never {
  assert(false, 'there is no code here to be traced')
}

type BlockTerms = {
  readonly coinbase: Address
  readonly gasLimit: bigint
  readonly baseFeePerGas: bigint
}

class LedgerRun {
  readonly #state: StateStore
  readonly #overlay: StateOverlay
  readonly #terms: BlockTerms
  readonly #validators: ValidatorLedger
  readonly #receipts: Receipt[] = []

  private constructor(
    state: StateStore,
    overlay: StateOverlay,
    terms: BlockTerms,
    validators: ValidatorLedger,
  ) {
    this.#state = state
    this.#overlay = overlay
    this.#terms = terms
    this.#validators = validators
  }

  static async open(
    state: StateStore,
    rules: LedgerRules,
    parent: ParentState,
    terms: BlockTerms,
  ): Promise<LedgerRun> {
    const overlay = new StateOverlay(state.view(parent.header.stateRoot))
    const number = parent.header.number + 1n
    const ancestorHash = async (asked: bigint) =>
      asked === parent.header.number ? parent.hash : parent.ancestorHash(asked)
    const ledgerTerms = { ...rules, number, ancestorHash }
    const validators = new ValidatorLedger(new ContractStorage(overlay), ledgerTerms)
    const run = new LedgerRun(state, overlay, terms, validators)
    if (number >= HISTORY_DEPTH) {
      await run.#recordHistory(number - HISTORY_DEPTH, await ancestorHash(number - HISTORY_DEPTH))
    }
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
    this.#overlay.checkpoint()
    const isDone = await this.#execute(sender, tx)
    if (isDone) this.#overlay.commit()
    else this.#overlay.revert()
    this.#receipts.push({
      type: tx.type,
      status: isDone ? 1 : 0,
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

  /** False: it reverts. */
  async #execute(sender: Address, { to, value, data }: SignedTransaction['tx']): Promise<boolean> {
    if (to === undefined) return true
    const entry = await this.#overlay.loadAccount(sender)
    if ((entry.current?.balance ?? 0n) < value) return false
    await this.#move(sender, to.toString(), value)
    if (to.toString() !== VALIDATOR_SET) return true
    const call = decodeSetCall(data)
    return call !== undefined && this.#validators.call(call, sender, value)
  }

  async #recordHistory(number: bigint, hash: Hash | undefined): Promise<void> {
    assert(hash !== undefined, 'a block has its ancestors')
    const slot: Hex = `0x${(number % HISTORY_SLOTS).toString(16).padStart(64, '0')}`
    await this.#overlay.loadAccount(HISTORY)
    const entry = await this.#overlay.loadSlot(HISTORY, slot)
    this.#overlay.setSlot(entry, hexToBytes(hash))
  }

  async #move(from: Address, to: Address, wei: bigint): Promise<void> {
    const source = await this.#overlay.loadAccount(from)
    const target = await this.#overlay.loadAccount(to)
    this.#overlay.addBalance(source, -wei)
    this.#overlay.addBalance(target, wei)
    assert((source.current?.balance ?? 0n) >= 0n, 'nobody spends what there is not')
  }
}
