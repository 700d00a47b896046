/** Transactions sent to a chain that stands still. */
import { RLP } from '@ethereumjs/rlp'
import { concatBytes, hexToBytes } from '@ethereumjs/util'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { EthereumTestChain } from '../../../support/ethereum-chain.ts'
import { WALLETS } from '../../../support/execution-chain.ts'

const [ALICE, BOB] = WALLETS as [(typeof WALLETS)[0], (typeof WALLETS)[0]]
const TARGET: Address = `0x${'d7'.repeat(20)}`
const COMMITMENT = new Uint8Array(48).fill(7)
const BLOB_HASH: Hash = `0x01${Buffer.from(sha256(COMMITMENT)).toString('hex').slice(2)}`

/** EIP-7594: the transaction, 1, blobs, commitments, 128 proofs a blob. */
function wrapped(raw: Uint8Array, commitment = COMMITMENT, proofs = 128): Uint8Array {
  const payload = RLP.decode(raw.subarray(1))
  const proof = new Uint8Array(48)
  const list = [
    payload,
    1,
    [new Uint8Array(131_072)],
    [commitment],
    Array.from({ length: proofs }, () => proof),
  ]
  return concatBytes(Uint8Array.of(3), RLP.encode(list as never))
}

function blobTransaction(test: EthereumTestChain) {
  return test.sign(ALICE, {
    type: 3,
    nonce: 0n,
    to: TARGET,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
    maxFeePerBlobGas: 10n,
    blobVersionedHashes: [BLOB_HASH],
  } as never)
}

describe('node / import-chain / pool', () => {
  it('holds what follows a nonce apart from what waits behind a gap', async () => {
    const { api, chain } = await open()
    const send = (nonce: bigint) => api.pool.submit(chain.sign(ALICE, { nonce, to: TARGET }).raw)
    await send(0n)
    await send(2n)
    expect(api.pool.status()).toEqual({ pending: 1, queued: 1 })
    expect(await api.pool.nextNonce(ALICE.address)).toBe(1n)
    await send(1n)
    expect(api.pool.status()).toEqual({ pending: 3, queued: 0 })
    expect(api.pool.pending().map(({ tx }) => tx.nonce)).toEqual([0n, 1n, 2n])
  })

  it('offers the best tips first, each sender in order', async () => {
    const { api, chain } = await open()
    const send = (wallet: typeof ALICE, nonce: bigint, gasPrice: bigint) =>
      api.pool.submit(chain.sign(wallet, { nonce, to: TARGET, gasPrice }).raw)
    await send(ALICE, 0n, 2_000_000_000n)
    await send(ALICE, 1n, 9_000_000_000n)
    await send(BOB, 0n, 5_000_000_000n)
    expect(api.pool.pending().map(({ sender, tx }) => [sender, tx.nonce])).toEqual([
      [BOB.address, 0n],
      [ALICE.address, 0n],
      [ALICE.address, 1n],
    ])
  })

  it('refuses what is known, what replaces without paying more, and what cannot be paid', async () => {
    const { api, chain } = await open()
    const of = (fields: object) =>
      chain.sign(ALICE, { nonce: 0n, to: TARGET, gasPrice: 10n ** 10n, ...fields } as never)
    await api.pool.submit(of({}).raw)
    for (const [fields, code] of [
      [{}, 'ALREADY_KNOWN'],
      [{ value: 1n, gasPrice: 10n ** 10n + 1n }, 'REPLACEMENT_UNDERPRICED'],
      [{ nonce: 1n, value: 10n ** 30n }, 'INSUFFICIENT_FUNDS'],
      [{ nonce: 1n, gasLimit: 21_000n, data: '0x01' }, 'INTRINSIC_GAS_TOO_LOW'],
    ] as const) {
      await expect(api.pool.submit(of(fields).raw)).rejects.toMatchObject({ type: { code } })
    }
    await api.pool.submit(of({ value: 2n, gasPrice: 11n * 10n ** 9n }).raw)
    expect(api.pool.status().pending).toBe(1)
  })

  it('takes blobs with their transaction, and keeps them', async () => {
    const { api, chain } = await open()
    const { raw, hash } = blobTransaction(chain)
    expect(await api.pool.submit(wrapped(raw))).toBe(hash)
    expect(api.pool.get(hash)?.raw).toEqual(raw)
    expect(api.pool.sidecar?.(hash)).toMatchObject({ version: 1, commitments: [COMMITMENT] })
  })

  it('refuses blobs that are not those of the transaction, or that are not there', async () => {
    const { api, chain } = await open()
    const { raw } = blobTransaction(chain)
    for (const bytes of [
      raw,
      wrapped(raw, new Uint8Array(48)),
      wrapped(raw, COMMITMENT, 127),
      hexToBytes('0x03c0'),
      hexToBytes('0x03'),
    ]) {
      await expect(api.pool.submit(bytes)).rejects.toMatchObject({ name: 'PoolError' })
    }
  })

  it('is what the pending block is made of', async () => {
    const { api, chain } = await open()
    const hash = await api.pool.submit(chain.sign(ALICE, { nonce: 0n, to: TARGET, value: 5n }).raw)
    const { block, receipts } = await api.chain.pendingBlock()
    expect(block.transactions.map((transaction) => transaction.hash)).toEqual([hash])
    expect(receipts).toHaveLength(1)
    const state = await api.state.at(block)
    expect((await state.account(TARGET))?.balance).toBe(5n)
    expect(api.chain.head().header.number).toBe(0n)
  })
})

async function open() {
  const chain = await EthereumTestChain.open('osaka')
  return { chain, api: chain.api }
}
