/**
 * Transactions of every fork of Ethereum, by EthereumJS's own readers: ours are for the types of
 * our chain alone. A blob transaction for the pool comes with its blobs around it (EIP-4844,
 * EIP-7594); what stands in a block, and counts as the transaction, is without.
 */

import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { createTxFromRLP } from '@ethereumjs/tx'
import { bytesToHex, concatBytes } from '@ethereumjs/util'
import { sha256 } from '@noble/hashes/sha2.js'
import type { BlobSidecar } from '../api.ts'
import type { SignedTransaction } from '../transaction.ts'
import { ImportError } from './import-error.ts'

const BLOB_TYPE = 0x03
const BLOB_BYTES = 131_072
const KZG_POINT_BYTES = 48
/** EIP-7594: a blob is proven cell by cell. */
const CELLS_PER_BLOB = 128

/** Throws an {@link ImportError} TRANSACTION_INVALID. */
export function decodeEthereumTransaction(raw: Uint8Array, common: Common): SignedTransaction {
  try {
    const tx = createTxFromRLP(raw, { common, freeze: false })
    const sender = tx.getSenderAddress()
    tx.getSenderAddress = () => sender
    return { hash: bytesToHex(tx.hash()), raw, sender: bytesToHex(sender.bytes), tx }
  } catch (cause) {
    // The library has one kind of error, and says in its sentence what is wrong.
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/**
 * A transaction as a sender hands it in. What its blobs commit to is held against its hashes; that
 * the commitments are those of the blobs is not, for which all of the trusted setup would have to
 * be here: nothing of an imported chain is ever handed on.
 */
export function decodeSubmitted(
  raw: Uint8Array,
  common: Common,
): { readonly transaction: SignedTransaction; readonly sidecar: BlobSidecar | undefined } {
  if (raw[0] !== BLOB_TYPE) {
    return { transaction: decodeEthereumTransaction(raw, common), sidecar: undefined }
  }
  const { inner, sidecar } = unwrap(raw)
  const transaction = decodeEthereumTransaction(inner, common)
  verifyHashes(transaction, sidecar)
  return { transaction, sidecar }
}

function unwrap(raw: Uint8Array): { readonly inner: Uint8Array; readonly sidecar: BlobSidecar } {
  const list = decodeList(raw.subarray(1))
  const [payload] = list
  if (payload === undefined || payload instanceof Uint8Array) {
    throw invalid('a blob transaction is sent with its blobs')
  }
  const version = list.length === 5 ? 1 : 0
  if (list.length !== 4 + version || (version === 1 && !isOne(list[1]))) {
    throw invalid('the wrapper of a blob transaction has four items, or five with version 1')
  }
  const [blobs, commitments, proofs] = list.slice(1 + version).map(bytesList)
  if (blobs === undefined || commitments === undefined || proofs === undefined) {
    throw invalid('the wrapper lacks a list')
  }
  const proofsMany = version === 1 ? CELLS_PER_BLOB : 1
  const isWhole =
    blobs.every(({ length }) => length === BLOB_BYTES) &&
    [...commitments, ...proofs].every(({ length }) => length === KZG_POINT_BYTES) &&
    commitments.length === blobs.length &&
    proofs.length === blobs.length * proofsMany
  if (!isWhole) throw invalid('blobs, commitments and proofs do not fit each other')
  const inner = concatBytes(Uint8Array.of(BLOB_TYPE), RLP.encode(payload))
  return { inner, sidecar: { version, blobs, commitments, proofs } }
}

/** EIP-4844: a versioned hash is the SHA-256 of its commitment, but for its first byte. */
function verifyHashes({ tx }: SignedTransaction, { commitments }: BlobSidecar): void {
  const hashes = 'blobVersionedHashes' in tx ? tx.blobVersionedHashes : []
  const made = commitments.map((commitment) => `0x01${bytesToHex(sha256(commitment)).slice(4)}`)
  const isSame = hashes.length === made.length && hashes.every((hash, i) => hash === made[i])
  if (!isSame) throw invalid('blob hashes are not those of the commitments')
}

type Nested = Uint8Array | Nested[]

function decodeList(bytes: Uint8Array): readonly Nested[] {
  let decoded: Nested
  try {
    decoded = RLP.decode(bytes)
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (decoded instanceof Uint8Array) throw invalid('a blob transaction is a list')
  return decoded
}

function bytesList(item: Nested): readonly Uint8Array[] {
  if (item instanceof Uint8Array) throw invalid('a list is expected')
  return item.map((entry) => {
    if (entry instanceof Uint8Array) return entry
    throw invalid('bytes are expected')
  })
}

function isOne(item: Nested | undefined): boolean {
  return item instanceof Uint8Array && item.length === 1 && item[0] === 1
}

function invalid(reason: string, cause?: unknown): ImportError {
  return new ImportError({ code: 'TRANSACTION_INVALID', reason }, { cause })
}
