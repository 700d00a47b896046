import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeHeader } from '../../../consensus/codec/header-codec.ts'
import { assembleProof } from '../../../consensus/proof/seal.ts'
import { searchReference, TEST_COINBASE, temporaryDirectory } from '../../support/chain-factory.ts'
import { startTestNode } from '../../support/test-node.ts'

const PAST = { timestamp: 0n }

describe('node / node', () => {
  it('boots from genesis, seals blocks and serves its api', async () => {
    const node = await startTestNode()
    const { api } = node
    expect(api.chain.head().hash).toBe(api.genesis.hash)
    expect(api.health()).toEqual({ isReady: true, reason: undefined })
    const sealed = await node.sealer!.sealNow()
    expect(sealed.header.number).toBe(1n)
    expect(api.chain.head().hash).toBe(sealed.hash)
    expect(await api.chain.proof(sealed.hash)).toHaveLength(8)
    expect((await api.chain.block(sealed.hash))?.transactions).toEqual([])
    expect(await api.chain.receipts(sealed.hash)).toEqual([])
    expect(await api.chain.totalDifficulty(sealed.hash)).toBe(2n ** 21n)
    expect(api.work.sealer).toMatchObject({ isMining: true, backend: 'cpu', blocksSealed: 1 })
  })

  it('finds blocks by tag, number and hash', async () => {
    const node = await startTestNode()
    const { chain, genesis } = node.api
    await node.sealer!.sealNow(PAST)
    const { hash } = await node.sealer!.sealNow(PAST)
    const find = async (selector: Parameters<typeof chain.resolve>[0]) =>
      (await chain.resolve(selector))?.hash
    expect(await find({ tag: 'latest' })).toBe(hash)
    for (const tag of ['earliest', 'safe', 'finalized'] as const) {
      expect(await find({ tag })).toBe(genesis.hash)
    }
    expect(await find({ number: 2n })).toBe(hash)
    expect(await find({ number: 3n })).toBeUndefined()
    expect(await find({ hash, requireCanonical: true })).toBe(hash)
    expect(await find({ hash: `0x${'ab'.repeat(32)}`, requireCanonical: false })).toBeUndefined()
    const { block } = await chain.pendingBlock()
    expect([block.header.number, block.header.parentHash]).toEqual([3n, hash])
    expect(await find({ tag: 'pending' })).toBe(block.hash)
  })

  it('reads state at blocks, also at one that is still being built', async () => {
    const node = await startTestNode({ coinbase: TEST_COINBASE })
    const { chain, state } = node.api
    const balanceAt = async (tag: 'earliest' | 'latest' | 'pending') => {
      const view = await state.at((await chain.resolve({ tag }))!)
      return (await view.account(TEST_COINBASE))?.balance ?? 0n
    }
    await node.sealer!.sealNow(PAST)
    const [before, now, next] = [
      await balanceAt('earliest'),
      await balanceAt('latest'),
      await balanceAt('pending'),
    ]
    expect(now).toBeGreaterThan(before)
    expect(next).toBeGreaterThan(now)
    const unknown = { hash: `0x${'ab'.repeat(32)}`, header: chain.head().header } as const
    await expect(state.at(unknown)).rejects.toMatchObject({ type: { code: 'UNAVAILABLE' } })
  })

  it('goes on from its data directory', async () => {
    const directory = await temporaryDirectory()
    const node = await startTestNode({ directory })
    for (let i = 0; i < 5; i++) await node.sealer!.sealNow(PAST)
    const { hash } = node.api.chain.head()
    const stopped = node.stop()
    expect(node.stop()).toBe(stopped)
    await stopped
    const again = await startTestNode({ directory })
    expect(again.api.chain.head().hash).toBe(hash)
    expect((await again.sealer!.sealNow(PAST)).header.number).toBe(6n)
  })

  it('refuses a data directory that another node holds, and closes what it had opened', async () => {
    const directory = await temporaryDirectory()
    const node = await startTestNode({ directory })
    await expect(startTestNode({ directory })).rejects.toMatchObject({ type: { code: 'LOCKED' } })
    await node.stop()
    await startTestNode({ directory })
  })

  it('hands out work, and takes what an outside prover brings', async () => {
    const node = await startTestNode()
    const { work, genesis, chain } = node.api
    const job = await work.getWork(TEST_COINBASE)
    expect((await work.getWork(TEST_COINBASE)).workId).toBe(job.workId)
    const tile = searchReference({
      shape: 'T0',
      genesisHash: hexToBytes(genesis.hash),
      sealHash: hexToBytes(job.sealHash),
      difficulty: job.difficulty,
      operands: { kind: 0, epochSeed: hexToBytes(job.epochSeed) },
    })
    const nonce = bytesToHex(tile.nonce)
    const proof = assembleProof('T0', tile, { kind: 0 })
    const unknown = `0x${'ab'.repeat(32)}` as const
    expect(await work.submitWork(unknown, nonce, proof)).toMatchObject({ code: 'WORK_UNKNOWN' })
    const short = await work.submitWork(job.workId, nonce, proof.subarray(1))
    expect(short).toEqual({ ok: false, code: 'E_LEN', blockHash: null })
    const taken = await work.submitWork(job.workId, nonce, proof)
    expect(taken).toEqual({ ok: true, code: null, blockHash: chain.head().hash })
    expect(chain.head().header.coinbase).toBe(TEST_COINBASE)
    await node.sealer!.sealNow(PAST)
    expect((await work.getWork(TEST_COINBASE)).workId).not.toBe(job.workId)
  })

  it('judges any proof in the words of the protocol', async () => {
    const node = await startTestNode()
    const { work, chain } = node.api
    const { header, hash } = await node.sealer!.sealNow(PAST)
    const rlp = encodeHeader(header)
    const proof = (await chain.proof(hash))!
    expect(await work.verifyProof(rlp, proof)).toMatchObject({
      ok: true,
      code: null,
      condemns: null,
      blockHash: hash,
      macs: 16_384,
    })
    expect(await work.verifyProof(rlp, proof.subarray(1))).toMatchObject({ code: 'E_LEN' })
    expect(await work.verifyProof(rlp.subarray(1), proof)).toMatchObject({ code: 'E_PARAM' })
    const orphan = encodeHeader({ ...header, parentHash: `0x${'ab'.repeat(32)}` })
    const report = await work.verifyProof(orphan, proof)
    expect(report).toMatchObject({ ok: false, code: 'E_PARENT', condemns: null })
    const epoch = await work.epochOf({ hash, header })
    expect(epoch).toMatchObject({ difficulty: 2n ** 20n, seed: node.api.genesis.hash })
  })
})
