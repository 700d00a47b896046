/**
 * The chain's rules for EthereumJS: Osaka with every fork at genesis, under a consensus type of
 * our own that leaves difficulty, nonce and extraData to our header rules. EIP-7708 is off.
 *
 * Spec: docs/spec/proof-of-compute.md, "Header and binding".
 */
import { type ChainConfig, Common, type CustomCrypto, Hardfork } from '@ethereumjs/common'
import { bytesToHex } from '@ethereumjs/util'
import { GENESIS_BASE_FEE_WEI, genesisExtraData } from './params.ts'
import type { Genesis, Hex } from './types.ts'

/** What the rules depend on; a built genesis has it, and so has a builder before block 0 exists. */
export type ChainInputs = Pick<Genesis, 'params' | 'gasLimit' | 'timestamp'>

/** `consensusAlgorithm()` of our chains. */
export const CONSENSUS_ALGORITHM = 'proof-of-compute'

/** Forks by block number in the order of Ethereum; the DAO fork never was ours. */
const BLOCK_FORKS = [
  Hardfork.Chainstart,
  Hardfork.Homestead,
  Hardfork.TangerineWhistle,
  Hardfork.SpuriousDragon,
  Hardfork.Byzantium,
  Hardfork.Constantinople,
  Hardfork.Petersburg,
  Hardfork.Istanbul,
  Hardfork.MuirGlacier,
  Hardfork.Berlin,
  Hardfork.London,
  Hardfork.ArrowGlacier,
  Hardfork.GrayGlacier,
  Hardfork.Paris,
  Hardfork.MergeNetsplitBlock,
] as const

const TIME_FORKS = [Hardfork.Shanghai, Hardfork.Cancun, Hardfork.Prague, Hardfork.Osaka] as const

/** Those that change what execution does. */
export type EthereumFork = (typeof BLOCK_FORKS)[number] | (typeof TIME_FORKS)[number]

/**
 * The rules as a `Common`. Libraries copy it and write their own parameter tables into the copy;
 * ours has none to keep, so nothing needs to be handed on with it.
 */
export function createChainCommon(genesis: ChainInputs, customCrypto?: CustomCrypto): Common {
  return new Common({
    chain: chainConfig(genesis),
    hardfork: Hardfork.Osaka,
    ...(customCrypto && { customCrypto }),
  })
}

/** Plain Ethereum's rules at one fork; how a chain comes to it is not for EthereumJS to know. */
export function createEthereumCommon(
  chainId: bigint,
  fork: EthereumFork,
  customCrypto?: CustomCrypto,
): Common {
  const chain: ChainConfig = {
    name: 'ethereum',
    chainId: Number(chainId),
    defaultHardfork: fork,
    genesis: { gasLimit: 0, difficulty: 0, nonce: '0x0000000000000000', extraData: '0x' },
    hardforks: [
      ...BLOCK_FORKS.map((name) => ({ name, block: 0 })),
      ...TIME_FORKS.map((name) => ({ name, block: null, timestamp: 0 })),
    ],
    bootstrapNodes: [],
    consensus: { type: 'pow', algorithm: 'ethash' },
  }
  return new Common({ chain, hardfork: fork, ...(customCrypto && { customCrypto }) })
}

function chainConfig({ params, gasLimit, timestamp }: ChainInputs): ChainConfig {
  return {
    name: 'hanzo',
    chainId: Number(params.chainId),
    defaultHardfork: Hardfork.Osaka,
    genesis: {
      timestamp: quantity(timestamp),
      gasLimit: quantity(gasLimit),
      difficulty: quantity(params.genesisDifficulty),
      nonce: '0x0000000000000000',
      extraData: bytesToHex(genesisExtraData(params)),
      baseFeePerGas: quantity(GENESIS_BASE_FEE_WEI),
    },
    hardforks: [
      ...BLOCK_FORKS.map((name) => ({ name, block: 0 })),
      ...TIME_FORKS.map((name) => ({ name, block: null, timestamp: 0 })),
    ],
    // Paris without its `consensus` key: Ethereum's would force difficulty 0, nonce 0 and at most
    // 32 bytes of extraData; its two EIPs (no ommers, PREVRANDAO) are ours too.
    customHardforks: { [Hardfork.Paris]: { eips: [3675, 4399] } },
    bootstrapNodes: [],
    consensus: { type: 'l2', algorithm: CONSENSUS_ALGORITHM },
  }
}

/**
 * The same schedule in geth's words, for tools that read `genesis.json`. Blob schedules are those
 * of mainnet at the fork: no block of ours holds a blob, but readers refuse a file without them.
 */
export const GETH_FORK_SCHEDULE = {
  homesteadBlock: 0,
  eip150Block: 0,
  eip155Block: 0,
  eip158Block: 0,
  byzantiumBlock: 0,
  constantinopleBlock: 0,
  petersburgBlock: 0,
  istanbulBlock: 0,
  muirGlacierBlock: 0,
  berlinBlock: 0,
  londonBlock: 0,
  arrowGlacierBlock: 0,
  grayGlacierBlock: 0,
  mergeNetsplitBlock: 0,
  terminalTotalDifficulty: 0,
  shanghaiTime: 0,
  cancunTime: 0,
  pragueTime: 0,
  osakaTime: 0,
  blobSchedule: {
    cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
    prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
    osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
  },
} as const

function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`
}
