/**
 * What a fork is, as EIP-7910 tells it: when it begins, which precompiles and system contracts it
 * has, and the hash by which nodes recognise each other (EIP-2124, EIP-6122).
 */
import { crc32 } from 'node:zlib'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import type { EthereumForks, TimeFork } from '../../../genesis/file/ethereum-genesis.ts'
import { PREINSTALLS, TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import type { ForkConfig, ForkReader } from '../../api.ts'
import { bytesOfHex } from '../../state/flat/integers.ts'
import { CONSOLIDATION_QUEUE, WITHDRAWAL_QUEUE } from './requests.ts'

/** EIP-7910's names, by the fork that brings them, in the order of their addresses. */
const PRECOMPILES: readonly (readonly [fork: string, names: Readonly<Record<string, number>>])[] = [
  [
    'shanghai',
    {
      ...{ ECREC: 0x01, SHA256: 0x02, RIPEMD160: 0x03, ID: 0x04, MODEXP: 0x05 },
      ...{ BN254_ADD: 0x06, BN254_MUL: 0x07, BN254_PAIRING: 0x08, BLAKE2F: 0x09 },
    },
  ],
  ['cancun', { KZG_POINT_EVALUATION: 0x0a }],
  [
    'prague',
    {
      ...{ BLS12_G1ADD: 0x0b, BLS12_G1MSM: 0x0c, BLS12_G2ADD: 0x0d, BLS12_G2MSM: 0x0e },
      ...{ BLS12_PAIRING_CHECK: 0x0f, BLS12_MAP_FP_TO_G1: 0x10, BLS12_MAP_FP2_TO_G2: 0x11 },
    },
  ],
  ['osaka', { P256VERIFY: 0x100 }],
]
const FORK_ORDER = ['shanghai', 'cancun', 'prague', 'osaka']

/** One fork, from block 0 on: Osaka without blobs and without a consensus layer. */
export class HanzoForks implements ForkReader {
  readonly #genesisHash: Hash

  constructor(genesisHash: Hash) {
    this.#genesisHash = genesisHash
  }

  config(): ReturnType<ForkReader['config']> {
    const current: ForkConfig = {
      activationTime: 0n,
      blobs: undefined,
      forkId: forkHash(this.#genesisHash, []),
      precompiles: { ...precompilesAt('osaka'), NATIVE_TRANSFER: TRANSFER_PRECOMPILE },
      systemContracts: {
        BEACON_ROOTS_ADDRESS: PREINSTALLS.BeaconRoots,
        HISTORY_STORAGE_ADDRESS: PREINSTALLS.HistoryStorage,
      },
    }
    return { current, next: undefined, last: undefined }
  }
}

export type ImportedForkInputs = {
  readonly genesis: { readonly hash: Hash; readonly timestamp: bigint }
  /** Unix seconds, of the head. */
  readonly headTime: () => bigint
}

/** The forks by time of an imported chain, as of its head. */
export class ImportedForks implements ForkReader {
  readonly #forks: EthereumForks
  readonly #inputs: ImportedForkInputs

  constructor(forks: EthereumForks, inputs: ImportedForkInputs) {
    this.#forks = forks
    this.#inputs = inputs
  }

  config(): ReturnType<ForkReader['config']> {
    const { byTime } = this.#forks
    const now = this.#inputs.headTime()
    const current = byTime.findLast(({ time }) => time <= now)
    const coming = byTime.filter(({ time }) => time > now)
    const [next] = coming
    const last = coming.at(-1)
    return {
      current: this.#configOf(current),
      next: next && this.#configOf(next),
      last: last && this.#configOf(last),
    }
  }

  #configOf(fork: TimeFork | undefined): ForkConfig {
    const { genesis } = this.#inputs
    const time = fork?.time ?? genesis.timestamp
    const era = fork?.name.startsWith('bpo') ? 'osaka' : (fork?.name ?? 'shanghai')
    return {
      activationTime: time,
      blobs: fork?.blobs,
      forkId: forkHash(genesis.hash, this.#changesUpTo(time)),
      precompiles: precompilesAt(era),
      systemContracts: this.#systemContractsAt(era),
    }
  }

  /** Blocks, then times, at which rules changed: each once, and none that held from the start. */
  #changesUpTo(time: bigint): readonly bigint[] {
    const { byBlock, byTime, mergeNetsplitBlock } = this.#forks
    const blocks = [...byBlock.map(({ block }) => block), mergeNetsplitBlock ?? 0n]
    const times = byTime.map((fork) => fork.time).filter((at) => at <= time)
    const { timestamp } = this.#inputs.genesis
    return [
      ...new Set(blocks.filter((block) => block > 0n).sort(byValue)),
      ...new Set(times.filter((at) => at > timestamp)),
    ]
  }

  #systemContractsAt(era: string): Readonly<Record<string, Address>> {
    const { depositContract } = this.#forks
    return {
      ...(isFrom('cancun', era) && { BEACON_ROOTS_ADDRESS: PREINSTALLS.BeaconRoots }),
      ...(isFrom('prague', era) && {
        CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS: CONSOLIDATION_QUEUE,
        ...(depositContract && { DEPOSIT_CONTRACT_ADDRESS: depositContract }),
        HISTORY_STORAGE_ADDRESS: PREINSTALLS.HistoryStorage,
        WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS: WITHDRAWAL_QUEUE,
      }),
    }
  }
}

function precompilesAt(era: string): Readonly<Record<string, Address>> {
  const names = PRECOMPILES.filter(([fork]) => isFrom(fork, era)).flatMap(([, names]) =>
    Object.entries(names),
  )
  return Object.fromEntries(
    names.map(([name, at]): [string, Address] => [name, `0x${at.toString(16).padStart(40, '0')}`]),
  )
}

function isFrom(fork: string, era: string): boolean {
  return FORK_ORDER.indexOf(fork) <= FORK_ORDER.indexOf(era)
}

function byValue(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** CRC-32 of the genesis hash and of each change after it, 8 bytes each. */
function forkHash(genesisHash: Hash, changes: readonly bigint[]): Hex {
  const parts = changes.map((change) => {
    const part = Buffer.alloc(8)
    part.writeBigUInt64BE(change)
    return part
  })
  const sum = crc32(Buffer.concat([bytesOfHex(genesisHash), ...parts]))
  return `0x${(sum >>> 0).toString(16).padStart(8, '0')}`
}
