/**
 * The port through which the sealer asks for a winning tile, and the types on both sides of it.
 * Spec: docs/spec/proof-of-compute.md, "Prover".
 */
import type { ShapeName } from './reference/shape.ts'

export type SearchTemplate = {
  readonly shape: ShapeName
  readonly genesisHash: Uint8Array
  readonly sealHash: Uint8Array
  readonly difficulty: bigint
  readonly operands:
    | { readonly kind: 0; readonly epochSeed: Uint8Array }
    | { readonly kind: 1; readonly a: Int8Array; readonly bt: Int8Array }
}

export type WinningTile = {
  /** 8 bytes. */
  readonly nonce: Uint8Array
  readonly ti: number
  readonly tj: number
  /** 32 bytes. */
  readonly ticket: Uint8Array
}

export type BackendInfo = {
  readonly backend: 'webgpu' | 'cpu'
  /** For people: "SwiftShader, software Vulkan". */
  readonly adapter: string
  readonly isSoftware: boolean
  readonly kernel: string
  /** As measured when it was opened. */
  readonly macsPerSecond: number
}

export type SearchOptions = {
  /** Where the search begins (u64). */
  readonly startNonce: bigint
  readonly signal: AbortSignal
}

export interface ProofBackend {
  readonly info: BackendInfo
  /** MACs searched since open, for statistics. */
  readonly macsDone: bigint
  /** Resolves to undefined when aborted. One search at a time. */
  search(template: SearchTemplate, options: SearchOptions): Promise<WinningTile | undefined>
  close(): Promise<void>
}

/** What the backend says of itself; a pino logger is one. */
export interface BackendLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const SILENT_LOG: BackendLog = { debug() {}, info() {}, warn() {}, error() {} }

export type BackendMode = 'auto' | 'webgpu' | 'cpu'

export type BackendOptions = {
  readonly mode: BackendMode
  readonly shape: ShapeName
  /** For the unpacked driver and the choice of kernel; the processes of a machine share it. */
  readonly cacheDir: string
  /** Share of its time that a search works, 1 to 100; the rest it sleeps. */
  readonly dutyPercent: number
  readonly log?: BackendLog
}
