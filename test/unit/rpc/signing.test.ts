import {
  concat,
  hashTypedData,
  keccak256,
  numberToHex,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
  stringToHex,
  type TransactionSerialized,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import type { Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { TYPED_MEMBERS_MAX } from '../../../rpc/limits.ts'
import { typedData } from '../../../rpc/params/typed-data.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { RECIPIENT } from '../../support/signed-transactions.ts'

const FROM = devAccounts()[0]!.address

/** The example of EIP-712, with lists, a struct that holds itself, and every kind of value. */
const MAIL = {
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 1n,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
    salt: `0x${'5a'.repeat(32)}`,
  },
  types: {
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallets', type: 'address[]' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person[]' },
      { name: 'contents', type: 'bytes' },
      { name: 'tag', type: 'bytes4' },
      { name: 'grid', type: 'uint8[2][]' },
      { name: 'debt', type: 'int64' },
      { name: 'all', type: 'uint256' },
      { name: 'isRead', type: 'bool' },
    ],
  },
  primaryType: 'Mail',
  message: {
    from: { name: 'Cow', wallets: [RECIPIENT, FROM] },
    to: [{ name: 'Bob', wallets: [] }],
    contents: '0xdeadbeef',
    tag: '0x01020304',
    grid: [
      [1, 2],
      [3, 255],
    ],
    debt: -7n,
    all: 2n ** 256n - 1n,
    isRead: true,
  },
} as const
const asJson = (value: unknown): string =>
  JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? `${member}` : member))

describe('rpc / eth / signing', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('signs a message so that others find who signed it', async () => {
    for (const message of ['0x', '0xdeadbeef', `0x${'ab'.repeat(300)}`] as const) {
      const signature = (await fixture.rpc('eth_sign', FROM, message)) as Hex
      const signer = await recoverMessageAddress({ message: { raw: message }, signature })
      expect(signer.toLowerCase()).toBe(FROM)
    }
  })

  it('signs a message that comes before the account, as wallets are asked', async () => {
    const { rpc } = fixture
    expect(await rpc('personal_sign', '0xdeadbeef', FROM)).toBe(
      await rpc('eth_sign', FROM, '0xdeadbeef'),
    )
    // As web3.js asks: the third is the password of an account of geth.
    expect(await rpc('personal_sign', '0xdeadbeef', FROM, 'secret')).toBe(
      await rpc('eth_sign', FROM, '0xdeadbeef'),
    )
    expect(await rpc('eth_requestAccounts')).toEqual(await rpc('eth_accounts'))
  })

  it('signs typed data, an object or its JSON, with a domain type or without', async () => {
    const types = {
      ...MAIL.types,
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
        { name: 'salt', type: 'bytes32' },
      ],
    }
    for (const asked of [asJson(MAIL), JSON.parse(asJson(MAIL)), asJson({ ...MAIL, types })]) {
      const signature = (await fixture.rpc('eth_signTypedData_v4', FROM, asked)) as Hex
      const signer = await recoverTypedDataAddress({ ...MAIL, signature })
      expect(signer.toLowerCase()).toBe(FROM)
    }
  })

  it('hashes a struct that holds itself, and a domain alone, as viem does', () => {
    const node = (next: string) => [
      { name: 'value', type: 'uint256' },
      { name: 'next', type: next },
    ]
    const digest = (asked: unknown) => bytesToHex(typedData.parse(asked, 'typedData'))
    const tree = {
      ...{ domain: { name: 'Tree' }, types: { Node: node('Node[]') }, primaryType: 'Node' },
      message: {
        value: '1',
        next: [
          { value: '0x2', next: [] },
          { value: 3, next: [] },
        ],
      },
    }
    expect(digest(tree)).toBe(hashTypedData(tree as never))
    // Viem can't end a list of structs; MetaMask ends it with a word of zeros.
    const type = keccak256(stringToHex('Node(uint256 value,Node next)'))
    const domain = keccak256(keccak256(stringToHex('EIP712Domain()')))
    const struct = keccak256(concat([type, numberToHex(7, { size: 32 }), `0x${'00'.repeat(32)}`]))
    const list = { types: { Node: node('Node') }, primaryType: 'Node', message: { value: 7 } }
    expect(digest(list)).toBe(keccak256(concat(['0x1901', domain, struct])))
    const alone = { ...MAIL, primaryType: 'EIP712Domain', message: {} } as const
    expect(digest(JSON.parse(asJson(alone)))).toBe(hashTypedData(alone as never))
  })

  it.each<[string, object]>([
    ['a type that is not there', { primaryType: 'Letter' }],
    ['a member that is left out', { message: { ...MAIL.message, tag: undefined } }],
    ['a list of another length', { message: { ...MAIL.message, grid: [[1]] } }],
    ['an integer that does not fit', { message: { ...MAIL.message, grid: [[1, 256]] } }],
    ['bytes of another length', { message: { ...MAIL.message, tag: '0x0102' } }],
    ['a kind of value that nobody knows', { types: { Mail: [{ name: 'tag', type: 'fixed8' }] } }],
    ['a name that is none', { types: { ...MAIL.types, 'a b': [] } }],
    ['no message', { message: null }],
  ])('refuses typed data with %s', async (_, changes) => {
    const asked = asJson({ ...MAIL, ...changes })
    const refused = fixture.rpc('eth_signTypedData_v4', FROM, asked)
    await expect(refused).rejects.toMatchObject({ code: -32602 })
  })

  it('hashes no more members than its limit, however short they are written', () => {
    const members = (count: number, type: string) =>
      Array.from({ length: count }, (_, index) => ({ name: `m${index}`, type }))
    const parse = (items: number, width: number) => {
      const types = { A: members(1, 'B[]'), B: members(width, 'C'), C: [] }
      const message = { m0: Array.from({ length: items }, () => ({})) }
      return () => typedData.parse({ types, primaryType: 'A', message }, 'typedData')
    }
    // The list, the members of its items, and those of the types A and B.
    const width = 1_000
    const items = Math.floor((TYPED_MEMBERS_MAX - 2 * width - 2) / (width + 1))
    expect(parse(items, width)()).toHaveLength(32)
    const tooLarge = `typed data too large: more than ${TYPED_MEMBERS_MAX} members to hash`
    expect(parse(items + 2, width)).toThrow(tooLarge)
    // Every type names all that are under it.
    const names = Array.from({ length: 200 }, (_, index) => `T${index}`)
    const wide = names.map((name) => [name, names.map((type) => ({ name: type, type }))])
    const message = Object.fromEntries(names.map((name) => [name, {}]))
    const manyTypes = { types: Object.fromEntries(wide), primaryType: 'T0', message }
    expect(() => typedData.parse(manyTypes, 'typedData')).toThrow(tooLarge)
  })

  it('goes no deeper than its limit', () => {
    const type = [{ name: 'next', type: 'Node' }]
    const nested = (depth: number): object | null =>
      depth === 0 ? null : { next: nested(depth - 1) }
    const parse = (depth: number) => () =>
      typedData.parse(
        { types: { Node: type }, primaryType: 'Node', message: nested(depth) },
        'typedData',
      )
    expect(parse(65)()).toHaveLength(32)
    expect(parse(66)).toThrow('is more than 64 deep')
  })

  it('signs a transaction that anybody may send, and sends nothing', async () => {
    const { rpc, node } = fixture
    const request = { from: FROM, to: RECIPIENT, value: '0x1' }
    const { raw, tx } = (await rpc('eth_signTransaction', request)) as { raw: Hex; tx: object }
    const serializedTransaction = raw as TransactionSerialized
    const signer = await recoverTransactionAddress({ serializedTransaction })
    expect(signer.toLowerCase()).toBe(FROM)
    expect(node.pool.pending()).toEqual([])
    expect(tx).toMatchObject({ type: '0x2', nonce: '0x0', to: RECIPIENT, value: '0x1' })
    const hash = await rpc('eth_sendRawTransaction', raw)
    expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({ ...tx, hash, from: FROM })
  })

  it('signs nothing for accounts without a key, and nothing with blobs', async () => {
    const { rpc } = fixture
    const unknown = { code: -32000 }
    await expect(rpc('eth_sign', RECIPIENT, '0x')).rejects.toMatchObject(unknown)
    await expect(rpc('eth_signTransaction', { from: RECIPIENT })).rejects.toMatchObject(unknown)
    for (const blobs of [{ blobs: [] }, { maxFeePerBlobGas: '0x1' }, { blobVersionedHashes: [] }]) {
      for (const method of ['eth_signTransaction', 'eth_sendTransaction']) {
        const refused = rpc(method, { from: FROM, to: RECIPIENT, ...blobs })
        await expect(refused).rejects.toMatchObject({ code: -32602 })
      }
    }
  })

  it('has no keys on a chain that is not for development', async () => {
    const closed = await RpcFixture.start({ isDev: false }, fixture.node)
    for (const method of ['eth_sign', 'eth_signTransaction']) {
      await expect(closed.rpc(method, FROM, '0x')).rejects.toMatchObject({ code: -32601 })
    }
    await closed.stop()
  })
})
