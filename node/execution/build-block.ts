/**
 * A block from what the pool offers: candidates in their order, as long as gas, bytes and time
 * allow. One that can't be included now is passed over; one that never can be on this state is
 * named, so that the pool lets go of it.
 */

import { KECCAK256_RLP, KECCAK256_RLP_ARRAY } from '@ethereumjs/util'
import { sha256 } from '@noble/hashes/sha2.js'
import {
  BLOCK_BYTES_MAX,
  BLOCK_OVERHEAD_BYTES_MAX,
  transactionBlockBytes,
} from '../../consensus/codec/block-codec.ts'
import { bytesToHex } from '../../consensus/codec/hex.ts'
import { orderedTrieRoot } from '../../consensus/codec/ordered-trie-root.ts'
import type { Address, Hash, Header, Hex } from '../../consensus/types.ts'
import type { NodeStore } from '../state/trie/node-store.ts'
import type { SignedTransaction } from '../transaction.ts'
import { BlockRun } from './block-run.ts'
import type { Lane } from './evm/lane.ts'
import { EMPTY_BLOOM } from './receipts/receipt-codec.ts'
import { InclusionError, type InclusionErrorType } from './transaction/inclusion-rules.ts'
import type {
  BlockParent,
  BuildEnvironment,
  BuildOptions,
  BuiltBlock,
  ParentState,
} from './types.ts'

const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`
const ZERO_NONCE: Hex = '0x0000000000000000'
const EMPTY_REQUESTS_HASH: Hash = bytesToHex(sha256(new Uint8Array(0)))
/** No transfer fits in less: what is left of a block is not worth looking further for. */
const GAS_WORTH_FILLING = 21_000n

type Refused = { hash: Hash; reason: string }

export async function buildBlock(
  lane: Lane,
  nodes: NodeStore,
  parent: ParentState,
  environment: BuildEnvironment,
  candidates: Iterable<SignedTransaction>,
  { isOver = () => false }: BuildOptions,
): Promise<BuiltBlock> {
  const number = parent.header.number + 1n
  const run = await BlockRun.open(lane, parent, { ...environment, number })
  const draft = draftHeader(parent, environment)
  let bytes = BLOCK_OVERHEAD_BYTES_MAX
  const transactions: SignedTransaction[] = []
  const refused: Refused[] = []
  /** Senders one of whose transactions was passed over: their later ones would leave a gap. */
  const skipped = new Set<Address>()
  for (const candidate of candidates) {
    if (isOver() || run.gasAvailable < GAS_WORTH_FILLING) break
    const { raw, sender, hash } = candidate
    const size = transactionBlockBytes(raw)
    if (skipped.has(sender)) continue
    if (bytes + size > BLOCK_BYTES_MAX) {
      skipped.add(sender)
      continue
    }
    const refusal = await attempt(run, candidate)
    if (refusal === undefined) {
      transactions.push(candidate)
      bytes += size
      continue
    }
    skipped.add(sender)
    if (isLasting(refusal)) refused.push({ hash, reason: refusal.code })
  }
  const executed = await run.finish(nodes)
  const { stateRoot, receiptsRoot, logsBloom, gasUsed } = executed
  const transactionsRoot = orderedTrieRoot(transactions.map(({ raw }) => raw))
  const header = { ...draft, stateRoot, receiptsRoot, logsBloom, gasUsed, transactionsRoot }
  return { header, transactions, executed, refused }
}

async function attempt(
  run: BlockRun,
  candidate: SignedTransaction,
): Promise<InclusionErrorType | undefined> {
  try {
    await run.apply(candidate)
    return undefined
  } catch (error) {
    if (error instanceof InclusionError) return error.type
    throw error
  }
}

/** Whether the refusal says something about the state, and not about this block or its order. */
function isLasting(refusal: InclusionErrorType): boolean {
  switch (refusal.code) {
    case 'NONCE_TOO_LOW':
    case 'BALANCE_TOO_LOW':
    case 'SENDER_HAS_CODE':
    case 'GAS_TOO_LOW':
    case 'GAS_ABOVE_CAP':
    case 'BLOBS_NOT_ALLOWED':
    case 'BLOBS_MALFORMED':
      return true
    case 'GAS_ABOVE_BLOCK':
    case 'FEE_BELOW_BASE':
    case 'NONCE_TOO_HIGH':
    case 'BLOB_GAS_ABOVE_BLOCK':
    case 'BLOB_FEE_BELOW_BASE':
      return false
  }
}

/** Everything but the results, which stand as if the block were empty. */
export function draftHeader(parent: BlockParent, environment: BuildEnvironment): Header {
  return {
    parentHash: parent.hash,
    ommersHash: bytesToHex(KECCAK256_RLP_ARRAY),
    coinbase: environment.coinbase,
    stateRoot: parent.header.stateRoot,
    transactionsRoot: bytesToHex(KECCAK256_RLP),
    receiptsRoot: bytesToHex(KECCAK256_RLP),
    logsBloom: EMPTY_BLOOM,
    difficulty: environment.difficulty,
    number: parent.header.number + 1n,
    gasLimit: environment.gasLimit,
    gasUsed: 0n,
    timestamp: environment.timestamp,
    extraData: environment.extraData,
    mixHash: environment.mixHash,
    nonce: ZERO_NONCE,
    baseFeePerGas: environment.baseFeePerGas,
    withdrawalsRoot: bytesToHex(KECCAK256_RLP),
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: ZERO_HASH,
    requestsHash: EMPTY_REQUESTS_HASH,
  }
}
