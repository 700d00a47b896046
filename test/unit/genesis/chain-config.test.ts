import { createBlock, paramsBlock } from '@ethereumjs/block'
import { Hardfork } from '@ethereumjs/common'
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { createVM, runTx } from '@ethereumjs/vm'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import { createChainCommon, GETH_FORK_SCHEDULE } from '../../../genesis/chain-config.ts'
import { repeatedAddress, testGenesis } from './test-genesis.ts'

const genesis = await testGenesis()
const common = createChainCommon(genesis)

const HEADER = {
  number: 1n,
  difficulty: 2n ** 28n,
  nonce: new Uint8Array(8).fill(7),
  extraData: new Uint8Array(40).fill(1),
  mixHash: new Uint8Array(32).fill(9),
  gasLimit: 30_000_000n,
  baseFeePerGas: 1_000_000_000n,
  timestamp: genesis.timestamp + 2n,
  coinbase: createAddressFromString(repeatedAddress(17)),
}

describe('genesis / chain-config', () => {
  it('runs Osaka from block 0 under a consensus of its own', () => {
    expect(common.hardfork()).toBe(Hardfork.Osaka)
    expect(common.getHardforkBy({ blockNumber: 0n, timestamp: 0n })).toBe(Hardfork.Osaka)
    expect(common.consensusType()).toBe('l2')
    expect(common.consensusAlgorithm()).toBe('proof-of-compute')
    expect(common.chainId()).toBe(genesis.params.chainId)
  })

  it('has the EIPs of Osaka and not the log of native transfers', () => {
    const osaka = [1559, 3675, 4399, 4788, 4895, 2935, 7623, 7702, 7825, 7939, 7951]
    expect(osaka.filter((eip) => !common.isActivatedEIP(eip))).toEqual([])
    expect(common.isActivatedEIP(7708)).toBe(false)
  })

  it('leaves difficulty, nonce and extraData to the chain, and mixHash is PREVRANDAO', () => {
    const block = createBlock({ header: HEADER }, { common })
    expect(block.header.difficulty).toBe(2n ** 28n)
    expect(bytesToHex(block.header.nonce)).toBe('0x0707070707070707')
    expect(block.header.extraData.length).toBe(40)
    expect(block.header.prevRandao).toEqual(HEADER.mixHash)
    expect(createBlock({ header: HEADER }, { common, params: paramsBlock }).hash()).toEqual(
      block.hash(),
    )
  })

  it('runs a transaction in a VM with such a block', async () => {
    const [{ address, privateKey }] = devAccounts() as [ReturnType<typeof devAccounts>[0]]
    const vm = await createVM({ common })
    const from = createAddressFromString(address)
    await vm.stateManager.modifyAccountFields(from, { balance: 10n ** 18n })
    const tx = createFeeMarket1559Tx(
      {
        chainId: genesis.params.chainId,
        to: createAddressFromString(repeatedAddress(9)),
        value: 5n,
        gasLimit: 21_000n,
        maxFeePerGas: 2_000_000_000n,
        maxPriorityFeePerGas: 0n,
      },
      { common },
    ).sign(hexToBytes(privateKey))
    const { totalGasSpent } = await runTx(vm, {
      tx,
      block: createBlock({ header: HEADER }, { common }),
    })
    expect(totalGasSpent).toBe(21_000n)
    const to = await vm.stateManager.getAccount(createAddressFromString(repeatedAddress(9)))
    expect(to?.balance).toBe(5n)
  })

  it('hands on the crypto it is given', () => {
    const keccak256 = (bytes: Uint8Array) => bytes
    expect(createChainCommon(genesis, { keccak256 }).customCrypto.keccak256).toBe(keccak256)
  })

  it('tells geth the same schedule', () => {
    const geth = Object.entries(GETH_FORK_SCHEDULE).filter(([name]) => name !== 'blobSchedule')
    expect(geth.every(([, at]) => at === 0)).toBe(true)
  })
})
