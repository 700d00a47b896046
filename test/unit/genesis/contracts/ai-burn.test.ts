import { beforeEach, describe, expect, it } from 'vitest'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { testGenesis } from '../test-genesis.ts'
import { abiOf, GenesisEvm } from './genesis-evm.ts'

const CATEGORIES = [0, 1, 2, 3, 4]
const genesis = await testGenesis()

let evm: GenesisEvm
beforeEach(async () => {
  evm = await GenesisEvm.open(genesis)
})

describe('genesis / contracts / AIBurn', () => {
  it('counts by category, and the counters and `other` make the balance', async () => {
    for (const category of CATEGORIES) {
      const value = BigInt(category + 1)
      const { events } = await evm.call({ to: 'AIBurn', name: 'burn', args: [category], value })
      expect(events).toMatchObject([{ name: 'Burned', args: { category, value } }])
    }
    await evm.send({ to: PREDEPLOYS.AIBurn, value: 100n })
    await evm.call({ to: 'AI', name: 'burn', args: [1_000n] })
    for (const category of CATEGORIES) {
      expect(await evm.read('AIBurn', 'burnedBy', [category])).toBe(BigInt(category + 1))
    }
    expect(await evm.read('AIBurn', 'other')).toBe(1_100n)
    expect(await evm.read('AIBurn', 'totalBurned')).toBe(1_115n)
    expect(await evm.balance(PREDEPLOYS.AIBurn)).toBe(1_115n)
    expect(evm.supply()).toBe(10n ** 27n)
  })

  it('counts what the node credits without a call as `other`', async () => {
    await evm.setBalance(PREDEPLOYS.AIBurn, 77n)
    expect(await evm.read('AIBurn', 'other')).toBe(77n)
  })

  it('knows five categories', async () => {
    await expect(evm.call({ to: 'AIBurn', name: 'burn', args: [5], value: 1n })).rejects.toThrow()
  })

  it('has no call that could pay anybody', () => {
    const writers = abiOf('AIBurn').filter(
      (item) => item.type === 'function' && item.stateMutability !== 'view',
    )
    expect(writers).toMatchObject([{ name: 'burn' }])
    const code = genesis.alloc.get(PREDEPLOYS.AIBurn)!.code
    // CALL, CALLCODE, DELEGATECALL, STATICCALL, CREATE, CREATE2, SELFDESTRUCT, past push data.
    const forbidden = new Set([0xf0, 0xf1, 0xf2, 0xf4, 0xf5, 0xfa, 0xff])
    expect(opcodes(code).filter((opcode) => forbidden.has(opcode))).toEqual([])
  })
})

/** Opcodes up to the metadata, whose length is in the last two bytes. */
function opcodes(code: Uint8Array): number[] {
  const metadata = ((code.at(-2) ?? 0) << 8) + (code.at(-1) ?? 0) + 2
  const out: number[] = []
  for (let i = 0; i < code.length - metadata; i++) {
    const opcode = code[i] ?? 0
    out.push(opcode)
    if (opcode >= 0x60 && opcode <= 0x7f) i += opcode - 0x5f
  }
  return out
}
