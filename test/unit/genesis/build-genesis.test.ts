import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createBlockHeader } from '@ethereumjs/block'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { describe, expect, it } from 'vitest'
import { decodeHeader, encodeHeader, hashHeader } from '../../../consensus/codec/header-codec.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { addEthereumChain } from '../../../genesis/add-ethereum-chain.ts'
import { PREINSTALL_CODE } from '../../../genesis/artifacts.ts'
import { allocate, MAX_SUPPLY_WEI } from '../../../genesis/build/allocation.ts'
import { deriveChainId } from '../../../genesis/build/chain-id.ts'
import { buildGenesis } from '../../../genesis/build-genesis.ts'
import { createChainCommon } from '../../../genesis/chain-config.ts'
import { devParticipants } from '../../../genesis/economy/participants.ts'
import { formatManifest } from '../../../genesis/manifest.ts'
import { genesisExtraData, presetParams } from '../../../genesis/params.ts'
import {
  PREDEPLOYS,
  PREINSTALLS,
  SAFE_CONTRACTS,
  SYSTEM_ADDRESS,
} from '../../../genesis/predeploys.ts'
import type { Address } from '../../../genesis/types.ts'
import { repeatedAddress, testGenesis, testOptions } from './test-genesis.ts'

const AI = 10n ** 18n
const ALICE = repeatedAddress(0xaa)
const genesis = await testGenesis()

function balanceOf(address: Address): bigint | undefined {
  return genesis.alloc.get(address)?.balance
}

describe('genesis / build-genesis / balances', () => {
  it('puts all 10^27 wei into block 0', () => {
    const sum = [...genesis.alloc.values()].reduce((total, { balance }) => total + balance, 0n)
    expect(sum).toBe(10n ** 27n)
    expect(MAX_SUPPLY_WEI).toBe(10n ** 27n)
  })

  it('fills the buckets of HIP-1', () => {
    expect(balanceOf(PREDEPLOYS.ComputeMiningVault)).toBe(300_000_000n * AI)
    expect(balanceOf(PREDEPLOYS.TrainingVault)).toBe(200_000_000n * AI)
    expect(balanceOf(PREDEPLOYS.EcosystemVault)).toBe(150_000_000n * AI)
    expect(balanceOf(PREDEPLOYS.CommunityTreasuryVault)).toBe(150_000_000n * AI)
    expect(balanceOf(PREDEPLOYS.TeamVesting)).toBe(100_000_000n * AI)
    expect(balanceOf(PREDEPLOYS.LiquidityReserve)).toBe(49_000_000n * AI)
    expect(balanceOf(PREDEPLOYS.HMMPairAIHUSD)).toBe(1_000_000n * AI)
  })

  it('carves dev accounts, stakes, bonds and gas of voting keys out of the sale', () => {
    const carved = 10n * 10_000n * AI + 4n * (2_000n + 10n) * AI + 3n * 1_000n * AI
    expect(balanceOf(PREDEPLOYS.PublicSale)).toBe(50_000_000n * AI - carved)
    for (const { address } of devAccounts()) expect(balanceOf(address)).toBe(10_000n * AI)
    for (const i of [1, 2, 3, 4]) expect(balanceOf(repeatedAddress(i))).toBe(10n * AI)
    expect(balanceOf(PREDEPLOYS.ValidatorSet)).toBe(8_000n * AI)
    expect(balanceOf(PREDEPLOYS.QualityOracle)).toBe(3_000n * AI)
    expect(balanceOf(PREDEPLOYS.AI)).toBe(0n)
    expect(balanceOf(PREDEPLOYS.AIBurn)).toBe(0n)
  })

  it.each(['cpu', 'gpu'] as const)(
    'leaves coins of unfunded accounts for sale: %s',
    async (preset) => {
      const participants = { ...devParticipants(), fundPublicAccounts: false }
      const genesisDifficulty = 2n ** 36n
      const { alloc } = await testGenesis({ preset, genesisDifficulty, participants })
      for (const { address } of devAccounts()) expect(alloc.has(address)).toBe(false)
      const carved = 4n * (2_000n + 10n) * AI + 3n * 1_000n * AI
      expect(alloc.get(PREDEPLOYS.PublicSale)?.balance).toBe(50_000_000n * AI - carved)
      const balances = [...alloc.values()].map(({ balance }) => balance)
      expect(balances.reduce((sum, wei) => sum + wei)).toBe(MAX_SUPPLY_WEI)
    },
  )

  it('adds up when a voting key is a dev account', () => {
    const address = devAccounts()[0]!.address
    const validators = [{ index: 0, address, coinbase: address }]
    const balances = allocate({
      params: genesis.params,
      validators,
      participants: devParticipants(),
    })
    expect(balances.get(address)).toBe(10_010n * AI)
  })

  it('holds nothing but contracts, buckets, dev accounts, voting keys and preinstalls', () => {
    const known = new Set<string>([
      ...Object.values(PREDEPLOYS),
      ...Object.values(PREINSTALLS),
      ...Object.values(SAFE_CONTRACTS),
      ...devAccounts().map(({ address }) => address),
      ...[1, 2, 3, 4].map(repeatedAddress),
    ])
    expect(new Set(genesis.alloc.keys())).toEqual(known)
  })
})

describe('genesis / build-genesis / block 0', () => {
  it('has the header of 21 fields that the header codec reads', () => {
    const header = decodeHeader(genesis.headerRlp)
    expect(bytesToHex(encodeHeader(header))).toBe(bytesToHex(genesis.headerRlp))
    expect(hashHeader(header)).toBe(genesis.hash)
    expect(header).toMatchObject({
      number: 0n,
      difficulty: 2n ** 28n,
      gasLimit: 30_000_000n,
      gasUsed: 0n,
      timestamp: 1_767_225_600n,
      baseFeePerGas: 1_000_000_000n,
      nonce: '0x0000000000000000',
      mixHash: `0x${'00'.repeat(32)}`,
      coinbase: `0x${'00'.repeat(20)}`,
      extraData: bytesToHex(genesisExtraData(genesis.params)),
      stateRoot: genesis.stateRoot,
      requestsHash: '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      blobGasUsed: 0n,
      excessBlobGas: 0n,
    })
  })

  it('has the hash that EthereumJS computes of its fields', () => {
    const header = decodeHeader(genesis.headerRlp)
    const { ommersHash, transactionsRoot, receiptsRoot, ...same } = header
    const library = createBlockHeader(
      {
        ...same,
        uncleHash: ommersHash,
        transactionsTrie: transactionsRoot,
        receiptTrie: receiptsRoot,
      },
      { common: createChainCommon(genesis) },
    )
    expect(bytesToHex(library.hash())).toBe(genesis.hash)
  })

  it('is the same for the same options, and its hash is pinned', async () => {
    const again = await testGenesis()
    expect(again.file).toEqual(genesis.file)
    expect({ chainId: again.params.chainId, hash: again.hash }).toMatchInlineSnapshot(`
      {
        "chainId": 369351286n,
        "hash": "0x6fd19333bd72545c62deb76be382e17509207498e4278b772c78d10abeaf7d97",
      }
    `)
  })

  it('gives every contract nonce 1 and code', () => {
    const contracts = [PREDEPLOYS, PREINSTALLS, SAFE_CONTRACTS].flatMap((table) =>
      Object.values<Address>(table),
    )
    for (const address of contracts) {
      const account = genesis.alloc.get(address)
      expect(account?.nonce).toBe(1n)
      expect(account?.code.length).toBeGreaterThan(0)
    }
  })

  it('has the canonical code of the system contracts and the CREATE2 deployer', () => {
    const hashes = Object.fromEntries(
      Object.entries(PREINSTALLS).map(([name, address]) => [
        name,
        bytesToHex(keccak_256(genesis.alloc.get(address)!.code)),
      ]),
    )
    expect(hashes).toMatchObject({
      Create2Deployer: '0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989',
      HistoryStorage: '0x6e49e66782037c0555897870e29fa5e552daf4719552131a0abce779daec0a5d',
      BeaconRoots: '0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c',
    })
  })

  it("takes Multicall3 from viem's init code", () => {
    const viem = dirname(createRequire(import.meta.url).resolve('viem/package.json'))
    const source = readFileSync(join(viem, '_esm/constants/contracts.js'), 'utf8')
    expect(source).toContain(`${PREINSTALL_CODE.Multicall3.code.slice(2)}'`)
    expect(hexToBytes(PREINSTALL_CODE.Multicall3.code).length).toBe(0x15b9)
  })
})

describe('genesis / build-genesis / chain id', () => {
  const params = presetParams('cpu')
  const inputs = { ...testOptions(), params }

  it('is 369000000 and less than a million more', () => {
    expect(genesis.params.chainId / 1_000_000n).toBe(369n)
    expect(genesis.params.chainId).toBe(deriveChainId(inputs))
  })

  it('follows from everything the builder is given', () => {
    const [first, ...rest] = inputs.validators
    const ids = [
      inputs,
      { ...inputs, preset: 'instant' as const },
      { ...inputs, params: { ...params, eraBlocks: 63_072_000n } },
      { ...inputs, params: { ...params, genesisDifficulty: 2n ** 29n } },
      { ...inputs, timestamp: inputs.timestamp + 1n },
      { ...inputs, validators: rest },
      { ...inputs, validators: [{ ...first!, address: repeatedAddress(99) }, ...rest] },
      { ...inputs, validators: [{ ...first!, coinbase: repeatedAddress(99) }, ...rest] },
    ].map(deriveChainId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('is in the EIP-712 domain of the token, so the token is another on each chain', async () => {
    const other = await testGenesis({ timestamp: 1_767_225_601n })
    expect(other.params.chainId).not.toBe(genesis.params.chainId)
    const codes = [genesis, other].map(({ alloc }) => alloc.get(PREDEPLOYS.AI)!.code)
    expect(bytesToHex(codes[0]!)).toContain(genesis.params.chainId.toString(16))
    expect(codes[0]).not.toEqual(codes[1])
  })
})

describe('genesis / build-genesis / options', () => {
  it('reads addresses in any case', async () => {
    const options = testOptions()
    const upper = options.validators.map(({ address, coinbase }) => ({
      address: `0x${address.slice(2).toUpperCase()}` as Address,
      coinbase,
    }))
    expect((await buildGenesis({ ...options, validators: upper })).hash).toBe(genesis.hash)
  })

  it('builds every preset', async () => {
    const instant = await testGenesis({ preset: 'instant' })
    expect(instant.gasLimit).toBe(300_000_000n)
    const gpu = await testGenesis({
      preset: 'gpu',
      genesisDifficulty: 2n ** 36n,
      participants: devParticipants(),
    })
    expect(gpu.params).toMatchObject({ shape: 'S2', dev: false, genesisDifficulty: 2n ** 36n })
  })

  it('builds a set of 200 validators and no more', async () => {
    const many = Array.from({ length: 201 }, (_, i) => ({
      address: repeatedAddress(i + 1),
      coinbase: repeatedAddress(1),
    }))
    const built = await testGenesis({ validators: many.slice(0, 200) })
    expect(built.alloc.get(PREDEPLOYS.ValidatorSet)?.balance).toBe(400_000n * AI)
    await expect(testGenesis({ validators: many })).rejects.toMatchObject({
      type: { code: 'VALIDATORS_INVALID' },
    })
  })

  it.each<[string, { address: Address; coinbase: Address }[]]>([
    ['nobody', []],
    ['one key twice', [1, 1].map((i) => ({ address: repeatedAddress(i), coinbase: ALICE }))],
    ['the zero key', [{ address: repeatedAddress(0), coinbase: ALICE }]],
    ['a contract', [{ address: PREDEPLOYS.AIBurn, coinbase: ALICE }]],
    ['a preinstall', [{ address: PREINSTALLS.Multicall3, coinbase: ALICE }]],
    ['the system account', [{ address: SYSTEM_ADDRESS, coinbase: ALICE }]],
    ['half an address', [{ address: ALICE, coinbase: '0xaaaaaaaaaaaaaaaaaaaa' }]],
    ['a bucket', [{ address: PREDEPLOYS.PublicSale, coinbase: ALICE }]],
    ['the zero coinbase', [{ address: ALICE, coinbase: repeatedAddress(0) }]],
    ['the token as coinbase', [{ address: ALICE, coinbase: PREDEPLOYS.AI }]],
  ])('refuses %s as validator', async (_, validators) => {
    await expect(testGenesis({ validators })).rejects.toMatchObject({
      type: { code: 'VALIDATORS_INVALID' },
    })
  })
})

describe('genesis / build-genesis / time', () => {
  it.each([-1n, 2n ** 53n, 2n ** 64n])('refuses %d seconds as the time of block 0', async (at) => {
    await expect(testGenesis({ timestamp: at })).rejects.toMatchObject({
      type: { code: 'PARAM_INVALID', param: 'timestamp' },
    })
  })
})

describe('genesis / manifest', () => {
  const manifest = formatManifest(genesis, devParticipants())

  it('lists every account of block 0 once, with its balance', () => {
    const listed = [...manifest.contracts, ...manifest.preinstalls, ...manifest.accounts]
    expect(listed.map(({ address }) => address).sort()).toEqual([...genesis.alloc.keys()].sort())
    const balances = [...manifest.contracts, ...manifest.accounts].map(({ balance }) => balance)
    expect(balances.reduce((sum, balance) => sum + BigInt(balance), 0n)).toBe(10n ** 27n)
  })

  it('gives no account with a key any role', () => {
    const keyed = new Set([
      ...devAccounts().map(({ address }) => address),
      ...genesis.validators.map(({ address }) => address),
    ])
    const roles = manifest.contracts.flatMap((contract) => Object.values(contract.roles).flat())
    expect(roles.length).toBeGreaterThan(0)
    expect(roles.filter((address) => keyed.has(address))).toEqual([])
  })

  it('is JSON, with code hashes, arguments and buckets', () => {
    const contract = JSON.parse(JSON.stringify(manifest)).contracts.find(
      ({ name }: { name: string }) => name === 'ComputeMiningVault',
    )
    expect(contract).toEqual({
      name: 'ComputeMiningVault',
      address: PREDEPLOYS.ComputeMiningVault,
      contract: 'SpenderVault',
      codeHash: bytesToHex(keccak_256(genesis.alloc.get(PREDEPLOYS.ComputeMiningVault)!.code)),
      constructorArgs: {
        bucket: '300000000000000000000000000',
        eraBlocks: '2400',
        spender: PREDEPLOYS.BlockRewards,
      },
      roles: { release: PREDEPLOYS.BlockRewards },
      balance: '300000000000000000000000000',
      bucket: '300000000000000000000000000',
    })
  })
})

describe('genesis / add-ethereum-chain', () => {
  it('is the object that wallets take', () => {
    expect(addEthereumChain(369_000_001n, ['http://127.0.0.1:8545'])).toEqual({
      chainId: '0x15fe7e41',
      chainName: 'Hanzo 369000001',
      nativeCurrency: { name: 'AI', symbol: 'AI', decimals: 18 },
      rpcUrls: ['http://127.0.0.1:8545'],
    })
  })
})
