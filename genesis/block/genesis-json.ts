/**
 * A genesis as JSON: geth's format, which other tools read, with ours under `config.hanzo`.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import { bytesToHex } from '@ethereumjs/util'
import { GETH_FORK_SCHEDULE } from '../chain-config.ts'
import {
  blocksPerYear,
  type ConsensusParams,
  GENESIS_BASE_FEE_WEI,
  genesisExtraData,
  paramsHash,
} from '../params.ts'
import type {
  AccountJson,
  Address,
  Genesis,
  GenesisAccount,
  GenesisFile,
  Hex,
  ParamsJson,
} from '../types.ts'
import { codeToHex } from './code-hex.ts'

export const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`

export function formatGenesisFile(genesis: Omit<Genesis, 'file'>): GenesisFile {
  return {
    config: {
      chainId: Number(genesis.params.chainId),
      ...GETH_FORK_SCHEDULE,
      hanzo: {
        version: 1,
        preset: genesis.preset,
        params: formatParams(genesis.params),
        blocksPerYear: Number(blocksPerYear(genesis.params)),
        validators: genesis.validators,
        predeploys: genesis.predeploys,
        paramsHash: bytesToHex(paramsHash(genesis.params)),
        stateRoot: genesis.stateRoot,
        genesisHash: genesis.hash,
      },
    },
    ...headerJson(genesis),
    alloc: formatAlloc(genesis.alloc),
  }
}

type HeaderJson = Omit<GenesisFile, 'config' | 'alloc'>

/** The fields of block 0 that geth's format holds; all but four are the same in every genesis. */
export function headerJson(
  genesis: Pick<Genesis, 'params' | 'timestamp' | 'gasLimit'>,
): HeaderJson {
  return {
    timestamp: quantity(genesis.timestamp),
    gasLimit: quantity(genesis.gasLimit),
    difficulty: quantity(genesis.params.genesisDifficulty),
    baseFeePerGas: quantity(GENESIS_BASE_FEE_WEI),
    extraData: bytesToHex(genesisExtraData(genesis.params)),
    nonce: '0x0000000000000000',
    mixHash: ZERO_WORD,
    coinbase: `0x${'00'.repeat(20)}`,
    number: '0x0',
    gasUsed: '0x0',
    parentHash: ZERO_WORD,
    blobGasUsed: '0x0',
    excessBlobGas: '0x0',
  }
}

function formatParams(params: ConsensusParams): ParamsJson {
  return {
    chainId: Number(params.chainId),
    shape: params.shape,
    dev: params.dev,
    epochLength: params.epochLength,
    idealBlockTimeMs: params.idealBlockTimeMs,
    asertTauMs: params.asertTauMs,
    genesisDifficulty: quantity(params.genesisDifficulty),
    minDifficulty: quantity(params.minDifficulty),
    rescueSeconds: params.rescueSeconds,
    eraBlocks: Number(params.eraBlocks),
  }
}

/** In the order of addresses, so that equal genesis files are equal bytes. */
function formatAlloc(alloc: ReadonlyMap<Address, GenesisAccount>): Record<Address, AccountJson> {
  const sorted = [...alloc].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([address, account]) => [address, formatAccount(account)]))
}

function formatAccount({ balance, nonce, code, storage }: GenesisAccount): AccountJson {
  return {
    balance: quantity(balance),
    ...(nonce > 0n && { nonce: quantity(nonce) }),
    ...(code.length > 0 && { code: codeToHex(code) }),
    ...(storage.size > 0 && {
      storage: Object.fromEntries([...storage].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  }
}

function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`
}
