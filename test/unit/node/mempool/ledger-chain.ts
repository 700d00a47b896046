/**
 * A chain in memory whose blocks move coins and count nonces, and no more: what the pool asks of a
 * chain, on any branch, without executing anything.
 */
import { bytesToHex, KECCAK256_NULL_S } from '@ethereumjs/util'
import { nextBaseFee } from '../../../../consensus/rules/base-fee.ts'
import type { Address, Hash, Header } from '../../../../consensus/types.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { attachSender } from '../../../../node/crypto/decode-transaction.ts'
import type { BlockSummary, HeadChange } from '../../../../node/events.ts'
import { feeCapOf, tipOf } from '../../../../node/execution/transaction/inclusion-rules.ts'
import { Mempool } from '../../../../node/mempool/mempool.ts'
import { DEFAULT_MEMPOOL_OPTIONS, type MempoolOptions } from '../../../../node/mempool/options.ts'
import type { AccountRecord } from '../../../../node/state/types.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { SILENT } from '../../../support/chain-factory.ts'
import { TEST_COMMON } from '../../../support/made-transactions.ts'
import { EMPTY_ROOT, GENESIS } from '../../../support/mined-blocks.ts'

type Account = { readonly nonce: bigint; readonly balance: bigint; readonly codeHash: Hash }
type Ledger = ReadonlyMap<Address, Account>
export type LedgerBlock = BlockSummary & {
  readonly transactions: readonly SignedTransaction[]
  readonly ledger: Ledger
}

const NEW_ACCOUNT: Account = { nonce: 0n, balance: 0n, codeHash: KECCAK256_NULL_S }

/** What happens in a block beside its transactions: a contract that pays, or takes. */
export type Happening = { readonly address: Address } & Partial<Account>

export class LedgerChain {
  readonly common = TEST_COMMON
  readonly codes = new Map<Hash, Uint8Array>()
  /** Accounts and blocks that the pool has read, in order. */
  readonly accountReads: Address[] = []
  readonly blockReads: Hash[] = []
  /** What reading a block fails with, when a test sets it. */
  readFailure: Error | undefined
  readonly #blocks = new Map<Hash, LedgerBlock>()
  #head: LedgerBlock

  constructor(balances: ReadonlyMap<Address, bigint>, header: Partial<Header> = {}) {
    const ledger = new Map([...balances].map(([address, balance]) => [address, funded(balance)]))
    this.#head = this.#seal({ ...GENESIS, ...header }, [], ledger)
  }

  get head(): LedgerBlock {
    return this.#head
  }

  readonly blocks = {
    block: async (hash: Hash) => {
      this.blockReads.push(hash)
      if (this.readFailure !== undefined) throw this.readFailure
      return this.#blocks.get(hash)
    },
  }

  readonly state = {
    viewAfter: ({ header: { stateRoot } }: BlockSummary) => ({
      account: async (address: Address): Promise<AccountRecord | undefined> => {
        this.accountReads.push(address)
        const account = this.#ledgerOf(stateRoot).get(address)
        return account && { ...account, storageRoot: EMPTY_ROOT }
      },
      code: async (codeHash: Hash) => this.codes.get(codeHash) ?? new Uint8Array(),
    }),
  }

  account(address: Address): Account {
    return this.#head.ledger.get(address) ?? NEW_ACCOUNT
  }

  at(hash: Hash): LedgerBlock {
    return this.#blocks.get(hash)!
  }

  /** A block on `parent`, which is not the head yet. */
  mine(
    transactions: readonly SignedTransaction[],
    happenings: readonly Happening[] = [],
    parent: LedgerBlock = this.#head,
  ): LedgerBlock {
    const { header, hash } = parent
    const baseFeePerGas = nextBaseFee(header)
    const ledger = new Map(parent.ledger)
    for (const transaction of transactions) apply(ledger, transaction, baseFeePerGas)
    for (const { address, ...changes } of happenings) {
      ledger.set(address, { ...(ledger.get(address) ?? NEW_ACCOUNT), ...changes })
    }
    const gasUsed = 21_000n * BigInt(transactions.length)
    const number = header.number + 1n
    const child = { ...header, parentHash: hash, number, baseFeePerGas, gasUsed }
    return this.#seal(child, transactions, ledger)
  }

  /** Makes a block the head, wherever it is. */
  follow(block: LedgerBlock): HeadChange {
    const removed: LedgerBlock[] = []
    const added: LedgerBlock[] = []
    let [old, next] = [this.#head, block]
    while (old.hash !== next.hash) {
      if (old.header.number >= next.header.number) {
        removed.push(old)
        old = this.at(old.header.parentHash)
      } else {
        added.unshift(next)
        next = this.at(next.header.parentHash)
      }
    }
    this.#head = block
    return { removed, added, head: block }
  }

  #seal(header: Header, transactions: readonly SignedTransaction[], ledger: Ledger): LedgerBlock {
    const stateRoot = hashOf(`state ${this.#blocks.size}`)
    const hash = hashOf(`block ${this.#blocks.size}`)
    const block = { hash, header: { ...header, stateRoot }, transactions, ledger }
    this.#blocks.set(hash, block)
    return block
  }

  #ledgerOf(stateRoot: Hash): Ledger {
    for (const { header, ledger } of this.#blocks.values()) {
      if (header.stateRoot === stateRoot) return ledger
    }
    throw new Error('no block has this state')
  }
}

/** Throws where no block could hold the transaction. */
export function apply(
  ledger: Map<Address, Account>,
  { sender, tx }: SignedTransaction,
  baseFee: bigint,
): void {
  const from = ledger.get(sender) ?? NEW_ACCOUNT
  const { nonce, value } = tx
  const tip = tipOf(tx, baseFee)
  if (nonce !== from.nonce) throw new Error(`nonce ${nonce} at ${from.nonce}`)
  if (tip < 0n) throw new Error('below the base fee')
  if (from.balance < tx.gasLimit * feeCapOf(tx) + value) throw new Error('overdraft')
  const balance = from.balance - value - 21_000n * (baseFee + tip)
  ledger.set(sender, { ...from, nonce: nonce + 1n, balance })
  const address = tx.to?.toString() as Address
  const to = ledger.get(address) ?? NEW_ACCOUNT
  ledger.set(address, { ...to, balance: to.balance + value })
}

/** Of made transactions, whose `r` names the sender. */
export const madeSenders: Parameters<typeof Mempool.open>[1]['recovery'] = {
  recover: async (parsed) =>
    parsed.map((item) => {
      const r = item.tx.r?.toString(16).padStart(40, '0') ?? ''
      return attachSender(item, Buffer.from(r, 'hex'))
    }),
}

export type PoolHarness = {
  readonly chain: LedgerChain
  readonly pool: Mempool
  readonly clock: { nowMs: number; now(): number }
  /** Hashes, as `pending` told of them. */
  readonly told: Hash[]
}

export async function openPool(
  chain: LedgerChain,
  options: Partial<MempoolOptions> = {},
): Promise<PoolHarness> {
  const clock = { nowMs: 1_800_000_000_000, now: () => clock.nowMs }
  const pool = await Mempool.open(
    { ...DEFAULT_MEMPOOL_OPTIONS, ...options },
    { chain, recovery: madeSenders, clock, log: SILENT },
  )
  const told: Hash[] = []
  pool.events.on('pending', ({ hash }) => told.push(hash))
  return { chain, pool, clock, told }
}

function funded(balance: bigint): Account {
  return { ...NEW_ACCOUNT, balance }
}

function hashOf(text: string): Hash {
  return bytesToHex(keccak256(new TextEncoder().encode(text)))
}
