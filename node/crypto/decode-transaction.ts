/**
 * Raw bytes to the transaction object of EthereumJS, strictly: one encoding, types 0, 1, 2 and 4,
 * every rule that needs no state.
 *
 * The objects are put together without the library's constructors, which turn each field from
 * bytes to a number, back and forth again; tests compare the result with theirs field by field.
 */
import type { Common } from '@ethereumjs/common'
import {
  AccessList2930Tx,
  Capability,
  EOACode7702Tx,
  FeeMarket1559Tx,
  LegacyTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { Address } from '@ethereumjs/util'
import { bytesToHex, hexToBytes } from '../../consensus/codec/hex.ts'
import type { Address as AddressHex, Hash } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { SignedTransaction } from '../transaction.ts'
import { readAccessList, readAuthorizationList } from './access-lists.ts'
import { recoverAddress } from './secp256k1.ts'
import {
  type Envelope,
  readBytes,
  readEnvelope,
  readInteger,
  readSignedParts,
  type SignedParts,
  TransactionError,
} from './transaction-envelope.ts'

/** A transaction that is valid but for its sender, who is not known yet. */
export type UnrecoveredTransaction = {
  readonly hash: Hash
  readonly raw: Uint8Array
  readonly tx: TypedTransaction
  readonly signed: SignedParts
}

const UINT64_MAX = 2n ** 64n - 1n

/**
 * Reads a transaction, and recovers its sender unless it is known from an earlier recovery.
 * Throws a {@link TransactionError}.
 */
export function decodeTransaction(
  raw: Uint8Array,
  common: Common,
  knownSender?: AddressHex,
): SignedTransaction {
  const unrecovered = parseTransaction(raw, common)
  const { hash, compact, recovery } = unrecovered.signed
  const sender = knownSender ? hexToBytes(knownSender) : recoverAddress(hash, compact, recovery)
  if (sender === undefined) throw new TransactionError({ code: 'SIGNATURE_INVALID' })
  return attachSender(unrecovered, sender)
}

/** All of decoding but the recovery, which a batch does elsewhere. */
export function parseTransaction(raw: Uint8Array, common: Common): UnrecoveredTransaction {
  const envelope = readEnvelope(raw)
  const signed = readSignedParts(envelope)
  const expected = common.chainId()
  if (signed.chainId !== undefined && signed.chainId !== expected) {
    throw new TransactionError({ code: 'CHAIN_ID_MISMATCH', expected, actual: signed.chainId })
  }
  const hash = keccak256(raw)
  const tx = assembleTransaction(envelope, signed, { common, cache: { hash } })
  return { hash: bytesToHex(hash), raw, tx, signed }
}

/** The whole transaction; `sender` is 20 bytes. */
export function attachSender(
  { hash, raw, tx }: UnrecoveredTransaction,
  sender: Uint8Array,
): SignedTransaction {
  const address = new Address(sender)
  // The library would recover again at each question; the answer is here.
  tx.getSenderAddress = () => address
  Object.freeze(tx)
  return { hash, raw, sender: bytesToHex(sender), tx }
}

type Shared = { readonly common: Common; readonly cache: { readonly hash: Uint8Array } }

function assembleTransaction(
  envelope: Envelope,
  signed: SignedParts,
  shared: Shared,
): TypedTransaction {
  switch (envelope.type) {
    case 0:
      return assembleLegacy(envelope, signed, shared)
    case 1:
      return assembleAccessList(envelope, signed, shared)
    case 2:
      return assembleFeeMarket(envelope, signed, shared)
    case 4:
      return assembleSetCode(envelope, signed, shared)
  }
}

function assembleLegacy(envelope: Envelope, signed: SignedParts, shared: Shared): LegacyTx {
  const { EIP155ReplayProtection } = Capability
  return Object.assign(Object.create(LegacyTx.prototype), {
    type: 0,
    activeCapabilities: signed.chainId === undefined ? [] : [EIP155ReplayProtection],
    gasPrice: readInteger(envelope, 1, 'gasPrice', 32),
    ...readBody(envelope, 2, shared),
    nonce: readNonce(envelope, 0),
    keccakFunction: shared.common.customCrypto.keccak256,
  })
}

function assembleAccessList(
  envelope: Envelope,
  signed: SignedParts,
  shared: Shared,
): AccessList2930Tx {
  return Object.assign(Object.create(AccessList2930Tx.prototype), {
    type: 1,
    activeCapabilities: [2718, 2930],
    chainId: signed.chainId,
    gasPrice: readInteger(envelope, 2, 'gasPrice', 32),
    ...readBody(envelope, 3, shared),
    nonce: readNonce(envelope, 1),
    accessList: readAccessList(envelope, 7),
  })
}

function assembleFeeMarket(
  envelope: Envelope,
  signed: SignedParts,
  shared: Shared,
): FeeMarket1559Tx {
  return Object.assign(Object.create(FeeMarket1559Tx.prototype), {
    type: 2,
    activeCapabilities: [1559, 2718, 2930],
    chainId: signed.chainId,
    ...readFees(envelope),
    ...readBody(envelope, 4, shared),
    nonce: readNonce(envelope, 1),
    accessList: readAccessList(envelope, 8),
  })
}

function assembleSetCode(envelope: Envelope, signed: SignedParts, shared: Shared): EOACode7702Tx {
  const body = readBody(envelope, 4, shared)
  if (body.to === undefined) throw new TransactionError({ code: 'CREATION_NOT_ALLOWED' })
  return Object.assign(Object.create(EOACode7702Tx.prototype), {
    type: 4,
    activeCapabilities: [1559, 2718, 2930, 7702],
    chainId: signed.chainId,
    ...readFees(envelope),
    ...body,
    nonce: readNonce(envelope, 1),
    accessList: readAccessList(envelope, 8),
    authorizationList: readAuthorizationList(envelope, 9),
  })
}

/** gasLimit, to, value and data stand together in every type, and the signature at the end. */
function readBody(envelope: Envelope, at: number, { common, cache }: Shared) {
  const signatureAt = envelope.items.length - 3
  const body = {
    common,
    cache,
    txOptions: { common },
    gasLimit: readInteger(envelope, at, 'gasLimit', 8),
    to: readTo(envelope, at + 1),
    value: readInteger(envelope, at + 2, 'value', 32),
    data: readBytes(envelope, at + 3, 'data'),
    v: readInteger(envelope, signatureAt, 'v', 8),
    r: readInteger(envelope, signatureAt + 1, 'r', 32),
    s: readInteger(envelope, signatureAt + 2, 's', 32),
  }
  const cap = common.param('maxTransactionGasLimit')
  if (body.gasLimit > cap) throw new TransactionError({ code: 'GAS_LIMIT_ABOVE_CAP', cap })
  const bytesMax = common.param('maxInitCodeSize')
  if (body.to === undefined && BigInt(body.data.length) > bytesMax) {
    throw new TransactionError({ code: 'INITCODE_TOO_LARGE', bytesMax })
  }
  return body
}

function readFees(envelope: Envelope) {
  const maxPriorityFeePerGas = readInteger(envelope, 2, 'maxPriorityFeePerGas', 32)
  const maxFeePerGas = readInteger(envelope, 3, 'maxFeePerGas', 32)
  if (maxPriorityFeePerGas > maxFeePerGas) throw new TransactionError({ code: 'TIP_ABOVE_FEE_CAP' })
  return { maxPriorityFeePerGas, maxFeePerGas }
}

/** EIP-2681: the last nonce is never used, so that the next one fits. */
function readNonce(envelope: Envelope, at: number): bigint {
  const nonce = readInteger(envelope, at, 'nonce', 8)
  if (nonce === UINT64_MAX)
    throw new TransactionError({ code: 'FIELD_OUT_OF_RANGE', field: 'nonce' })
  return nonce
}

function readTo(envelope: Envelope, at: number): Address | undefined {
  const to = readBytes(envelope, at, 'to')
  if (to.length === 0) return undefined
  if (to.length !== 20) throw new TransactionError({ code: 'NOT_CANONICAL', field: 'to' })
  return new Address(to)
}
