import { bytesToHex } from '@ethereumjs/util'
import { concatHex, encodeFunctionData, getCreate2Address, zeroAddress, zeroHash } from 'viem'
import { privateKeyToAccount, sign } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { safeArtifact } from '../../../../genesis/build/rooms/safes.ts'
import {
  PREDEPLOYS,
  SAFE_CONTRACTS,
  type SafeContractName,
} from '../../../../genesis/predeploys.ts'
import type { Hex } from '../../../../genesis/types.ts'
import { testGenesis } from '../test-genesis.ts'
import { abiOf, GenesisEvm } from './genesis-evm.ts'

/** Safe's own, on every chain. */
const SINGLETON_FACTORY = '0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7'
const WEEK = 604_800n

const genesis = await testGenesis()
const owners = devAccounts().slice(0, 5)

/** What `signers` sign to let the guardians pause outflows, in the order of their addresses. */
async function pauseByGuardians(evm: GenesisEvm, signers: readonly { privateKey: Hex }[]) {
  const data = encodeFunctionData({ abi: abiOf('CircuitBreaker'), functionName: 'pause' })
  const transaction = [PREDEPLOYS.CircuitBreaker, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress]
  const nonce = await evm.read('GuardianSafe', 'nonce')
  const hash = await evm.read('GuardianSafe', 'getTransactionHash', [...transaction, nonce])
  const sorted = signers
    .map(({ privateKey }) => ({ privateKey, address: privateKeyToAccount(privateKey).address }))
    .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))
  const signatures = await Promise.all(
    sorted.map(({ privateKey }) => sign({ hash: hash as Hex, privateKey, to: 'hex' })),
  )
  const args = [...transaction, concatHex(signatures)]
  return evm.call({ to: 'GuardianSafe', name: 'execTransaction', args })
}

describe('genesis / contracts / Safe', () => {
  it('stands where CREATE2 of the Safe singleton factory puts it on every chain', () => {
    for (const [name, address] of Object.entries(SAFE_CONTRACTS)) {
      const { bytecode } = safeArtifact(name as SafeContractName)
      const canonical = getCreate2Address({ from: SINGLETON_FACTORY, salt: zeroHash, bytecode })
      expect(canonical.toLowerCase(), name).toBe(address)
    }
    expect(SAFE_CONTRACTS.SafeL2).toBe('0xedd160febbd92e350d4d398fb636302fccd67c7e')
  })

  it('has a singleton that nobody can set up', () => {
    // Its constructor sets the threshold, slot 4, to one owner, of whom there is none.
    const storage = genesis.alloc.get(SAFE_CONTRACTS.SafeL2)?.storage
    expect([...(storage ?? [])]).toEqual([
      [`0x${'4'.padStart(64, '0')}`, `0x${'1'.padStart(64, '0')}`],
    ])
  })

  it('knows its own address where its code depends on it', () => {
    const code = bytesToHex(genesis.alloc.get(SAFE_CONTRACTS.MultiSend)!.code)
    expect(code).toContain(SAFE_CONTRACTS.MultiSend.slice(2))
  })

  it('makes proxies of the singleton, three of five, with the usual handler', async () => {
    const evm = await GenesisEvm.open(genesis)
    for (const name of ['GuardianSafe', 'TeamSafe'] as const) {
      expect(await evm.read(name, 'VERSION')).toBe('1.5.0')
      expect(await evm.read(name, 'getThreshold')).toBe(3n)
      expect(await evm.read(name, 'nonce')).toBe(0n)
      const found = (await evm.read(name, 'getOwners')) as string[]
      expect(found.map((at) => at.toLowerCase())).toEqual(owners.map(({ address }) => address))
      const [modules] = (await evm.read(name, 'getModulesPaginated', [
        `0x${'0'.repeat(39)}1`,
        10n,
      ])) as [string[], string]
      expect(modules).toEqual([])
      expect(await evm.storage(PREDEPLOYS[name], 0)).toBe(BigInt(SAFE_CONTRACTS.SafeL2))
      const setup = [[owners[0]!.address], 1n, zeroAddress, '0x', zeroAddress, zeroAddress, 0n]
      const again = evm.call({ to: name, name: 'setup', args: [...setup, zeroAddress] })
      await expect(again).rejects.toMatchObject({ errorName: 'Error', args: ['GS200'] })
    }
  })

  it('lets three guardians pause outflows for a week, and not two', async () => {
    const evm = await GenesisEvm.open(genesis)
    await expect(pauseByGuardians(evm, owners.slice(0, 2))).rejects.toMatchObject({
      args: ['GS020'],
    })
    expect(await evm.read('CircuitBreaker', 'isPaused')).toBe(false)
    const strangers = [...owners.slice(0, 2), devAccounts()[7]!]
    await expect(pauseByGuardians(evm, strangers)).rejects.toMatchObject({ args: ['GS026'] })
    const { result, events } = await pauseByGuardians(evm, owners.slice(2))
    expect(result).toBe(true)
    expect(events.map(({ name }) => name)).toContain('Paused')
    const until = genesis.timestamp + evm.blockNumber + WEEK
    expect(await evm.read('CircuitBreaker', 'pausedUntil')).toBe(until)
  })
})
