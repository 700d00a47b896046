/** The KZG check of precompile 0x0a against a proof made by another implementation. */
import { describe, expect, it } from 'vitest'
import { verifyPointEvaluation } from '../../../../node/crypto/point-evaluation.ts'

/** Made by micro-eth-signer 0.20.1 with Ethereum's trusted setup from a blob of 4,096 elements. */
const COMMITMENT =
  '0x8bf4f00d9f6762bdb90d5669cb8028285f28c2d8ef3869ddbad42c74a361ebbda0513ee2c9420ff6db37ed9c1f8aa055'
const PROOF =
  '0x82d5509f755b97febadf5d67911ab1575791df4f615169a744b9e2586c8a1ab2ad45a73a3830f3c7febf911aa0f3ba24'
const Z = '0x000000000000000000000000000000000000000000000000000000003ade68b1'
const Y = '0x4c41931bdacba63cf6a69517399551f5e2e6823205af362da12efc193de89fed'
const GROUP_ORDER = '0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001'
const INFINITY = `0xc0${'00'.repeat(47)}` as const

describe('node / crypto / point-evaluation', () => {
  it('accepts a proof that another implementation made', () => {
    expect(verifyPointEvaluation(COMMITMENT, Z, Y, PROOF)).toBe(true)
  })

  it('rejects another value, another place, and the two points swapped', () => {
    const other = `0x${(BigInt(Y) + 1n).toString(16).padStart(64, '0')}` as const
    expect(verifyPointEvaluation(COMMITMENT, Z, other, PROOF)).toBe(false)
    expect(verifyPointEvaluation(COMMITMENT, other, Y, PROOF)).toBe(false)
    expect(verifyPointEvaluation(PROOF, Z, Y, COMMITMENT)).toBe(false)
  })

  it('accepts the zero polynomial: commitment and proof at infinity, value zero', () => {
    expect(verifyPointEvaluation(INFINITY, Z, '0x00', INFINITY)).toBe(true)
    expect(verifyPointEvaluation(INFINITY, Z, '0x01', INFINITY)).toBe(false)
  })

  it('throws for scalars not below the order and for bytes that are no point', () => {
    expect(() => verifyPointEvaluation(COMMITMENT, GROUP_ORDER, Y, PROOF)).toThrow(RangeError)
    expect(() => verifyPointEvaluation(COMMITMENT, Z, GROUP_ORDER, PROOF)).toThrow(RangeError)
    expect(() => verifyPointEvaluation(`0x${'11'.repeat(48)}`, Z, Y, PROOF)).toThrow()
  })
})
