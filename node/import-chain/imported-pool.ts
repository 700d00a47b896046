/**
 * Transactions sent to an imported chain. No block ever takes them; they are there to be seen, and
 * for blocks that are built for tests. Blob transactions keep their blobs.
 */
import { CodedError } from '../../consensus/errors.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import type { BlobSidecar, PoolContent, PoolReader } from '../api.ts'
import type { NodeEvents } from '../events.ts'
import { blobGasOf } from '../execution/transaction/executable.ts'
import { feeCapOf, tipOf } from '../execution/transaction/inclusion-rules.ts'
import { intrinsicGas } from '../execution/transaction/intrinsic-gas.ts'
import { PoolError } from '../mempool/pool-error.ts'
import type { SignedTransaction } from '../transaction.ts'
import { decodeSubmitted } from './decode.ts'
import type { ImportedChain } from './imported-chain.ts'

/** Transactions that are kept at most; blobs of 128 KiB come with some of them. */
export const TRANSACTIONS_MAX = 4_096
const BUMP_PERCENT = 110n

type Entry = { readonly transaction: SignedTransaction; readonly sidecar: BlobSidecar | undefined }

export class ImportedPool implements PoolReader {
  readonly #chain: ImportedChain
  readonly #events: NodeEvents
  readonly #byHash = new Map<Hash, Entry>()
  /** By nonce. */
  readonly #bySender = new Map<Address, Map<bigint, SignedTransaction>>()
  /** Of the state at the head, which does not move. */
  readonly #nonces = new Map<Address, bigint>()

  constructor(chain: ImportedChain, events: NodeEvents) {
    this.#chain = chain
    this.#events = events
  }

  get(hash: Hash): SignedTransaction | undefined {
    return this.#byHash.get(hash)?.transaction
  }

  sidecar(hash: Hash): BlobSidecar | undefined {
    return this.#byHash.get(hash)?.sidecar
  }

  pending(): readonly SignedTransaction[] {
    const baseFee = this.#chain.fees.baseFee(this.#chain.head.header) ?? 0n
    const runs = [...this.#bySender.keys()].map((sender) => this.#split(sender).pending)
    const ordered: SignedTransaction[] = []
    for (;;) {
      const heads = runs.flatMap((run) => run.slice(0, 1))
      const [best] = heads.sort((a, b) => compare(tipOf(b.tx, baseFee), tipOf(a.tx, baseFee)))
      if (best === undefined) return ordered
      ordered.push(best)
      runs.find(([head]) => head === best)?.shift()
    }
  }

  content(): { readonly pending: PoolContent; readonly queued: PoolContent } {
    const split = [...this.#bySender.keys()].map((sender) => ({ sender, ...this.#split(sender) }))
    const contentOf = (part: 'pending' | 'queued'): PoolContent =>
      new Map(split.filter((run) => run[part].length > 0).map((run) => [run.sender, run[part]]))
    return { pending: contentOf('pending'), queued: contentOf('queued') }
  }

  status(): { readonly pending: number; readonly queued: number } {
    const { pending, queued } = this.content()
    const count = (content: PoolContent): number =>
      [...content.values()].reduce((sum, run) => sum + run.length, 0)
    return { pending: count(pending), queued: count(queued) }
  }

  async nextNonce(address: Address): Promise<bigint> {
    const last = this.#split(address).pending.at(-1)
    return last === undefined ? (await this.#accountOf(address)).nonce : last.tx.nonce + 1n
  }

  async submit(raw: Uint8Array): Promise<Hash> {
    const { transaction, sidecar } = this.#read(raw)
    const { sender, hash, tx } = transaction
    if (this.#byHash.has(hash)) throw new PoolError({ code: 'ALREADY_KNOWN' })
    await this.#verify(transaction)
    const run = this.#bySender.get(sender) ?? new Map<bigint, SignedTransaction>()
    const held = run.get(tx.nonce)
    if (held !== undefined && feeCapOf(tx) * 100n < feeCapOf(held.tx) * BUMP_PERCENT) {
      throw new PoolError({ code: 'REPLACEMENT_UNDERPRICED' })
    }
    if (held !== undefined) this.#byHash.delete(held.hash)
    if (this.#byHash.size >= TRANSACTIONS_MAX) throw new PoolError({ code: 'POOL_FULL' })
    this.#byHash.set(hash, { transaction, sidecar })
    this.#bySender.set(sender, run.set(tx.nonce, transaction))
    this.#events.emit('pendingTransaction', transaction)
    return hash
  }

  #read(raw: Uint8Array): Entry {
    try {
      return decodeSubmitted(
        Uint8Array.from(raw),
        this.#chain.rules.at(this.#chain.nextPlace()).common,
      )
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw new PoolError({ code: 'NOT_CANONICAL', field: error.message }, { cause: error })
    }
  }

  async #verify({ sender, tx }: SignedTransaction): Promise<void> {
    const { gasLimit, nonce, value } = tx
    const { header } = this.#chain.head
    const rules = this.#chain.rules.at(this.#chain.nextPlace())
    if (gasLimit > header.gasLimit) {
      throw new PoolError({ code: 'GAS_ABOVE_BLOCK', gasLimit, blockGasLimit: header.gasLimit })
    }
    const gas = intrinsicGas(tx, rules.transaction.prices)
    if (gasLimit < gas.intrinsic) {
      const required = gas.intrinsic
      throw new PoolError({ code: 'INTRINSIC_GAS_TOO_LOW', gasLimit, required })
    }
    const account = await this.#accountOf(sender)
    if (nonce < account.nonce) {
      throw new PoolError({ code: 'NONCE_TOO_LOW', expected: account.nonce, actual: nonce })
    }
    const blobFeeCap = 'maxFeePerBlobGas' in tx ? tx.maxFeePerBlobGas : 0n
    const cost = gasLimit * feeCapOf(tx) + value + blobGasOf(tx) * blobFeeCap
    const { balance } = account
    if (balance < cost) {
      throw new PoolError({ code: 'INSUFFICIENT_FUNDS', balance, cost, reserved: 0n })
    }
  }

  async #accountOf(address: Address): Promise<{ nonce: bigint; balance: bigint }> {
    const view = this.#chain.state.view(this.#chain.head.header.stateRoot)
    const account = (await view.account(address)) ?? { nonce: 0n, balance: 0n }
    this.#nonces.set(address, account.nonce)
    return account
  }

  /** Without a gap from the account's nonce on, and what is behind a gap. */
  #split(sender: Address): { pending: SignedTransaction[]; queued: SignedTransaction[] } {
    const run = [...(this.#bySender.get(sender)?.values() ?? [])].sort((a, b) =>
      compare(a.tx.nonce, b.tx.nonce),
    )
    const first = this.#nonces.get(sender) ?? 0n
    const gap = run.findIndex(({ tx }, index) => tx.nonce !== first + BigInt(index))
    const end = gap === -1 ? run.length : gap
    return { pending: run.slice(0, end), queued: run.slice(end) }
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
