/** Finality by JSON-RPC: shapes, shares, and what a caller gets for what is not there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeCertificate } from '../../../consensus/finality/codec/finality-codec.ts'
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import { certificateOf, STAKE_WEI, signVote } from '../../support/finality-net.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'

const HASH = `0x${'ab'.repeat(32)}` as const
const VOTE: FinalityVote = {
  sourceEpoch: 1n,
  sourceHash: HASH,
  targetEpoch: 2n,
  targetHash: `0x${'cd'.repeat(32)}`,
  outputRoot: HASH,
}
const NEVER = 2n ** 40n - 1n
const NO_RECORD = {
  votingKey: `0x${'11'.repeat(20)}`,
  payout: `0x${'22'.repeat(20)}`,
  stake: STAKE_WEI,
  weight: STAKE_WEI,
  start: 0n,
  end: NEVER,
  isSlashed: false,
  isWithdrawn: false,
  withdrawableAt: undefined,
} as const

describe('rpc / hanzo / finality', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('tells how far finality is, who is missing and what share can be reached', async () => {
    const { finality } = fixture.node
    finality.current = {
      headEpoch: 12n,
      justified: { epoch: 10n, hash: HASH },
      finalized: { epoch: 9n, hash: VOTE.targetHash },
      certifiedEpoch: 8n,
      isCertifyOverdue: false,
      participation: 0.75,
      stakeReachable: 0.5,
      isPartitionSuspected: true,
      missing: [1, 3],
      validator: 2,
      voting: 'recovering',
      lost: { epoch: 11n, hash: undefined },
      safetyFault: undefined,
    }
    expect(await fixture.rpc('hanzo_finalityStatus')).toEqual({
      headEpoch: '0xc',
      justified: { epoch: '0xa', hash: HASH },
      finalized: { epoch: '0x9', hash: VOTE.targetHash },
      lagEpochs: '0x3',
      certifiedOnChain: '0x8',
      certifyOverdue: false,
      participation: 0.75,
      missing: ['0x1', '0x3'],
      stakeReachable: 0.5,
      partitionSuspected: true,
      validator: '0x2',
      voting: 'recovering',
      recovering: '0xb',
      safetyFault: null,
    })
    const calm = { stakeReachable: 0.75, isPartitionSuspected: false, validator: undefined }
    finality.current = { ...finality.current, ...calm }
    expect(await fixture.rpc('hanzo_finalityStatus')).toMatchObject({
      partitionSuspected: false,
      validator: null,
    })
  })

  it('tells a safety fault with both certificates', async () => {
    const { finality } = fixture.node
    const certificate = certificateOf(VOTE, [0, 1, 2])
    const fault = { code: 'CONFLICTS_WITH_FINALIZED', certificate, ours: undefined } as const
    finality.current = { ...finality.current, safetyFault: fault }
    expect(await fixture.rpc('hanzo_finalityStatus')).toMatchObject({
      safetyFault: { code: fault.code, certificate: { targetEpoch: '0x2' }, ours: null },
    })
    finality.current = { ...finality.current, safetyFault: undefined }
  })

  it('gives a certificate in parts for the contract and whole for peers', async () => {
    const certificate = certificateOf(VOTE, [0, 2, 9])
    fixture.node.finality.certificates.set(2n, certificate)
    const answer = (await fixture.rpc('hanzo_getCertificate', '0x2')) as Record<string, string>
    expect(answer).toMatchObject({
      sourceEpoch: '0x1',
      targetHash: VOTE.targetHash,
      signers: ['0x0', '0x2', '0x9'],
      bitmap: '0x0502',
      signatures: certificate.signatures,
    })
    expect(decodeCertificate(Buffer.from(answer['raw']!.slice(2), 'hex'))).toEqual(certificate)
    expect(await fixture.rpc('hanzo_getCertificate', '0x3')).toBeNull()
    await expect(fixture.rpc('hanzo_getCertificate')).rejects.toMatchObject({ code: -32602 })
  })

  it.each([
    ['active', {}],
    ['exiting', { end: 5n }],
    ['exited', { end: 3n, weight: 0n, withdrawableAt: 2n }],
    ['withdrawable', { end: 3n, weight: 0n, withdrawableAt: 1n }],
    ['joining', { start: 4n, weight: 0n }],
    ['slashed', { isSlashed: true }],
    ['withdrawn', { isWithdrawn: true, isSlashed: true, weight: 0n }],
  ] as const)('a validator may be %s', async (status, fields) => {
    fixture.node.finality.records = [{ ...NO_RECORD, index: 7, ...fields }]
    // In the state after block 0 the next transactions are those of block 1.
    const answer = (await fixture.rpc('hanzo_getValidators', '0x0')) as {
      validators: readonly Record<string, unknown>[]
    }
    expect(answer).toMatchObject({ dynasty: '0x3' })
    expect(answer.validators[0]).toMatchObject({ index: '0x7', status })
  })

  it('gives evidence with the name of the offence', async () => {
    const first = signVote(VOTE, 3)
    const second = signVote({ ...VOTE, targetHash: HASH }, 3)
    fixture.node.finality.caught = [{ first, second }]
    expect(await fixture.rpc('hanzo_getEvidence')).toMatchObject([
      { validator: '0x3', offence: 'double-vote', second: { signature: second.signature } },
    ])
  })
})
