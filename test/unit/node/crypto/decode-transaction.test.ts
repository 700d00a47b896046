/** Strict decoding against the objects and the signatures of @ethereumjs/tx. */
import {
  createAccessList2930Tx,
  createEOACode7702Tx,
  createFeeMarket1559Tx,
  createLegacyTx,
  createTxFromRLP,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { bytesToHex, concatBytes, createAddressFromPrivateKey, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeRlpList, encodeRlpString } from '../../../../consensus/codec/rlp-writer.ts'
import { createChainCommon } from '../../../../genesis/chain-config.ts'
import { decodeTransaction } from '../../../../node/crypto/decode-transaction.ts'
import { createSharedCommon } from '../../../../node/crypto/shared-common.ts'
import { codeOf } from '../../../support/assert-code.ts'
import { TEST_PARAMS } from '../../../support/mined-blocks.ts'

const INPUTS = { params: TEST_PARAMS, gasLimit: 30_000_000n, timestamp: 0n }
const COMMON = createSharedCommon(INPUTS)
/** Plain JavaScript cryptography, and a Common that is copied at every turn. */
const ORACLE = { common: createChainCommon(INPUTS) }
const KEY = hexToBytes(`0x${'42'.repeat(32)}`)
const SENDER = createAddressFromPrivateKey(KEY).toString()
const TO = `0x${'77'.repeat(20)}` as const
const { chainId } = TEST_PARAMS

const BODY = {
  nonce: 7n,
  gasLimit: 90_000n,
  to: TO,
  value: 12_345_678_901_234_567_890n,
  data: '0x00ff10' as const,
}
const FEES = { maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1n }
const ACCESS_LIST = [
  { address: TO, storageKeys: [`0x${'01'.repeat(32)}` as const, `0x${'02'.repeat(32)}` as const] },
  { address: `0x${'88'.repeat(20)}` as const, storageKeys: [] },
]
const AUTHORIZATIONS = [
  { chainId: '0x0', address: TO, nonce: '0x1', yParity: '0x1', r: '0x1234', s: '0x5678' },
  { chainId: '0x7', address: TO, nonce: '0xffffffffffffffff', yParity: '0x0', r: '0x1', s: '0x2' },
] as const

const CASES: Record<string, TypedTransaction> = {
  'legacy with a chain id': createLegacyTx({ ...BODY, gasPrice: 9n }, ORACLE).sign(KEY),
  'legacy creation': createLegacyTx(
    { gasPrice: 9n, gasLimit: 99_999n, data: '0x6000' },
    ORACLE,
  ).sign(KEY),
  'access list': createAccessList2930Tx(
    { ...BODY, chainId, gasPrice: 9n, accessList: ACCESS_LIST },
    ORACLE,
  ).sign(KEY),
  'fee market': createFeeMarket1559Tx(
    { ...BODY, ...FEES, chainId, accessList: ACCESS_LIST },
    ORACLE,
  ).sign(KEY),
  'fee market, all zero': createFeeMarket1559Tx({ chainId, to: TO }, ORACLE).sign(KEY),
  'set code': createEOACode7702Tx(
    { ...BODY, ...FEES, chainId, authorizationList: [...AUTHORIZATIONS] },
    ORACLE,
  ).sign(KEY),
}

/** What a transaction is, without what objects keep for themselves. */
function fieldsOf(tx: TypedTransaction): Record<string, unknown> {
  const {
    common: _common,
    cache: _cache,
    txOptions: _options,
    ...fields
  } = tx as never as Record<string, unknown>
  for (const key of ['getSenderAddress', 'keccakFunction']) delete fields[key]
  return { ...fields, to: tx.to?.toString(), data: bytesToHex(tx.data) }
}

describe('node / crypto / decode-transaction', () => {
  for (const [name, tx] of Object.entries(CASES)) {
    it(`reads ${name} as @ethereumjs/tx does`, () => {
      const raw = tx.serialize()
      const decoded = decodeTransaction(raw, COMMON)
      const oracle = createTxFromRLP(raw, ORACLE)
      expect(fieldsOf(decoded.tx)).toEqual(fieldsOf(oracle))
      expect(decoded.hash).toBe(bytesToHex(oracle.hash()))
      expect(decoded.sender).toBe(SENDER)
      expect(decoded.tx.getSenderAddress().toString()).toBe(SENDER)
      expect(bytesToHex(decoded.tx.hash())).toBe(decoded.hash)
      expect(bytesToHex(decoded.tx.serialize())).toBe(bytesToHex(raw))
      expect(decoded.tx.getIntrinsicGas()).toBe(oracle.getIntrinsicGas())
      expect(decoded.tx.getUpfrontCost(1n)).toBe(oracle.getUpfrontCost(1n))
      expect(JSON.stringify(decoded.tx.toJSON())).toBe(JSON.stringify(oracle.toJSON()))
    })
  }

  it('reads a legacy transaction that is valid on every chain', () => {
    const common = createChainCommon(INPUTS)
    const unsigned = createLegacyTx({ ...BODY, gasPrice: 9n }, { common, freeze: false })
    Reflect.set(unsigned, 'activeCapabilities', [])
    const { v, r, s } = decodeTransaction(CASES['legacy with a chain id']!.serialize(), COMMON).tx
    const raw = createLegacyTx(
      { ...BODY, gasPrice: 9n, v: v! % 2n === 1n ? 27n : 28n, r: r!, s: s! },
      ORACLE,
    ).serialize()
    const oracle = createTxFromRLP(raw, ORACLE)
    const decoded = decodeTransaction(raw, COMMON)
    expect(decoded.sender).toBe(oracle.getSenderAddress().toString())
    expect(decoded.sender).not.toBe(SENDER)
  })

  it('takes a sender that is known without recovering', () => {
    const sender = `0x${'ab'.repeat(20)}` as const
    expect(decodeTransaction(CASES['fee market']!.serialize(), COMMON, sender).sender).toBe(sender)
  })

  const feeMarket = CASES['fee market']!
  /** The same transaction with item `index` replaced. */
  const withItem = (tx: TypedTransaction, index: number, item: Uint8Array): Uint8Array => {
    const items = (tx.raw() as unknown[]).map((part) => encodeNested(part))
    items[index] = item
    const list = encodeRlpList(items)
    return tx.type === 0 ? list : concatBytes(Uint8Array.of(tx.type), list)
  }
  const integer = (value: bigint): Uint8Array =>
    encodeRlpString(hexToBytes(`0x${value.toString(16).padStart(2, '0')}`))
  const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

  const REFUSED: Record<string, readonly [code: string, raw: () => Uint8Array]> = {
    'nothing at all': ['TYPE_UNSUPPORTED', () => new Uint8Array(0).slice()],
    'a blob transaction': [
      'TYPE_UNSUPPORTED',
      () => concatBytes(Uint8Array.of(3), feeMarket.serialize().slice(1)),
    ],
    'a legacy transaction behind a type': [
      'TYPE_UNSUPPORTED',
      () => concatBytes(Uint8Array.of(0), CASES['legacy creation']!.serialize()),
    ],
    'an unknown type': [
      'TYPE_UNSUPPORTED',
      () => concatBytes(Uint8Array.of(5), feeMarket.serialize().slice(1)),
    ],
    'a byte behind the end': [
      'NOT_CANONICAL',
      () => concatBytes(feeMarket.serialize(), Uint8Array.of(0)),
    ],
    'a byte too few': ['NOT_CANONICAL', () => feeMarket.serialize().slice(0, -1)],
    'an item too few': [
      'NOT_CANONICAL',
      () => concatBytes(Uint8Array.of(2), encodeRlpList([integer(1n)])),
    ],
    'a leading zero': ['NOT_CANONICAL', () => withItem(feeMarket, 1, Uint8Array.of(0x82, 0, 7))],
    'zero as a byte': ['NOT_CANONICAL', () => withItem(feeMarket, 1, Uint8Array.of(0))],
    'a list for an integer': ['NOT_CANONICAL', () => withItem(feeMarket, 1, Uint8Array.of(0xc0))],
    'a receiver of 19 bytes': [
      'NOT_CANONICAL',
      () => withItem(feeMarket, 5, encodeRlpString(new Uint8Array(19).fill(1))),
    ],
    'an access list with short slots': [
      'NOT_CANONICAL',
      () =>
        withItem(
          feeMarket,
          8,
          encodeRlpList([
            encodeRlpList([
              encodeRlpString(new Uint8Array(20)),
              encodeRlpList([encodeRlpString(new Uint8Array(31))]),
            ]),
          ]),
        ),
    ],
    'another chain': ['CHAIN_ID_MISMATCH', () => withItem(feeMarket, 0, integer(chainId + 1n))],
    'another chain, legacy': [
      'CHAIN_ID_MISMATCH',
      () => withItem(CASES['legacy with a chain id']!, 6, integer(chainId * 2n + 37n)),
    ],
    'a high s': ['SIGNATURE_INVALID', () => withItem(feeMarket, 11, integer(HALF_ORDER + 1n))],
    'no s': [
      'SIGNATURE_INVALID',
      () => withItem(feeMarket, 11, integer(0n).length ? Uint8Array.of(0x80) : integer(1n)),
    ],
    'a parity of 2': ['SIGNATURE_INVALID', () => withItem(feeMarket, 9, integer(2n))],
    'an r that no point has': ['SIGNATURE_INVALID', () => withItem(feeMarket, 10, integer(5n))],
    'a v below 27': [
      'SIGNATURE_INVALID',
      () => withItem(CASES['legacy with a chain id']!, 6, integer(26n)),
    ],
    'a nonce of 9 bytes': ['FIELD_OUT_OF_RANGE', () => withItem(feeMarket, 1, integer(2n ** 64n))],
    'the last nonce': ['FIELD_OUT_OF_RANGE', () => withItem(feeMarket, 1, integer(2n ** 64n - 1n))],
    'a value of 33 bytes': [
      'FIELD_OUT_OF_RANGE',
      () => withItem(feeMarket, 6, integer(2n ** 256n)),
    ],
    'a tip above the cap': ['TIP_ABOVE_FEE_CAP', () => withItem(feeMarket, 2, integer(10n ** 18n))],
    'more gas than EIP-7825 allows': [
      'GAS_LIMIT_ABOVE_CAP',
      () => withItem(feeMarket, 4, integer(2n ** 24n + 1n)),
    ],
    'too much initcode': [
      'INITCODE_TOO_LARGE',
      () => {
        const raw = withItem(feeMarket, 5, Uint8Array.of(0x80))
        const items = (createTxFromRLP(raw, ORACLE).raw() as unknown[]).map((part) =>
          encodeNested(part),
        )
        items[7] = encodeRlpString(new Uint8Array(49_153))
        return concatBytes(Uint8Array.of(2), encodeRlpList(items))
      },
    ],
    'no authorization': [
      'AUTHORIZATION_LIST_EMPTY',
      () => withItem(CASES['set code']!, 9, Uint8Array.of(0xc0)),
    ],
    'a creation that sets code': [
      'CREATION_NOT_ALLOWED',
      () => withItem(CASES['set code']!, 5, Uint8Array.of(0x80)),
    ],
  }
  for (const [name, [code, raw]] of Object.entries(REFUSED)) {
    it(`refuses ${name}: ${code}`, () => {
      expect(codeOf(() => decodeTransaction(raw(), COMMON))).toBe(code)
    })
  }

  it('refuses every transaction with one bit turned, or reads another one', () => {
    const raw = feeMarket.serialize()
    const original = decodeTransaction(raw, COMMON)
    for (let bit = 0; bit < raw.length * 8; bit++) {
      const turned = raw.slice()
      turned[bit >> 3]! ^= 1 << (bit & 7)
      try {
        const { hash, sender } = decodeTransaction(turned, COMMON)
        expect(hash).not.toBe(original.hash)
        expect(sender).not.toBe(original.sender)
      } catch (error) {
        expect((error as Error).name).toBe('TransactionError')
      }
    }
  })
})

function encodeNested(part: unknown): Uint8Array {
  if (part instanceof Uint8Array) return encodeRlpString(part)
  return encodeRlpList((part as unknown[]).map(encodeNested))
}
