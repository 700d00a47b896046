import { concatBytes } from '@ethereumjs/util'
import { encodeFunctionData, encodePacked, getCreate2Address, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { PREDEPLOY_ARTIFACTS } from '../../../genesis/artifacts.ts'
import { encodeParameters } from '../../../genesis/build/abi-encode.ts'
import { GenesisState } from '../../../genesis/build/genesis-state.ts'
import { createChainCommon } from '../../../genesis/chain-config.ts'
import { PREDEPLOYS, TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import type { Address, Hex } from '../../../genesis/types.ts'
import { assemble, initcodeOf } from '../../support/evm-assembly.ts'
import { abiOf } from './contracts/genesis-evm.ts'
import { repeatedAddress, testGenesis } from './test-genesis.ts'

const genesis = await testGenesis()
const [FIRST, SECOND, CALLER] = [0xc1, 0xc2, 0xc3].map(repeatedAddress) as [
  Address,
  Address,
  Address,
]

function open(balances: ReadonlyMap<Address, bigint> = new Map([[FIRST, 7n]])) {
  return GenesisState.open(balances, genesis, createChainCommon(genesis))
}

/** Code that stores what `operations` push, in slots 0, 1, 2. */
function storing(...operations: readonly string[]): string {
  return operations.map((operation, slot) => `${operation} PUSH ${slot} SSTORE`).join(' ')
}

function word(value: bigint | Hex): Hex {
  return `0x${BigInt(value).toString(16).padStart(64, '0')}`
}

async function stored(address: Address, ...operations: readonly string[]) {
  const state = await open()
  await state.construct('Probe', address, initcodeOf(assemble('STOP'), storing(...operations)))
  return state.dump().get(address)?.storage
}

describe('genesis / build / genesis-state', () => {
  it('runs constructors in block 0 of the chain, at their final address and balance', async () => {
    const storage = await stored(
      FIRST,
      ...['NUMBER', 'TIMESTAMP', 'CHAINID', 'BASEFEE', 'SELFBALANCE', 'ADDRESS', 'GASLIMIT'],
      ...['CALLER', 'CALLVALUE', 'PREVRANDAO', 'COINBASE'],
    )
    // Slots 0 and 7 to 10 hold zero, so they are not there.
    expect(storage).toEqual(
      new Map([
        [word(1n), word(genesis.timestamp)],
        [word(2n), word(genesis.params.chainId)],
        [word(3n), word(1_000_000_000n)],
        [word(4n), word(7n)],
        [word(5n), word(FIRST)],
        [word(6n), word(genesis.gasLimit)],
      ]),
    )
  })

  it('shows a contract to those that come after it', async () => {
    const state = await open()
    await state.construct('First', FIRST, initcodeOf(assemble('STOP STOP STOP')))
    const look = storing(`PUSH ${BigInt(FIRST)} EXTCODESIZE`)
    await state.construct('Second', SECOND, initcodeOf(assemble('STOP'), look))
    expect(state.dump().get(SECOND)?.storage).toEqual(new Map([[word(0n), word(3n)]]))
    expect(state.dump().get(FIRST)).toMatchObject({ balance: 7n, nonce: 1n })
  })

  it('keeps what calls do, from the caller that they name', async () => {
    const state = await open()
    await state.construct('First', FIRST, initcodeOf(assemble(storing('CALLER', 'NUMBER'))))
    await state.call('First.set', { from: CALLER, to: FIRST, data: new Uint8Array(0) })
    const alloc = state.dump()
    expect(alloc.get(FIRST)?.storage).toEqual(new Map([[word(0n), word(CALLER)]]))
    // A caller without coins leaves no account behind.
    expect([...alloc.keys()]).toEqual([FIRST])
  })

  it('leaves out slots that a later step clears', async () => {
    const state = await open()
    const clear = initcodeOf(assemble('PUSH 0 PUSH 5 SSTORE'), 'PUSH 9 PUSH 5 SSTORE')
    await state.construct('First', FIRST, clear)
    expect(state.dump().get(FIRST)?.storage.size).toBe(1)
    await state.call('First.clear', { from: CALLER, to: FIRST, data: new Uint8Array(0) })
    expect(state.dump().get(FIRST)?.storage.size).toBe(0)
  })

  it('forgets transient storage between steps, as between transactions', async () => {
    const state = await open()
    const body = assemble('PUSH 0 TLOAD PUSH 0 SSTORE PUSH 1 PUSH 0 TSTORE')
    await state.construct('First', FIRST, initcodeOf(body))
    const call = { from: CALLER, to: FIRST, data: new Uint8Array(0) }
    await state.call('once', call)
    await state.call('twice', call)
    expect(state.dump().get(FIRST)?.storage.size).toBe(0)
  })

  it('lets no coin move through the transfer precompile', async () => {
    const state = await open()
    const transfer = `PUSH 0 PUSH 0 PUSH 96 PUSH 0 PUSH 0 PUSH ${BigInt(TRANSFER_PRECOMPILE)} GAS CALL`
    const code = initcodeOf(assemble('STOP'), storing(`${transfer} PUSH 1 ADD`))
    await state.construct('First', FIRST, code)
    // The call answers 0.
    expect(state.dump().get(FIRST)?.storage).toEqual(new Map([[word(0n), word(1n)]]))
  })

  it('counts creations of contracts from nonce 1, and keeps what they create', async () => {
    const state = await open()
    const { bytecode } = PREDEPLOY_ARTIFACTS.HMMFactory
    const args = encodeParameters([{ name: 'quoteToken', type: 'address' }], {
      quoteToken: `0x${'00'.repeat(20)}`,
    })
    const initCode = concatBytes(Uint8Array.from(Buffer.from(bytecode.slice(2), 'hex')), args)
    await state.construct('HMMFactory', PREDEPLOYS.HMMFactory, initCode)
    // A token, as far as a factory asks: it answers a word.
    const token = initcodeOf(assemble('PUSH 32 PUSH 0 RETURN'), '')
    for (const at of [FIRST, SECOND]) await state.construct('Token', at, token)
    const data = encodeFunctionData({
      abi: abiOf('HMMFactory'),
      functionName: 'createPair',
      args: [FIRST, SECOND],
    })
    const message = {
      from: CALLER,
      to: PREDEPLOYS.HMMFactory,
      data: Buffer.from(data.slice(2), 'hex'),
    }
    await state.call('HMMFactory.createPair', message)
    const alloc = state.dump()
    // As clients of Uniswap v2 compute it.
    const pair = getCreate2Address({
      from: PREDEPLOYS.HMMFactory,
      salt: keccak256(encodePacked(['address', 'address'], [FIRST, SECOND])),
      bytecode: PREDEPLOY_ARTIFACTS.HMMPairAIHUSD.bytecode,
    })
    expect(alloc.get(PREDEPLOYS.HMMFactory)?.nonce).toBe(2n)
    expect(alloc.get(pair.toLowerCase() as Address)?.nonce).toBe(1n)
    expect(alloc.get(pair.toLowerCase() as Address)?.code.length).toBeGreaterThan(1_000)
  })

  it('names the step that fails, and what it said', async () => {
    const state = await open()
    const revert = assemble('PUSH 42 PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT')
    await expect(state.construct('First', FIRST, revert)).rejects.toMatchObject({
      type: { code: 'CONSTRUCTOR_FAILED', contract: 'First', reason: `revert ${word(42n)}` },
    })
    await state.construct('First', FIRST, initcodeOf(revert))
    const call = state.call('First.set', { from: CALLER, to: FIRST, data: new Uint8Array(0) })
    await expect(call).rejects.toMatchObject({
      type: { code: 'SETUP_FAILED', step: 'First.set', reason: `revert ${word(42n)}` },
    })
  })
})
