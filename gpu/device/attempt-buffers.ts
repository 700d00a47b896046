/** The device memory of an attempt runner: operands once, everything else for several attempts. */
import { operandWords } from '../kernels/layout.ts'
import { SEED_WORDS } from '../kernels/noise.wgsl.ts'
import { CANDIDATE_BYTES } from '../kernels/tickets.wgsl.ts'
import type { Shape } from '../reference/shape.ts'

export type AttemptBuffers = {
  /** A, then BT, before noise, as kernels/layout.ts packs them. */
  readonly operands: GPUBuffer
  readonly noise: GPUBuffer
  readonly choices: GPUBuffer
  /** For each attempt what `operands` holds, with noise. */
  readonly encoded: GPUBuffer
  readonly seeds: GPUBuffer
  readonly encodeRange: GPUBuffer
  readonly searchRange: GPUBuffer
  readonly candidates: GPUBuffer
  readonly readback: GPUBuffer
}

const WORD_BYTES = 4
const RANGE_BYTES = 16

export function createAttemptBuffers(
  device: GPUDevice,
  shape: Shape,
  attempts: number,
): AttemptBuffers {
  const { STORAGE, UNIFORM, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage
  const buffer = (label: string, size: number, usage: number) =>
    device.createBuffer({ label: `${shape.name} ${label}`, size, usage })
  const bothOperands = 2 * operandWords(shape) * WORD_BYTES
  const bothTables = 2 * attempts * WORD_BYTES
  return {
    operands: buffer('operands', bothOperands, STORAGE | COPY_DST),
    noise: buffer('noise', bothTables * shape.m * shape.r, STORAGE),
    choices: buffer('choices', bothTables * shape.k, STORAGE),
    encoded: buffer('encoded', attempts * bothOperands, STORAGE | COPY_SRC | COPY_DST),
    seeds: buffer('seeds', attempts * SEED_WORDS * WORD_BYTES, STORAGE | COPY_DST),
    encodeRange: buffer('encode range', RANGE_BYTES, UNIFORM | COPY_DST),
    searchRange: buffer('search range', RANGE_BYTES, UNIFORM | COPY_DST),
    candidates: buffer('candidates', CANDIDATE_BYTES, STORAGE | COPY_DST | COPY_SRC),
    readback: buffer('readback', CANDIDATE_BYTES, COPY_DST | MAP_READ),
  }
}
