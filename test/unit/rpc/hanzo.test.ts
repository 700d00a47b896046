import { bytesToHex } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeHeader } from '../../../consensus/codec/header-codec.ts'
import { encodeProof } from '../../../consensus/codec/proof-codec.ts'
import type { Hex } from '../../../consensus/types.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import {
  COINBASE,
  extraDataOf,
  FIRST_PLACE,
  mine,
  privateMatrices,
} from '../../support/mined-blocks.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { topicOf } from '../../support/signed-transactions.ts'

const AI = 10n ** 18n
const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`
const words = (...values: readonly bigint[]): Hex =>
  `0x${values.map((value) => value.toString(16).padStart(64, '0')).join('')}`

describe('rpc / hanzo', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('tells the parameters of the chain as quantities', async () => {
    const { genesis } = fixture.node
    const { params } = genesis
    const answer = (await fixture.rpc('hanzo_getChainParams')) as Record<string, unknown>
    expect(answer).toMatchObject({
      chainId: quantity(params.chainId),
      genesisHash: genesis.hash,
      preset: 'instant',
      shape: 'T0',
      dev: true,
      epochLength: '0x8',
      idealBlockTimeMs: '0x3e8',
      asertTauMs: '0x7d00',
      genesisDifficulty: '0x100000',
      minDifficulty: '0x100000',
      rescueSeconds: '0x3c',
      eraBlocks: '0x960',
      voteDepth: '0x3',
      predeploys: genesis.predeploys,
    })
    expect(answer['forkSchedule']).toMatchObject({ londonBlock: '0x0', osakaTime: '0x0' })
    expect(Object.keys(answer['forkSchedule'] as object)).not.toContain('chainId')
  })

  it('reads a stored witness out, with the reward from the books', async () => {
    const { node, rpc } = fixture
    const reward = 123n * AI
    node.onCall = (request) => {
      expect(request.to).toBe(node.genesis.predeploys['BlockRewards'])
      expect(bytesToHex(request.data!)).toBe('0x47799da8')
      const record = [1n, BigInt(COINBASE), 2n ** 20n, 5_000n, 2n ** 20n, reward]
      return { kind: 'ok', output: words(...record), gasUsed: 0n }
    }
    const commitment = topicOf(0xc0)
    const { head } = node.chain.extend([], { extraData: extraDataOf(0, commitment) })
    const proof = encodeProof({ shape: SHAPES.T0, kind: 0, tile: { ti: 3, tj: 5 } })
    node.chain.proofs.set(head.hash, proof)
    const answer = await rpc('hanzo_getComputeProof', head.hash)
    expect(answer).toEqual({
      blockHash: head.hash,
      proof: bytesToHex(proof),
      shape: 'T0',
      kind: '0x0',
      workCommitment: commitment,
      jobId: topicOf(0),
      rootA: `0x${'05'.repeat(32)}`,
      rootB: `0x${'06'.repeat(32)}`,
      ti: '0x3',
      tj: '0x5',
      ticket: `0x${'09'.repeat(32)}`,
      theta: `0x${'0a'.repeat(32)}`,
      difficulty: '0x100000',
      operations: '0x100000',
      quality: '0x1388',
      reward: quantity(reward),
    })
    expect(await rpc('hanzo_getComputeProof')).toEqual(answer)
  })

  it('reads the operands of a private proof from its openings', async () => {
    const { node, rpc } = fixture
    const mined = mine(FIRST_PLACE, { matrices: privateMatrices(1) })
    const { head } = node.chain.extend([], { extraData: mined.header.extraData })
    node.chain.proofs.set(head.hash, mined.proof)
    const { operands } = mined
    if (operands.kind !== 1) expect.unreachable('private matrices make kind 1')
    expect(await rpc('hanzo_getComputeProof', 'latest')).toMatchObject({
      kind: '0x1',
      jobId: topicOf(0),
      rootA: bytesToHex(operands.rootA),
      rootB: bytesToHex(operands.rootB),
    })
  })

  it('has no witness for genesis and for blocks that it does not know', async () => {
    for (const block of ['0x0', '0x99', topicOf(1), 'earliest']) {
      expect(await fixture.rpc('hanzo_getComputeProof', block)).toBeNull()
    }
  })

  it('reports on any bytes that claim to be a witness', async () => {
    const { node, rpc } = fixture
    const header = bytesToHex(encodeHeader(node.chain.head().header))
    expect(await rpc('hanzo_verifyComputeProof', header, '0x00')).toEqual({
      ok: true,
      code: null,
      condemns: null,
      blockHash: `0x${'08'.repeat(32)}`,
      ticket: `0x${'09'.repeat(32)}`,
      theta: `0x${'0a'.repeat(32)}`,
      macs: '0x4000',
      ms: 0.2,
    })
    expect(await rpc('hanzo_verifyComputeProof', '0x', '0x')).toEqual({
      ok: false,
      code: 'E_PARAM',
      condemns: 'header',
      macs: '0x0',
      ms: 0.01,
    })
  })

  it('hands out work and takes it back', async () => {
    const { rpc } = fixture
    const work = (await rpc('hanzo_getWork', COINBASE)) as { workId: Hex }
    expect(work).toMatchObject({
      kind: '0x0',
      difficulty: '0x100000',
      expiresAt: '0x6b49d23c',
      shape: 'T0',
    })
    const nonce = '0x0000000000000001'
    expect(await rpc('hanzo_submitWork', work.workId, nonce, '0x00')).toMatchObject({ ok: true })
    expect(await rpc('hanzo_submitWork', topicOf(1), nonce, '0x00')).toMatchObject({
      ok: false,
      code: 'WORK_UNKNOWN',
    })
    const short = rpc('hanzo_submitWork', work.workId, '0x01', '0x00')
    await expect(short).rejects.toMatchObject({ code: -32602 })
  })

  it('counts work and shares over recent blocks', async () => {
    const { node, rpc } = fixture
    while (node.chain.head().header.number < 9n) node.mine()
    node.reorg(2)
    const stats = await rpc('hanzo_getStats')
    expect(stats).toEqual({
      head: '0xa',
      window: { blocks: '0xa', seconds: '0x14' },
      blockSeconds: 2,
      difficulty: '0x100000',
      macsPerSecond: 2 ** 20 / 2,
      coinbases: [
        { address: COINBASE, blocks: '0x7', share: 0.7 },
        { address: `0x${'d0'.repeat(20)}`, blocks: '0x3', share: 0.3 },
      ],
      sealer: {
        isMining: true,
        coinbase: COINBASE,
        backend: 'cpu',
        adapter: 'CPU twin, 1 thread',
        isSoftware: true,
        kernel: 'reference',
        macsPerSecond: 300_000_000.5,
        dutyPercent: '0x32',
        blocksSealed: '0x3',
      },
    })
  })

  it('lists peers with their heads', async () => {
    const { node, rpc } = fixture
    const peer = {
      id: 'a',
      address: '/ip4/1.2.3.4/tcp/1',
      direction: 'inbound',
      score: -0.5,
    } as const
    node.network.peerList = [
      { ...peer, connectedSeconds: 12.7, head: { number: 5n, hash: topicOf(5) } },
      { ...peer, connectedSeconds: 0, head: undefined },
    ]
    expect(await rpc('hanzo_peers')).toEqual([
      { ...peer, connectedSeconds: '0xc', head: { number: '0x5', hash: topicOf(5) } },
      { ...peer, connectedSeconds: '0x0', head: null },
    ])
    expect(await rpc('net_peerCount')).toBe('0x2')
  })
})
