/** Blocks with bodies and receipts for the stores to keep: well-formed, and never executed. */
import { bytesToHex } from '@ethereumjs/util'
import { hashHeader } from '../../../../consensus/codec/header-codec.ts'
import { orderedTrieRoot } from '../../../../consensus/codec/ordered-trie-root.ts'
import {
  type BlockRecord,
  childRecord,
  genesisRecord,
} from '../../../../consensus/tree/block-node.ts'
import type { Hash } from '../../../../consensus/types.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import type { BlockSummary } from '../../../../node/events.ts'
import { encodeReceipt } from '../../../../node/execution/receipts/receipt-codec.ts'
import type { Log, Receipt } from '../../../../node/receipt.ts'
import type { NewBlock } from '../../../../node/storage/block-store.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { addressOf, makeTransaction } from '../../../support/made-transactions.ts'
import { GENESIS, GENESIS_HASH, TEST_PARAMS } from '../../../support/mined-blocks.ts'

export type MadeBlock = Required<NewBlock> & { readonly trieNode: Uint8Array }

const EMPTY_BLOOM = `0x${'00'.repeat(256)}` as const

export function makeReceipt(gasBefore: bigint, changes: Partial<Receipt> = {}): Receipt {
  const gasUsed = changes.gasUsed ?? 21_000n
  return {
    type: 2,
    status: 1,
    effectiveGasPrice: 1_500_000_000n,
    contractAddress: undefined,
    logsBloom: EMPTY_BLOOM,
    logs: [],
    ...changes,
    gasUsed,
    cumulativeGasUsed: gasBefore + gasUsed,
  }
}

export function makeLog(seed: number): Log {
  const word = bytesToHex(keccak256(Uint8Array.of(seed)))
  return { address: addressOf(seed), topics: [word, word], data: word }
}

export const GENESIS_BLOCK: NewBlock & { record: BlockRecord } = {
  summary: { hash: GENESIS_HASH, header: GENESIS },
  record: genesisRecord(GENESIS_HASH, GENESIS, TEST_PARAMS.genesisDifficulty),
  transactions: [],
  receipts: [],
}

/** A child with `count` transfers; `salt` tells siblings apart. */
export function makeChildBlock(
  parent: { readonly summary: BlockSummary; readonly record: BlockRecord },
  options: {
    count?: number
    salt?: number
    transactions?: readonly SignedTransaction[]
    stateRoot?: Hash
  } = {},
): MadeBlock {
  const { count = 2, salt = 0 } = options
  const number = parent.record.number + 1n
  const transactions =
    options.transactions ??
    Array.from({ length: count }, (_, index) =>
      makeTransaction({ sender: addressOf(index), nonce: number, value: BigInt(salt + 1) }),
    )
  const trieNode = keccak256(new TextEncoder().encode(`state ${number} ${salt}`))
  const receipts: Receipt[] = []
  for (const _ of transactions) {
    const logs = receipts.length === 0 ? [makeLog(Number(number) + salt)] : []
    receipts.push(makeReceipt(receipts.at(-1)?.cumulativeGasUsed ?? 0n, { logs }))
  }
  const header = {
    ...GENESIS,
    parentHash: parent.summary.hash,
    stateRoot: options.stateRoot ?? bytesToHex(keccak256(trieNode)),
    transactionsRoot: orderedTrieRoot(transactions.map(({ raw }) => raw)),
    receiptsRoot: orderedTrieRoot(receipts.map(encodeReceipt)),
    number,
    timestamp: parent.summary.header.timestamp + 2n,
    gasUsed: 21_000n * BigInt(transactions.length),
    nonce: `0x${salt.toString(16).padStart(16, '0')}` as const,
  }
  const hash = hashHeader(header)
  const sequence = parent.record.sequence + 1
  const record = {
    ...childRecord(parent.record, hash, header, sequence, TEST_PARAMS),
    status: 'executed' as const,
  }
  const proof = Uint8Array.of(1, 0, 0, 0, salt, 0, 0, 0)
  return { summary: { hash, header }, record, transactions, receipts, proof, trieNode }
}

/** `length` blocks on top of each other. */
export function makeChain(
  parent: { readonly summary: BlockSummary; readonly record: BlockRecord },
  length: number,
  options: { count?: number; salt?: number; stateRoot?: Hash } = {},
): MadeBlock[] {
  const chain: MadeBlock[] = []
  for (let i = 0; i < length; i++) chain.push(makeChildBlock(chain.at(-1) ?? parent, options))
  return chain
}

export const hashOf = (block: NewBlock): Hash => block.summary.hash
