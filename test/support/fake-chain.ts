/**
 * A chain in memory: what JSON-RPC reads, with a world simple enough to predict. A transaction
 * moves its value and uses 21,000 gas; data of 32-byte words makes it log, a word a topic.
 */

import { bytesToHex, createAddressFromString, generateAddress, hexToBytes } from '@ethereumjs/util'
import { Bloom } from '@ethereumjs/vm'
import { blockBytes } from '../../consensus/codec/block-codec.ts'
import { hashHeader } from '../../consensus/codec/header-codec.ts'
import { orderedTrieRoot } from '../../consensus/codec/ordered-trie-root.ts'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Address, Hash, Header, Hex } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { BlockSelector, ChainBlock, ChainReader, TransactionLocation } from '../../node/api.ts'
import type { BlockSummary, HeadChange } from '../../node/events.ts'
import type { Log, Receipt } from '../../node/receipt.ts'
import type { AccountRecord } from '../../node/state/types.ts'
import type { LogSearch } from '../../node/storage/log-index/log-terms.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { COINBASE, EMPTY_ROOT, makeGenesis } from './mined-blocks.ts'

const GAS_PER_TRANSACTION = 21_000n
const EMPTY_CODE_HASH = bytesToHex(keccak256(new Uint8Array()))

export type FakeAccounts = ReadonlyMap<Address, AccountRecord>

type Entry = {
  readonly block: ChainBlock
  readonly receipts: readonly Receipt[]
  readonly accounts: FakeAccounts
}

export class FakeChain implements ChainReader {
  readonly #entries = new Map<Hash, Entry>()
  readonly #canonical: Hash[] = []
  readonly #locations = new Map<Hash, TransactionLocation>()
  readonly codes = new Map<Hash, Uint8Array>()
  readonly proofs = new Map<Hash, Uint8Array>()
  /** Numbers behind the tags; a real node has them from finality. */
  readonly tags = { safe: 0n, finalized: 0n }
  pendingTransactions: () => readonly SignedTransaction[] = () => []

  constructor(genesis: Genesis) {
    const header: Header = {
      ...makeGenesis(genesis.params),
      gasLimit: genesis.gasLimit,
      timestamp: genesis.timestamp,
      stateRoot: genesis.stateRoot,
    }
    const accounts = new Map<Address, AccountRecord>()
    for (const [address, { balance, nonce, code }] of genesis.alloc) {
      const codeHash = bytesToHex(keccak256(code))
      this.codes.set(codeHash, code)
      accounts.set(address, { balance, nonce, codeHash, storageRoot: EMPTY_ROOT })
    }
    const hash = hashHeader(header)
    const block = { hash, header, transactions: [], sizeBytes: blockBytes(header, []) }
    this.#entries.set(hash, { block, receipts: [], accounts })
    this.#canonical.push(hash)
  }

  /** Adds a block on the head. */
  extend(transactions: readonly SignedTransaction[], changes: Partial<Header> = {}): HeadChange {
    const entry = this.#make(this.#headEntry(), transactions, changes)
    this.#append(entry)
    return { removed: [], added: [entry.block], head: entry.block }
  }

  /** Replaces the last `depth` blocks by one more, empty, of another coinbase. */
  reorg(depth: number): HeadChange {
    const removed = this.#canonical
      .splice(-depth)
      .reverse()
      .map((hash) => this.#block(hash))
    for (const { transactions } of removed) {
      for (const { hash } of transactions) this.#locations.delete(hash)
    }
    const added: ChainBlock[] = []
    while (added.length <= depth) {
      const entry = this.#make(this.#headEntry(), [], { coinbase: `0x${'d0'.repeat(20)}` })
      this.#append(entry)
      added.push(entry.block)
    }
    return { removed, added, head: this.head() }
  }

  accountsAt(hash: Hash): FakeAccounts | undefined {
    return this.#entries.get(hash)?.accounts
  }

  head(): BlockSummary {
    return this.#headEntry().block
  }

  async resolve(selector: BlockSelector): Promise<BlockSummary | undefined> {
    if ('hash' in selector) {
      const entry = this.#entries.get(selector.hash)
      const isWanted = !selector.requireCanonical || this.#canonical.includes(selector.hash)
      return isWanted ? entry?.block : undefined
    }
    const hash = this.#canonical[Number(this.#numberOf(selector))]
    return hash === undefined ? undefined : this.#block(hash)
  }

  async canonicalHash(number: bigint): Promise<Hash | undefined> {
    return this.#canonical[Number(number)]
  }

  async header(hash: Hash): Promise<Header | undefined> {
    return this.#entries.get(hash)?.block.header
  }

  async block(hash: Hash): Promise<ChainBlock | undefined> {
    return this.#entries.get(hash)?.block
  }

  async receipts(hash: Hash): Promise<readonly Receipt[] | undefined> {
    return this.#entries.get(hash)?.receipts
  }

  peek(number: bigint): BlockSummary | undefined {
    const hash = this.#canonical[Number(number)]
    return hash === undefined ? undefined : this.#block(hash)
  }

  peekReceipts(hash: Hash): readonly Receipt[] | undefined {
    return this.#entries.get(hash)?.receipts
  }

  async *blocksWithLogs({ from, to }: LogSearch) {
    for (let number = from; number <= to; number++) yield [number]
  }

  async proof(hash: Hash): Promise<Uint8Array | undefined> {
    return this.proofs.get(hash)
  }

  async totalDifficulty(): Promise<bigint | undefined> {
    return undefined
  }

  async locate(transactionHash: Hash): Promise<TransactionLocation | undefined> {
    return this.#locations.get(transactionHash)
  }

  async pendingBlock() {
    return this.#make(this.#headEntry(), this.pendingTransactions(), {})
  }

  #numberOf(selector: Exclude<BlockSelector, { hash: Hash }>): bigint {
    if ('number' in selector) return selector.number
    const head = this.head().header.number
    const { safe, finalized } = this.tags
    return { latest: head, pending: head, earliest: 0n, safe, finalized }[selector.tag]
  }

  #headEntry(): Entry {
    const entry = this.#entries.get(this.#canonical.at(-1) ?? '0x')
    if (entry === undefined) throw new Error('there is a genesis')
    return entry
  }

  #block(hash: Hash): ChainBlock {
    const entry = this.#entries.get(hash)
    if (entry === undefined) throw new Error(`no block ${hash}`)
    return entry.block
  }

  #append(entry: Entry): void {
    const { hash, header, transactions } = entry.block
    this.#entries.set(hash, entry)
    this.#canonical.push(hash)
    transactions.forEach((transaction, index) => {
      const location = { blockHash: hash, blockNumber: header.number, index }
      this.#locations.set(transaction.hash, location)
    })
  }

  #make(
    parent: Entry,
    transactions: readonly SignedTransaction[],
    changes: Partial<Header>,
  ): Entry {
    const baseFeePerGas = nextBaseFee(parent.block.header)
    const receipts = receiptsOf(transactions, baseFeePerGas)
    const raws = transactions.map((transaction) => transaction.raw)
    const header: Header = {
      ...parent.block.header,
      parentHash: parent.block.hash,
      coinbase: COINBASE,
      number: parent.block.header.number + 1n,
      timestamp: parent.block.header.timestamp + 2n,
      transactionsRoot: orderedTrieRoot(raws),
      logsBloom: bloomOf(receipts.flatMap((receipt) => receipt.logs)),
      gasUsed: BigInt(transactions.length) * GAS_PER_TRANSACTION,
      baseFeePerGas,
      ...changes,
    }
    const hash = hashHeader(header)
    const block = { hash, header, transactions, sizeBytes: blockBytes(header, raws) }
    return { block, receipts, accounts: moveValues(parent.accounts, transactions) }
  }
}

/** An account that nobody has heard of. */
export const NOBODY: AccountRecord = {
  nonce: 0n,
  balance: 0n,
  codeHash: EMPTY_CODE_HASH,
  storageRoot: EMPTY_ROOT,
}

function moveValues(before: FakeAccounts, transactions: readonly SignedTransaction[]) {
  const accounts = new Map(before)
  const change = (address: Address, value: bigint, nonces: bigint): void => {
    const account = accounts.get(address) ?? NOBODY
    const { nonce, balance } = account
    accounts.set(address, { ...account, nonce: nonce + nonces, balance: balance + value })
  }
  for (const { sender, tx } of transactions) {
    change(sender, -tx.value, 1n)
    if (tx.to !== undefined) change(tx.to.toString(), tx.value, 0n)
  }
  return accounts
}

function receiptsOf(
  transactions: readonly SignedTransaction[],
  baseFee: bigint,
): readonly Receipt[] {
  return transactions.map(({ sender, tx }, index) => {
    const logs = logsOf(tx.to?.toString(), tx.data)
    return {
      type: tx.type,
      status: 1,
      gasUsed: GAS_PER_TRANSACTION,
      cumulativeGasUsed: BigInt(index + 1) * GAS_PER_TRANSACTION,
      effectiveGasPrice: 'gasPrice' in tx ? tx.gasPrice : baseFee + tx.maxPriorityFeePerGas,
      contractAddress: tx.to === undefined ? createdBy(sender, tx.nonce) : undefined,
      logsBloom: bloomOf(logs),
      logs,
    }
  })
}

function createdBy(sender: Address, nonce: bigint): Address {
  const from = createAddressFromString(sender).bytes
  return bytesToHex(generateAddress(from, nonce === 0n ? new Uint8Array() : bigEndian(nonce)))
}

function bigEndian(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return hexToBytes(`0x${hex.padStart(hex.length + (hex.length % 2), '0')}`)
}

function logsOf(address: Address | undefined, data: Uint8Array): readonly Log[] {
  const count = data.length / 32
  if (address === undefined || count === 0 || !Number.isInteger(count)) return []
  const words = Array.from({ length: count }, (_, i) =>
    bytesToHex(data.subarray(32 * i, 32 * (i + 1))),
  )
  return [{ address, topics: words, data: '0x' }]
}

/** By the library's own filter, which shares nothing with ours. */
function bloomOf(logs: readonly Log[]): Hex {
  const bloom = new Bloom()
  for (const { address, topics } of logs) {
    for (const value of [address, ...topics]) bloom.add(hexToBytes(value))
  }
  return bytesToHex(bloom.bitvector)
}
