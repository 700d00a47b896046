/** Every rule of admission refuses what breaks it, in geth's words, and nothing else. */
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, concatBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../../../../consensus/types.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { TRANSACTION_BYTES_MAX } from '../../../../node/mempool/options.ts'
import { PoolError, type PoolErrorType } from '../../../../node/mempool/pool-error.ts'
import { addressOf, GWEI, type MadeFields, serialize } from '../../../support/made-transactions.ts'
import { type Happening, LedgerChain, openPool } from './ledger-chain.ts'
import { RICH } from './pool-fixture.ts'

const ALICE = addressOf(0)

/** Items of a type 2 and a type 4 transaction. */
const CHAIN_ID = 0
const NONCE = 1
const TIP = 2
const GAS_LIMIT = 4
const TO = 5
const AUTHORIZATIONS = 9

function made(fields: MadeFields = {}): Uint8Array {
  return serialize(ALICE, fields)
}

/** Bytes that no library would write: one item of the list put in place of another. */
function edited(raw: Uint8Array, index: number, item: Uint8Array | []): Uint8Array {
  const items = RLP.decode(raw.subarray(1))
  if (!Array.isArray(items)) throw new Error('a transaction is a list')
  return concatBytes(raw.subarray(0, 1), RLP.encode(items.with(index, item)))
}

function bytes(length: number, byte = '00'): Hex {
  return `0x${byte.repeat(length)}`
}

async function openTestPool() {
  const chain = new LedgerChain(new Map([[ALICE, RICH]]), { gasLimit: 10_000_000n })
  return openPool(chain, { priceFloorWei: 5n })
}

async function refusal(raw: Uint8Array) {
  const { pool } = await openTestPool()
  const error: unknown = await pool.submit(raw).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof PoolError) return error
  throw error ?? new Error('the pool took it')
}

const U64_MAX = new Uint8Array(8).fill(0xff)
const ABOVE_GAS_CAP = Uint8Array.of(0x01, 0x00, 0x00, 0x01)
const ACCESS_LIST = [{ address: addressOf(5), storageKeys: [bytes(32), bytes(32, '01')] }]

const REFUSED: readonly [PoolErrorType['code'], string, string, () => Uint8Array][] = [
  ['OVERSIZED', 'oversized data', 'more than 128 KiB', () => new Uint8Array(131_073)],
  [
    'TYPE_UNSUPPORTED',
    'transaction type not supported',
    'a blob transaction',
    () => Uint8Array.of(3, ...made().subarray(1)),
  ],
  [
    'TYPE_UNSUPPORTED',
    'transaction type not supported: 3 (this chain takes no blobs)',
    'a blob transaction with its blobs',
    () => new Uint8Array(140_000).fill(3),
  ],
  ['NOT_CANONICAL', 'rlp: ', 'bytes behind the end', () => concatBytes(made(), Uint8Array.of(0))],
  [
    'CHAIN_ID_MISMATCH',
    'invalid chain id for signer: have 1 want 369000001',
    'another chain',
    () => edited(made(), CHAIN_ID, Uint8Array.of(1)),
  ],
  ['FIELD_OUT_OF_RANGE', 'nonce has max value', 'EIP-2681', () => edited(made(), NONCE, U64_MAX)],
  [
    'SIGNATURE_INVALID',
    'invalid sender',
    'an s above half the order',
    () => edited(made(), 11, new Uint8Array(32).fill(0xfe)),
  ],
  [
    'TIP_ABOVE_FEE_CAP',
    'max priority fee per gas higher than max fee per gas',
    'a tip above the fee cap',
    () => edited(made(), TIP, Uint8Array.of(0x7f, 0, 0, 0, 0)),
  ],
  [
    'GAS_LIMIT_ABOVE_CAP',
    'transaction gas limit too high (cap: 16777216)',
    'EIP-7825',
    () => edited(made(), GAS_LIMIT, ABOVE_GAS_CAP),
  ],
  [
    'INITCODE_TOO_LARGE',
    'max initcode size exceeded',
    'EIP-3860',
    () => edited(edited(made(), TO, new Uint8Array(0)), 7, new Uint8Array(49_153)),
  ],
  [
    'AUTHORIZATION_LIST_EMPTY',
    'EIP-7702 transaction with empty auth list',
    'EIP-7702 without authorizations',
    () => edited(made({ type: 4 }), AUTHORIZATIONS, []),
  ],
  [
    'CREATION_NOT_ALLOWED',
    'EIP-7702 transaction cannot be used to create contract',
    'EIP-7702 without a receiver',
    () => edited(made({ type: 4 }), TO, new Uint8Array(0)),
  ],
  [
    'GAS_ABOVE_BLOCK',
    'exceeds block gas limit',
    'more gas than a block has',
    () => made({ gasLimit: 10_000_001n }),
  ],
  [
    'INTRINSIC_GAS_TOO_LOW',
    'intrinsic gas too low: gas 20999, minimum needed 21000',
    'less gas than a transfer takes',
    () => made({ gasLimit: 20_999n }),
  ],
  [
    'FLOOR_GAS_TOO_LOW',
    'insufficient gas for floor data gas cost: gas 60000, minimum needed 61000',
    'EIP-7623',
    () => made({ gasLimit: 60_000n, data: bytes(1_000, 'ff') }),
  ],
  [
    'UNDERPRICED',
    'transaction underpriced: gas tip cap 4, minimum needed 5',
    'a tip below the floor of the node',
    () => made({ maxPriorityFeePerGas: 4n }),
  ],
]

describe('node / mempool / admission', () => {
  it.each(REFUSED)('refuses with %s, "%s": %s', async (code, sentence, _what, raw) => {
    const { pool } = await openTestPool()
    const error = await refusal(raw())
    expect(error.type.code).toBe(code)
    expect(error.name).toBe('PoolError')
    expect(error.message.startsWith(sentence), error.message).toBe(true)
    expect(pool.status()).toEqual({ pending: 0, queued: 0 })
  })

  const INTRINSIC: readonly [string, MadeFields, bigint][] = [
    ['a creation', { to: undefined }, 53_000n],
    ['words of initcode', { to: undefined, data: bytes(33) }, 53_000n + 33n * 4n + 2n * 2n],
    ['an access list', { type: 1, accessList: ACCESS_LIST }, 21_000n + 2_400n + 2n * 1_900n],
    ['authorizations', { type: 4, authorizationCount: 3 }, 21_000n + 3n * 25_000n],
  ]

  it.each(INTRINSIC)('counts the gas of %s', async (_, fields, required) => {
    const error = await refusal(made({ ...fields, gasLimit: required - 1n }))
    expect(error.type).toEqual({
      code: 'INTRINSIC_GAS_TOO_LOW',
      gasLimit: required - 1n,
      required,
    })
    const { pool } = await openTestPool()
    await pool.submit(made({ ...fields, gasLimit: required }))
    expect(pool.status().pending).toBe(1)
  })

  it('takes each type, and the edge of each bound', async () => {
    const { pool } = await openTestPool()
    const edges: readonly MadeFields[] = [
      { type: 0 },
      { type: 1, gasLimit: 30_000n },
      { type: 2, gasLimit: 10_000_000n },
      { type: 4, gasLimit: 50_000n },
      { maxPriorityFeePerGas: 5n, maxFeePerGas: 5n },
      { data: bytes(1_000, 'ff'), gasLimit: 61_000n },
      { to: undefined, data: bytes(49_152), gasLimit: 600_000n },
    ]
    const raws = edges.map((fields, nonce) => made({ ...fields, nonce: BigInt(nonce) }))
    await Promise.all(raws.map((raw) => pool.submit(raw)))
    expect(pool.status()).toEqual({ pending: edges.length, queued: 0 })
  })

  it('takes a transaction of exactly 128 KiB', async () => {
    const fields = { gasLimit: 9_000_000n }
    const overhead = made({ ...fields, data: bytes(100_000) }).length - 100_000
    const data = bytes(TRANSACTION_BYTES_MAX - overhead)
    const raw = made({ ...fields, data })
    expect(raw).toHaveLength(TRANSACTION_BYTES_MAX)
    const { pool } = await openTestPool()
    await pool.submit(raw)
    expect(pool.status().pending).toBe(1)
  })
})

/** A pool whose head has this account. */
async function openPoolWith(changes: Omit<Happening, 'address'>) {
  const chain = new LedgerChain(new Map([[ALICE, RICH]]))
  chain.follow(chain.mine([], [{ address: ALICE, ...changes }]))
  return openPool(chain)
}

describe('node / mempool / admission / sender', () => {
  it('refuses a nonce that is used', async () => {
    const { pool } = await openPoolWith({ nonce: 4n })
    await expect(pool.submit(made({ nonce: 3n }))).rejects.toThrow(
      /^nonce too low: next nonce 4, tx nonce 3$/,
    )
    await pool.submit(made({ nonce: 4n }))
  })

  it('refuses what the account can not pay for', async () => {
    const cost = 21_000n * 2n * GWEI + 1n
    const { pool } = await openPoolWith({ balance: cost - 1n })
    await expect(pool.submit(made())).rejects.toThrow(
      `insufficient funds for gas * price + value: balance ${cost - 1n}, tx cost ${cost}, overshot 1`,
    )
    const stranger = serialize(addressOf(7), {})
    await expect(pool.submit(stranger)).rejects.toThrow('insufficient funds')
  })

  it('refuses an account with code (EIP-3607), but not a delegated one (EIP-7702)', async () => {
    const delegation = Uint8Array.of(0xef, 0x01, 0x00, ...new Uint8Array(20))
    for (const [code, isRefused] of [
      [Uint8Array.of(0x60, 0x00), true],
      [delegation, false],
      [delegation.subarray(0, 22), true],
    ] as const) {
      const codeHash = bytesToHex(keccak256(code))
      const { chain, pool } = await openPoolWith({ codeHash })
      chain.codes.set(codeHash, code)
      const sent = pool.submit(made())
      if (isRefused) await expect(sent).rejects.toThrow(`sender not an eoa: address ${ALICE}`)
      else await sent
    }
  })

  it('refuses what it holds, and a replacement that pays no more', async () => {
    const { pool } = await openPoolWith({})
    await pool.submit(made())
    await expect(pool.submit(made())).rejects.toThrow(/^already known$/)
    await expect(pool.submit(made({ value: 2n }))).rejects.toThrow(
      /^replacement transaction underpriced$/,
    )
  })

  it('refuses for want of places in words that tell which', async () => {
    const chain = new LedgerChain(new Map([[ALICE, RICH]]))
    const { pool } = await openPool(chain, { executableSlotsMax: 1 })
    await pool.submit(made())
    await expect(pool.submit(made({ nonce: 1n }))).rejects.toThrow(/^txpool is full$/)
    expect(new PoolError({ code: 'ACCOUNT_FULL', countMax: 64 }).message).toMatch(
      /^account limit exceeded/,
    )
    await pool.close()
    await expect(pool.submit(made({ nonce: 1n }))).rejects.toThrow('the node is stopping')
  })
})

describe('node / mempool / admission / peers', () => {
  it('T3: blames a peer for what is wrong whatever the state, T4: and for nothing else', async () => {
    const { pool } = await openTestPool()
    await pool.submit(made())
    const outcomes = await pool.addRemote([
      made(),
      made({ nonce: 1n }),
      made({ gasLimit: 20_999n }),
      Uint8Array.of(1, 2, 3),
      made({ nonce: 2n, maxPriorityFeePerGas: 1n }),
      serialize(addressOf(9), {}),
      edited(made(), CHAIN_ID, Uint8Array.of(1)),
    ])
    expect(outcomes).toEqual([
      'ignored',
      'added',
      'faulty',
      'faulty',
      'ignored',
      'ignored',
      'faulty',
    ])
  })

  it('keeps nothing of the message that a transaction came in', async () => {
    const { pool } = await openTestPool()
    const message = concatBytes(new Uint8Array(1_000), made())
    await pool.addRemote([message.subarray(1_000)])
    message.fill(0)
    const [held] = pool.pending()
    expect(held?.raw).toEqual(made())
    expect(held?.raw.buffer.byteLength).toBe(made().length)
  })
})
