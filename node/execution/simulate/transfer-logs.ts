/**
 * The logs of a transaction with coins that move among them, each where it happens: ERC-7528's
 * token at 0xeeee… stands for the coin. They are shown and nothing else: no root and no bloom
 * commits to them. Their indexes count logs of frames that failed, too, as geth has it.
 *
 * On our own chain the ERC-20 facade moves coins without a call that carries them, by the transfer
 * precompile; that is a move like any other.
 */
import type { Address, Hash } from '../../../consensus/types.ts'
import { TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import type { Log } from '../../receipt.ts'
import type {
  EmittedLog,
  FrameEntry,
  FrameResult,
  StateProbe,
  TracedMessage,
  Tracer,
} from '../tracing/tracer.ts'
import { hexOf, wordHex } from '../tracing/words.ts'
import type { SimulatedLog } from './simulation-types.ts'

export const COIN_ADDRESS: Address = `0x${'ee'.repeat(20)}`
/** `Transfer(address,address,uint256)`. */
const TRANSFER_TOPIC: Hash = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const WORD_BYTES = 32
/** `abi.encode(from, to, value)`. */
const MOVE_BYTES = 3 * WORD_BYTES

export class TransferLogs implements Tracer {
  /** Of the frames that are open, each with those of the frames that it has closed. */
  readonly #frames: SimulatedLog[][] = []
  #nextIndex: number
  #logs: readonly SimulatedLog[] = []
  #hasTransferPrecompile = false

  constructor(firstIndex: number) {
    this.#nextIndex = firstIndex
  }

  /** Index of the first log of the next transaction. */
  get nextIndex(): number {
    return this.#nextIndex
  }

  /** None of a transaction that failed. */
  get logs(): readonly SimulatedLog[] {
    return this.#logs
  }

  start(_message: TracedMessage, state: StateProbe): void {
    this.#hasTransferPrecompile = state.isPrecompile(TRANSFER_PRECOMPILE)
  }

  enter({ kind, from, to, value, input }: FrameEntry): void {
    this.#frames.push([])
    if (kind !== 'DELEGATECALL' && value !== undefined && value > 0n) {
      this.#add(transferLog(wordHex(BigInt(from)), wordHex(BigInt(to)), wordHex(value)))
    }
    const isMove = to === TRANSFER_PRECOMPILE && input.length === MOVE_BYTES
    if (!isMove || !this.#hasTransferPrecompile) return
    // A move that is refused fails its frame, and this goes with it.
    this.#add(transferLog(wordAt(input, 0), wordAt(input, 1), wordAt(input, 2)))
  }

  exit({ error }: FrameResult): void {
    const logs = this.#frames.pop() ?? []
    if (error !== undefined) return
    const parent = this.#frames.at(-1)
    if (parent === undefined) this.#logs = logs
    else for (const log of logs) parent.push(log)
  }

  log({ address, topics, data }: EmittedLog): void {
    this.#add({ address, topics: topics.map(wordHex), data: hexOf(data) })
  }

  result(): undefined {
    return undefined
  }

  #add(log: Log): void {
    this.#frames.at(-1)?.push({ log, index: this.#nextIndex++ })
  }
}

function wordAt(input: Uint8Array, index: number): Hash {
  return hexOf(input.subarray(index * WORD_BYTES, (index + 1) * WORD_BYTES))
}

function transferLog(from: Hash, to: Hash, data: Hash): Log {
  return { address: COIN_ADDRESS, topics: [TRANSFER_TOPIC, from, to], data }
}
