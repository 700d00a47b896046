/** Lies in answer to requests. */
import { decodeStatus, encodeStatus } from '../../../sync/wire.ts'
import type { Tampering } from './tampering.ts'

export type Chunk = ReturnType<Tampering['answer']>[number]

/** Claims a thousand blocks more, and a thousand times the work. */
export function boast(asked: string, chunk: Chunk): Chunk {
  if (asked !== 'status' || chunk.code !== 0) return chunk
  const status = decodeStatus(chunk.payload)
  const headNumber = status.headNumber + 1_000n
  const totalDifficulty = status.totalDifficulty * 1_000n
  return { ...chunk, payload: encodeStatus({ ...status, headNumber, totalDifficulty }) }
}

/** One byte in the middle: of a transaction, a root or a signature. */
export function damage(asked: string, chunk: Chunk): Chunk {
  if (!asked.startsWith('blocks') || chunk.code !== 0) return chunk
  const payload = chunk.payload.slice()
  const at = payload.length >> 1
  payload[at] = (payload[at] ?? 0) ^ 0xff
  return { ...chunk, payload }
}

/** It answers what it is, but gives nobody a block. */
export function serveNothing(asked: string, chunks: readonly Chunk[]): readonly Chunk[] {
  return asked === 'status' ? chunks : []
}
