/**
 * The messages between a backend and its engine: a child process (WebGPU) or a thread (CPU). Both
 * carry structured clones, so bytes and big integers travel as they are.
 */

import type { GpuErrorType } from '../errors.ts'
import type { BackendInfo, SearchTemplate, WinningTile } from '../proof-backend.ts'
import type { ShapeName } from '../reference/shape.ts'

/** The first message an engine gets; it answers `ready` or `failed`. */
export type OpenRequest = {
  readonly type: 'open'
  readonly shape: ShapeName
  readonly cacheDir: string
  readonly dutyPercent: number
  /** Whether a software adapter will do. */
  readonly accept: 'hardware' | 'any'
}

/** Instead of `open`: try every kernel of these shapes, answer `inspection` or `failed`. */
export type InspectRequest = {
  readonly type: 'inspect'
  readonly shapes: readonly ShapeName[]
  readonly accept: 'hardware' | 'any'
}

export type SearchRequest = {
  readonly type: 'search'
  readonly id: number
  readonly template: Omit<SearchTemplate, 'operands'> & {
    /** `previous`: those of the search before, which are too large to send for every block. */
    readonly operands: SearchTemplate['operands'] | 'previous'
  }
  readonly startNonce: bigint
}

export type EngineRequest =
  | OpenRequest
  | InspectRequest
  | SearchRequest
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'close' }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export type EngineReply =
  | { readonly type: 'ready'; readonly info: BackendInfo }
  | { readonly type: 'inspection'; readonly report: EngineReport }
  | {
      readonly type: 'progress'
      readonly id: number
      readonly macs: number
      /** The first nonce that is not wholly searched: where another engine would go on. */
      readonly nextNonce: bigint
    }
  | { readonly type: 'found'; readonly id: number; readonly tile: WinningTile }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly message: string
      readonly fields: Readonly<Record<string, unknown>>
    }
  /** The last message of an engine that cannot start or go on. */
  | { readonly type: 'failed'; readonly reason: GpuErrorType }

export type KernelReport = {
  readonly shape: ShapeName
  readonly kernel: string
  /** Whether it reproduces the pinned tickets. */
  readonly isCorrect: boolean
  /** 0 when it is not correct. */
  readonly macsPerSecond: number
  /** Why it is not, when it is not. */
  readonly reason?: string
}

export type EngineReport = {
  readonly backend: 'webgpu' | 'cpu'
  readonly adapter: string
  readonly isSoftware: boolean
  /** Vendor, architecture, driver: what the adapter says of itself. */
  readonly details: string
  readonly kernels: readonly KernelReport[]
}

/** What an engine needs of the process or thread that it runs in. */
export interface ServicePort {
  post(reply: EngineReply): void
}
