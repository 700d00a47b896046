/** The types of the public vectors of Proof of Compute, `../shared/vectors/poc.json`. */
import { sharedJson } from './shared-data.ts'

type Hex = `0x${string}`
type ShapeName = 'T0' | 'S0' | 'S1' | 'S2'
type Row = { readonly i: number; readonly bytes: Hex }

export type VectorJob = {
  readonly jobId: Hex
  readonly claimant: Hex
  readonly rootA: Hex
  readonly rootB: Hex
}

export type VectorParams = {
  readonly chainId: number
  readonly shape: ShapeName
  readonly dev: boolean
  readonly epochLength: number
  readonly idealBlockTimeMs: number
  readonly asertTauMs: number
  readonly genesisDifficulty: string
  readonly minDifficulty: string
  readonly rescueSeconds: number
  readonly eraBlocks: number
  readonly genesisHash: Hex
}

export type VectorUser = {
  readonly seed: Hex
  readonly overwrite: readonly (readonly ['A' | 'BT', number, readonly number[]])[]
  readonly rootA: Hex
  readonly rootB: Hex
}

export type VectorBlock = {
  readonly number: number
  readonly headerRlp: Hex
  readonly proof: Hex
  readonly hash: Hex
  readonly difficulty: string
  readonly workCommitment: Hex
  readonly mtpParent: number
  readonly epochSeed: Hex
  readonly ticket: Hex
  readonly ti: number
  readonly tj: number
  readonly user?: VectorUser
  readonly jobs?: readonly VectorJob[]
}

export type VectorContext = {
  readonly parent: {
    readonly hash: Hex
    readonly number: number
    readonly timestamp: number
  } | null
  readonly mtp: number
  readonly difficulty: string
  readonly epochSeed: Hex
  readonly jobs: readonly VectorJob[]
  readonly params?: Partial<VectorParams>
}

export type VectorCase = {
  readonly name: string
  readonly base: string
  readonly headerSplice?: readonly [number, number, Hex]
  readonly proofPatch?: {
    readonly set?: readonly (readonly [number, Hex])[]
    readonly length?: number
  }
  readonly ctx?: Partial<VectorContext>
  readonly expect:
    | { readonly ok: true }
    | { readonly ok: false; readonly code: string; readonly condemns: 'header' | 'sender' | null }
  readonly ticket?: Hex
}

export type VectorWalkthrough = {
  readonly shape: ShapeName
  readonly genesisHash: Hex
  readonly epochSeed: Hex
  readonly headerRlp: Hex
  readonly blockHash: Hex
  readonly sealHash: Hex
  readonly mixHash: Hex
  readonly rootA: Hex
  readonly rootB: Hex
  readonly workCommitment: Hex
  readonly kappa: Hex
  readonly kind1: Record<
    'jobId' | 'rootA' | 'rootB' | 'workCommitment' | 'sealHash' | 'blockHash' | 'kappa',
    Hex
  >
  readonly seedA: Hex
  readonly seedB: Hex
  readonly tkey: Hex
  readonly noiseA: readonly Row[]
  readonly noiseB: readonly Row[]
  readonly choiceA: readonly (readonly [number, number, number])[]
  readonly choiceB: readonly (readonly [number, number, number])[]
  readonly encodedA: Row
  readonly encodedBT: Row
  readonly tickets: readonly {
    readonly ti: number
    readonly tj: number
    readonly state: readonly number[]
    readonly ticket: Hex
  }[]
}

export type PocVectors = {
  readonly shapes: Record<
    ShapeName,
    Record<'id' | 'm' | 'n' | 'k' | 's' | 'r' | 'L' | 'F', number> & {
      readonly minD: string
      readonly proofLen: readonly [number, number]
    }
  >
  readonly b3: readonly {
    readonly key: Hex
    readonly msg: Hex
    readonly t: number
    readonly out: Hex
  }[]
  readonly synthetic: readonly {
    readonly shape: ShapeName
    readonly epochSeed: Hex
    readonly rowsA: readonly Row[]
    readonly rowsBT: readonly Row[]
    readonly rootA: Hex
    readonly rootB: Hex
    readonly matrixRootOfA: Hex
    readonly matrixRootOfBT: Hex
  }[]
  readonly walkthrough: readonly VectorWalkthrough[]
  readonly chains: Record<
    string,
    {
      readonly params: VectorParams
      readonly paramsHash: Hex
      readonly genesisRlp: Hex
      readonly blocks: readonly VectorBlock[]
    }
  >
  readonly bases: Record<
    string,
    {
      readonly chain: string
      readonly block?: number
      readonly headerRlp?: Hex
      readonly proof?: Hex
      readonly ctx: VectorContext
    }
  >
  readonly cases: readonly VectorCase[]
  readonly asert: readonly {
    readonly name: string
    readonly epochLength: number
    readonly idealBlockTimeMs: number
    readonly asertTauMs: number
    readonly genesisDifficulty: string
    readonly minDifficulty: string
    readonly genesisTimestamp: number
    readonly gaps: readonly number[]
    readonly difficulty: readonly string[]
  }[]
  readonly asertStep: readonly {
    readonly prevD: string
    readonly deltaMs: number
    readonly asertTauMs: number
    readonly result: string
  }[]
  readonly mtp11: readonly {
    readonly height: number
    readonly timestamps: readonly number[]
    readonly mtp11: number
  }[]
  readonly theta: readonly {
    readonly shape: ShapeName
    readonly difficulty: string
    readonly theta: Hex
    readonly wins: readonly (readonly [Hex, boolean])[]
  }[]
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

/** The vectors, or undefined (and a printed line) in a checkout that stands alone. */
export const pocVectors = sharedJson<PocVectors>('vectors/poc.json')
