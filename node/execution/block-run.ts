/**
 * A block while it is executed: system calls when it opens, transactions one by one, results at
 * the end. Import, building and replay run their blocks through here, and nowhere else.
 *
 * Spec: docs/spec/execution.md, "Order".
 */
import { bytesToHex } from '../../consensus/codec/hex.ts'
import { orderedTrieRoot } from '../../consensus/codec/ordered-trie-root.ts'
import type { RewardSplit } from '../../consensus/rules/reward.ts'
import type { Receipt } from '../receipt.ts'
import { settleOverlay } from '../state/settle-overlay.ts'
import type { NodeStore } from '../state/trie/node-store.ts'
import type { SignedTransaction } from '../transaction.ts'
import { type BlockContext, type EvmBlock, evmBlockOf } from './evm/block-context.ts'
import type { Lane } from './evm/lane.ts'
import { addToBloom, BLOOM_BYTES, joinBloom } from './receipts/logs-bloom.ts'
import { EMPTY_BLOOM, encodeReceipt } from './receipts/receipt-codec.ts'
import { payBlockReward, storeBeaconRoot, storeParentHash } from './system-calls.ts'
import { type AppliedTransaction, applyTransaction } from './transaction/apply-transaction.ts'
import type { ExecutedBlock, ParentState } from './types.ts'

export class BlockRun {
  readonly #lane: Lane
  readonly #context: BlockContext
  readonly #block: EvmBlock
  readonly #reward: RewardSplit
  readonly #receipts: Receipt[] = []
  readonly #bloom = new Uint8Array(BLOOM_BYTES)
  #gasUsed = 0n

  private constructor(lane: Lane, context: BlockContext, block: EvmBlock, reward: RewardSplit) {
    this.#lane = lane
    this.#context = context
    this.#block = block
    this.#reward = reward
  }

  /** Begins a block on the state that the lane's overlay stands on. Throws an `ExecutionError`. */
  static async open(lane: Lane, parent: ParentState, context: BlockContext): Promise<BlockRun> {
    lane.branch.set(parent)
    const block = evmBlockOf(context)
    const reward = await payBlockReward(lane, block, context, parent.epochDifficulty)
    await storeBeaconRoot(lane, context.timestamp)
    await storeParentHash(lane, parent.header.number, parent.hash)
    lane.overlay.endTransaction()
    return new BlockRun(lane, context, block, reward)
  }

  get gasAvailable(): bigint {
    return this.#context.gasLimit - this.#gasUsed
  }

  /** Throws an `InclusionError`, with the state as it was, when the transaction may not come. */
  async apply(transaction: SignedTransaction): Promise<Receipt> {
    await this.#lane.pace.check()
    const { coinbase, baseFeePerGas } = this.#context
    const { gasAvailable } = this
    const site = { block: this.#block, coinbase, baseFeePerGas, gasAvailable }
    const applied = await applyTransaction(this.#lane, site, transaction)
    this.#gasUsed += applied.gasUsed
    const receipt = this.#receiptOf(transaction.tx.type, applied)
    this.#receipts.push(receipt)
    return receipt
  }

  /** The results. The run is over. */
  async finish(nodes: NodeStore): Promise<ExecutedBlock> {
    const changes = await settleOverlay(this.#lane.overlay, nodes)
    return {
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
    const { logs, isSuccess, gasUsed, gasPrice, contractAddress } = applied
    return {
      type,
      status: isSuccess ? 1 : 0,
      gasUsed,
      cumulativeGasUsed: this.#gasUsed,
      effectiveGasPrice: gasPrice,
      contractAddress,
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
