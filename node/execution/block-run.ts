/**
 * A block while it is executed: what its rules ask when it opens, transactions one by one, what
 * its rules ask when it ends, results. Import, building, replay and simulation run their blocks
 * through here, and nowhere else.
 *
 * Spec: docs/spec/execution.md, "Order".
 */
import { bytesToHex } from '../../consensus/codec/hex.ts'
import { orderedTrieRoot } from '../../consensus/codec/ordered-trie-root.ts'
import { assert } from '../../consensus/errors.ts'
import type { RewardSplit } from '../../consensus/rules/reward.ts'
import { isImpersonated } from '../dev/impersonation.ts'
import type { Receipt } from '../receipt.ts'
import { settleOverlay } from '../state/settle-overlay.ts'
import type { NodeStore } from '../state/trie/node-store.ts'
import {
  BLOB_BASE_FEE_MIN_WEI,
  type BlockContext,
  type EvmBlock,
  evmBlockOf,
} from './evm/block-context.ts'
import type { Lane } from './evm/lane.ts'
import { addToBloom, BLOOM_BYTES, joinBloom } from './receipts/logs-bloom.ts'
import { EMPTY_BLOOM, encodeReceipt } from './receipts/receipt-codec.ts'
import { type AppliedTransaction, applyTransaction } from './transaction/apply-transaction.ts'
import {
  ALL_CHECKS,
  type Executable,
  GAS_PER_BLOB,
  IMPERSONATED_CHECKS,
  type TransactionChecks,
} from './transaction/executable.ts'
import type { ExecutedBlock, ParentState } from './types.ts'

export class BlockRun {
  readonly #lane: Lane
  readonly #context: BlockContext
  readonly #block: EvmBlock
  readonly #reward: RewardSplit
  readonly #receipts: Receipt[] = []
  readonly #bloom = new Uint8Array(BLOOM_BYTES)
  readonly #blobGasMax: bigint
  #gasUsed = 0n
  #blobGasUsed = 0n

  private constructor(lane: Lane, context: BlockContext, block: EvmBlock, reward: RewardSplit) {
    this.#lane = lane
    this.#context = context
    this.#block = block
    this.#reward = reward
    this.#blobGasMax = BigInt(lane.rules.blobs?.max ?? 0) * GAS_PER_BLOB
  }

  /** Begins a block on the state that the lane's overlay stands on. Throws an `ExecutionError`. */
  static async open(lane: Lane, parent: ParentState, context: BlockContext): Promise<BlockRun> {
    lane.branch.set(parent)
    const block = evmBlockOf(context)
    const reward = await lane.rules.open(lane, block, context, parent)
    lane.overlay.endTransaction()
    return new BlockRun(lane, context, block, reward)
  }

  get gasAvailable(): bigint {
    return this.#context.gasLimit - this.#gasUsed
  }

  get blobGasUsed(): bigint {
    return this.#blobGasUsed
  }

  /** Throws an `InclusionError`, with the state as it was, when the transaction may not come. */
  async apply(transaction: Executable): Promise<Receipt> {
    const checks = isImpersonated(transaction) ? IMPERSONATED_CHECKS : ALL_CHECKS
    return (await this.execute(transaction, checks)).receipt
  }

  /** As {@link apply}, with all that came of it, and without what a simulation does not check. */
  async execute(
    transaction: Executable,
    checks: TransactionChecks = ALL_CHECKS,
  ): Promise<{ readonly receipt: Receipt; readonly applied: AppliedTransaction }> {
    await this.#lane.pace.check()
    const { coinbase, baseFeePerGas, blobBaseFee = BLOB_BASE_FEE_MIN_WEI } = this.#context
    const { gasAvailable } = this
    const blobs = this.#lane.rules.blobs && {
      gasAvailable: this.#blobGasMax - this.#blobGasUsed,
      baseFee: blobBaseFee,
    }
    const site = { block: this.#block, coinbase, baseFeePerGas, gasAvailable, blobs }
    const applied = await applyTransaction(this.#lane, site, transaction, checks)
    this.#gasUsed += applied.gasUsed
    this.#blobGasUsed += applied.blobGasUsed
    const receipt = this.#receiptOf(transaction.tx.type, applied)
    this.#receipts.push(receipt)
    return { receipt, applied }
  }

  /**
   * Puts the root of the state as it is now into the newest receipt: before EIP-658 receipts have
   * that for a status.
   */
  async stampRoot(nodes: NodeStore): Promise<Receipt> {
    const receipt = this.#receipts.pop()
    assert(receipt !== undefined, 'a receipt is there to be stamped')
    const { stateRoot: root } = await settleOverlay(this.#lane.overlay, nodes)
    const stamped = { ...receipt, root }
    this.#receipts.push(stamped)
    return stamped
  }

  /** The results. The run is over; the overlay may be the ground of another one. */
  async finish(nodes: NodeStore): Promise<ExecutedBlock> {
    const closing = { block: this.#block, context: this.#context, receipts: this.#receipts }
    const requests = await this.#lane.rules.close(this.#lane, closing)
    const changes = await settleOverlay(this.#lane.overlay, nodes)
    return {
      requests,
      blobGasUsed: this.#blobGasUsed,
      stateRoot: changes.stateRoot,
      receiptsRoot: orderedTrieRoot(this.#receipts.map(encodeReceipt)),
      logsBloom: bytesToHex(this.#bloom),
      gasUsed: this.#gasUsed,
      receipts: this.#receipts,
      changes,
      reward: this.#reward,
    }
  }

  #receiptOf(type: number, applied: AppliedTransaction): Receipt {
    const { logs, isSuccess, gasUsed, gasPrice, contractAddress, blobGasUsed } = applied
    const { blobBaseFee = BLOB_BASE_FEE_MIN_WEI } = this.#context
    return {
      type,
      status: isSuccess ? 1 : 0,
      gasUsed,
      cumulativeGasUsed: this.#gasUsed,
      effectiveGasPrice: gasPrice,
      contractAddress,
      ...(blobGasUsed > 0n && { blobGasUsed, blobGasPrice: blobBaseFee }),
      logsBloom: logs.length === 0 ? EMPTY_BLOOM : bytesToHex(this.#bloomOf(logs)),
      logs: logs.map(([address, topics, data]) => ({
        address: bytesToHex(address),
        topics: topics.map((topic) => bytesToHex(topic)),
        data: bytesToHex(data),
      })),
    }
  }

  #bloomOf(logs: AppliedTransaction['logs']): Uint8Array {
    const bloom = new Uint8Array(BLOOM_BYTES)
    for (const [address, topics] of logs) {
      addToBloom(bloom, address)
      for (const topic of topics) addToBloom(bloom, topic)
    }
    joinBloom(this.#bloom, bloom)
    return bloom
  }
}
