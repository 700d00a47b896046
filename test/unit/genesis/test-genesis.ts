/** A small genesis for tests, and the vectors of the protocol where they are at hand. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BuildGenesisOptions, buildGenesis } from '../../../genesis/build-genesis.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import type { Address } from '../../../genesis/types.ts'

/** Addresses of one repeated byte: 0x0101..., 0x0202... */
export function repeatedAddress(byte: number): Address {
  return `0x${byte.toString(16).padStart(2, '0').repeat(20)}`
}

export function testOptions(options: Partial<BuildGenesisOptions> = {}): BuildGenesisOptions {
  return {
    preset: 'cpu',
    timestamp: 1_767_225_600n,
    validators: [1, 2, 3, 4].map((i) => ({
      address: repeatedAddress(i),
      coinbase: repeatedAddress(16 + i),
    })),
    ...options,
  }
}

export function testGenesis(options: Partial<BuildGenesisOptions> = {}): Promise<Genesis> {
  return buildGenesis(testOptions(options))
}

const VECTORS_PATH = fileURLToPath(new URL('../../../../shared/vectors/poc.json', import.meta.url))

/** The protocol's vectors, or undefined (and a line that says so) where they are not at hand. */
export function loadVectors(): ProtocolVectors | undefined {
  if (existsSync(VECTORS_PATH)) return JSON.parse(readFileSync(VECTORS_PATH, 'utf8'))
  console.log('The vectors are absent: tests against them are left out.')
  return undefined
}

export type ProtocolVectors = {
  readonly chains: Record<
    'T0' | 'S0',
    {
      readonly params: Record<string, string | number | boolean>
      readonly paramsHash: string
      readonly genesisRlp: string
    }
  >
  readonly rewards: readonly {
    readonly eraBlocks: number
    readonly n: number
    readonly C: string
    readonly budget: string
    readonly reward5000: string
    readonly coinbase: string
    readonly pot: string
    readonly opsThird: string
    readonly opsAbove: string
  }[]
}
