import { describe, expect, it } from 'vitest'
import { encodeHeader, hashHeader } from '../../../../consensus/codec/header-codec.ts'
import type { Hash, Header } from '../../../../consensus/types.ts'
import { INVALID_HASHES_MAX } from '../../../../node/chain/header/invalid-hashes.ts'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import { preparedOf, sealWithTile } from '../../../../node/sealer/template.ts'
import { searchReference, TEST_COINBASE, TestChain } from '../../../support/chain-factory.ts'

/** The same block under another header, without searching again: its proof fails. */
function withHeader(block: SealedBlock, changes: Partial<Header>): SealedBlock {
  const header = { ...block.header, ...changes }
  return { ...block, header, headerRlp: encodeHeader(header), hash: hashHeader(header) }
}

function genesisOf(test: TestChain): Hash {
  return test.chain.genesis.hash
}

const badRoot = `0x${'ba'.repeat(32)}` as const

describe('node / chain / import-block', () => {
  it('imports a valid block and makes it head', async () => {
    const test = await TestChain.open()
    const block = await test.seal()
    expect(await test.import(block)).toEqual({ kind: 'imported', isHead: true })
    expect(test.chain.head.hash).toBe(block.hash)
    expect(await test.chain.blocks.canonicalHash(1n)).toBe(block.hash)
    expect(await test.chain.blocks.proof(block.hash)).toEqual(block.proof)
    expect(test.chain.state.flatBlock?.hash).toBe(block.hash)
  })

  it('answers that it knows a block the second time, whatever the proof beside it', async () => {
    const test = await TestChain.open()
    const block = await test.seal()
    await test.import(block)
    expect(await test.import(block)).toEqual({ kind: 'known' })
    expect(await test.import({ ...block, proof: new Uint8Array(8) })).toEqual({ kind: 'known' })
  })

  it('asks for the parent of an orphan', async () => {
    const source = await TestChain.open()
    const [first, second] = await source.extend(2)
    const test = await TestChain.open()
    expect(await test.import(second!)).toEqual({ kind: 'unknown-parent', parentHash: first!.hash })
    expect((await test.import(first!)).kind).toBe('imported')
    expect((await test.import(second!)).kind).toBe('imported')
  })

  it('asks for the body of a parent whose header alone is verified', async () => {
    const source = await TestChain.open()
    const [first, second] = await source.extend(2)
    const test = await TestChain.open()
    expect(test.chain.headers.check(first!, Date.now()).kind).toBe('verified')
    expect(await test.import(second!)).toEqual({ kind: 'unknown-parent', parentHash: first!.hash })
  })

  it('condemns the sender of a bad proof and takes the block with a good one', async () => {
    const test = await TestChain.open()
    const block = await test.seal()
    const proof = block.proof.slice()
    proof[4] = 0xff
    expect(await test.import({ ...block, proof })).toEqual({
      kind: 'invalid',
      code: 'E_IDX',
      condemns: 'sender',
      action: 'ban',
    })
    expect(test.chain.headers.isInvalid(block.hash)).toBe(false)
    expect(await test.import({ ...block, proof: new Uint8Array(7) })).toMatchObject({
      code: 'E_LEN',
      condemns: 'sender',
    })
    expect((await test.import(block)).kind).toBe('imported')
  })

  it('condemns a header that breaks a rule, and remembers it', async () => {
    const test = await TestChain.open()
    const block = await test.seal()
    const late = withHeader(block, { number: 2n })
    expect(await test.import(late)).toMatchObject({ code: 'E_PARENT', condemns: 'header' })
    expect(await test.import(late)).toMatchObject({ code: 'KNOWN_INVALID' })
    const onLate = withHeader(await test.seal(), { parentHash: late.hash, number: 3n })
    expect(await test.import(onLate)).toMatchObject({ code: 'KNOWN_INVALID', action: 'penalize' })
  })

  it('never forgets what is excluded, and blames nobody for it', async () => {
    const source = await TestChain.open()
    const [first, second] = await source.extend(2)
    const test = await TestChain.open({ exclude: [first!.hash] })
    const excluded = { kind: 'invalid', code: 'EXCLUDED', condemns: 'header', action: 'none' }
    expect(await test.import(first!)).toEqual(excluded)
    for (let number = 0; number <= INVALID_HASHES_MAX; number++) {
      const late = withHeader(second!, { parentHash: genesisOf(test), number: BigInt(number + 2) })
      test.chain.headers.check(late, undefined)
    }
    expect(await test.import(first!)).toEqual(excluded)
    expect(await test.import(second!)).toEqual(excluded)
  })

  it('leaves a chain that was followed before it was excluded', async () => {
    const before = await TestChain.open()
    const [first, , third] = await before.extend(3)
    await before.close()
    const { directory } = before
    const test = await TestChain.open({ directory, exclude: [first!.hash] })
    expect(test.chain.head.hash).toBe(genesisOf(test))
    expect(await test.import(third!)).toMatchObject({ code: 'EXCLUDED', action: 'none' })
    const [other] = await test.extend(1, { coinbase: `0x${'ee'.repeat(20)}` })
    expect(test.chain.head.hash).toBe(other!.hash)
  })

  it('holds back a block from the future without judging it', async () => {
    const test = await TestChain.open()
    const now = BigInt(Math.floor(Date.now() / 1000))
    const soon = await test.seal({ timestamp: now + 30n })
    expect(await test.import(soon)).toEqual({ kind: 'future', isFar: false })
    const far = await test.seal({ timestamp: now + 3_600n })
    expect(await test.import(far)).toEqual({ kind: 'future', isFar: true })
    expect(test.chain.tree.size).toBe(1)
    expect((await test.chain.importBlock(soon, 'sealer')).kind).toBe('imported')
  })

  it.each([
    ['STATE_ROOT_MISMATCH', { stateRoot: badRoot }],
    ['RECEIPTS_ROOT_MISMATCH', { receiptsRoot: badRoot }],
    ['GAS_USED_MISMATCH', { gasUsed: 21_000n }],
    ['LOGS_BLOOM_MISMATCH', { logsBloom: `0x${'01'.repeat(256)}` as const }],
  ])('condemns a header under a good proof for %s, with all above it', async (code, changes) => {
    const test = await TestChain.open()
    const lie = await test.sealLie(changes)
    expect(await test.import(lie)).toMatchObject({ code, condemns: 'header', action: 'none' })
    expect(test.chain.tree.get(lie.hash)?.status).toBe('invalid')
    expect(await test.import(lie)).toMatchObject({ code: 'KNOWN_INVALID', action: 'none' })
    expect(test.chain.head.header.number).toBe(0n)
    expect(await test.chain.blocks.header(lie.hash)).toBeUndefined()
  })

  it("condemns the sender, not the header, of a body that is not the header's", async () => {
    const test = await TestChain.open()
    const block = await test.seal()
    for (const type of [2, 3]) {
      const spoiled = { ...block, transactions: [Uint8Array.of(type, 0xc0)] }
      const code = 'TRANSACTIONS_ROOT_MISMATCH'
      expect(await test.import(spoiled)).toMatchObject({ code, condemns: 'sender' })
    }
    expect((await test.import(block)).kind).toBe('imported')
  })

  it('goes on after a write that failed, from where the disk is', async () => {
    let isBroken = false
    const test = await TestChain.open({
      wrap: (store) => ({
        get: (key) => store.get(key),
        getMany: (keys) => store.getMany(keys),
        entries: (range) => store.entries(range),
        close: () => store.close(),
        write: (batch, options) =>
          isBroken ? Promise.reject(new Error('no luck')) : store.write(batch, options),
      }),
    })
    const block = await test.seal()
    isBroken = true
    await expect(test.import(block)).rejects.toThrow('no luck')
    expect(test.chain.head.header.number).toBe(0n)
    expect(test.chain.headers.isInvalid(block.hash)).toBe(false)
    isBroken = false
    expect((await test.import(block)).kind).toBe('imported')
  })

  it('gives our own block no second execution', async () => {
    const test = await TestChain.open()
    const template = await test.build({ coinbase: TEST_COINBASE })
    const block = sealWithTile(template, searchReference(template.search))
    const outcome = await test.chain.importBlock(block, 'sealer', preparedOf(template))
    expect(outcome).toEqual({ kind: 'imported', isHead: true })
    expect(test.chain.state.flatBlock?.stateRoot).toBe(block.header.stateRoot)
  })
})
