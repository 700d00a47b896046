import { genesisMPTStateRoot } from '@ethereumjs/mpt'
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { stateRootOf } from '../../../genesis/block/state-root.ts'
import type { Address, GenesisAccount, Hex } from '../../../genesis/types.ts'

/** A stream of bytes that is the same in every run: SplitMix32. */
function randomBytes(seed: number) {
  let state = seed
  return (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => {
      state = (state + 0x9e3779b9) | 0
      let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return (z ^ (z >>> 15)) & 0xff
    })
}

function randomAlloc(seed: number, count: number): Map<Address, GenesisAccount> {
  const random = randomBytes(seed)
  const alloc = new Map<Address, GenesisAccount>()
  for (let i = 0; i < count; i++) {
    const slots = (random(1)[0] ?? 0) % 20
    alloc.set(bytesToHex(random(20)), {
      balance: BigInt(bytesToHex(random(12))),
      nonce: BigInt((random(1)[0] ?? 0) % 3),
      code: random((random(1)[0] ?? 0) % 80),
      storage: new Map<Hex, Hex>(
        // Values of 1 to 32 bytes: short leaves sit in their parents.
        Array.from({ length: slots }, (_, slot) => [
          bytesToHex(random(32)),
          `0x${'00'.repeat(31 - slot)}${'11'.repeat(slot + 1)}`,
        ]),
      ),
    })
  }
  return alloc
}

async function libraryRoot(alloc: Map<Address, GenesisAccount>): Promise<Hex> {
  const state: Parameters<typeof genesisMPTStateRoot>[0] = {}
  for (const [address, { balance, nonce, code, storage }] of alloc) {
    state[address] = [
      `0x${balance.toString(16)}`,
      bytesToHex(code),
      [...storage],
      `0x${nonce.toString(16)}`,
    ]
  }
  return bytesToHex(await genesisMPTStateRoot(state))
}

describe('genesis / block / state-root', () => {
  it('gives an empty allocation the root of the empty trie', () => {
    expect(bytesToHex(stateRootOf(new Map()))).toBe(
      '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
    )
  })

  it.each([1, 2, 3, 17, 60, 300])('agrees with the MPT library on %i accounts', async (count) => {
    const alloc = randomAlloc(count, count)
    expect(bytesToHex(stateRootOf(alloc))).toBe(await libraryRoot(alloc))
  })

  it('does not depend on the order of accounts', () => {
    const alloc = randomAlloc(5, 40)
    const reversed = new Map([...alloc].reverse())
    expect(stateRootOf(reversed)).toEqual(stateRootOf(alloc))
  })
})
