/** The one Common of a process says what a Common of its own would say, and stays as it is. */
import { paramsBlock } from '@ethereumjs/block'
import { Hardfork } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { bytesToHex, ecrecover } from '@ethereumjs/util'
import { paramsVM } from '@ethereumjs/vm'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { describe, expect, it } from 'vitest'
import { createChainCommon } from '../../../../genesis/chain-config.ts'
import { customCrypto } from '../../../../node/crypto/custom-crypto.ts'
import { createSharedCommon } from '../../../../node/crypto/shared-common.ts'
import { TEST_PARAMS } from '../../../support/mined-blocks.ts'
import { Random } from '../../../support/random.ts'

const INPUTS = { params: TEST_PARAMS, gasLimit: 30_000_000n, timestamp: 0n }

describe('node / crypto / shared-common', () => {
  it('answers every fork, EIP and parameter as a Common that looks them up', () => {
    const shared = createSharedCommon(INPUTS)
    const fresh = createChainCommon(INPUTS)
    const names = new Set<string>()
    for (const params of [paramsBlock, paramsTx, paramsEVM, paramsVM]) {
      fresh.updateParams(params)
      for (const group of Object.values(params))
        for (const name of Object.keys(group)) names.add(name)
    }
    const answer = (ask: () => unknown): unknown => {
      try {
        return ask()
      } catch {
        return 'throws'
      }
    }
    expect(names.size).toBeGreaterThan(100)
    for (const name of names) {
      expect(
        answer(() => shared.param(name)),
        name,
      ).toEqual(answer(() => fresh.param(name)))
    }
    for (let eip = 0; eip < 9_000; eip++) {
      if (shared.isActivatedEIP(eip) !== fresh.isActivatedEIP(eip))
        expect.fail(`EIP-${eip} differs`)
    }
    for (const fork of Object.values(Hardfork)) {
      expect(shared.gteHardfork(fork), fork).toBe(fresh.gteHardfork(fork))
    }
    expect(shared.hardfork()).toBe(Hardfork.Osaka)
    expect(shared.chainId()).toBe(TEST_PARAMS.chainId)
    expect(shared.consensusType()).toBe(fresh.consensusType())
  })

  it('is its own copy, and nothing changes it', () => {
    const shared = createSharedCommon(INPUTS)
    shared.updateParams({ 1: { txGas: 1 } })
    expect(shared.copy()).toBe(shared)
    expect(shared.param('txGas')).toBe(21_000n)
    expect(() => shared.setHardfork(Hardfork.London)).toThrow()
  })

  it('hashes, signs and recovers as the JavaScript of noble does', () => {
    const random = new Random(1)
    for (let i = 0; i < 50; i++) {
      const message = random.bytes(random.below(600))
      expect(bytesToHex(customCrypto.keccak256(message))).toBe(bytesToHex(keccak_256(message)))
      expect(bytesToHex(customCrypto.sha256(message))).toBe(bytesToHex(sha256(message)))
      const hash = keccak_256(message)
      const key = random.bytes(32)
      const signed = customCrypto.ecsign(hash, key)
      const expected = secp256k1.sign(hash, key, {
        prehash: false,
        format: 'recovered',
        extraEntropy: false,
      })
      expect(bytesToHex(signed)).toBe(bytesToHex(expected))
      const [r, s, v] = [signed.slice(1, 33), signed.slice(33), 27n + BigInt(signed[0]!)]
      expect(bytesToHex(customCrypto.ecrecover(hash, v, r, s, undefined))).toBe(
        bytesToHex(ecrecover(hash, v, r, s)),
      )
    }
  })

  it('recovers nothing where there is nothing to recover', () => {
    const zero = new Uint8Array(32)
    const one = new Uint8Array(32).fill(1)
    expect(() => customCrypto.ecrecover(one, 27n, zero, one, undefined)).toThrow()
    expect(() => customCrypto.ecrecover(one, 29n, one, one, undefined)).toThrow()
    expect(() => customCrypto.ecsign(one, zero)).toThrow()
  })
})
