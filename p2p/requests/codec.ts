/**
 * Frames of a request stream: `u32 length ‖ request`, answered by chunks `u8 code ‖ u32 length ‖
 * payload` until the server closes its side. Integers are big-endian (spec/consensus.md 4).
 */
import type { ReplyCode } from '../options.ts'

export const REQUEST_HEAD_BYTES = 4
export const CHUNK_HEAD_BYTES = 5
/** A chunk whose code is not 0 carries a sentence, and is the last one. */
export const REFUSAL_BYTES_MAX = 256

export type ChunkHead = { readonly code: number; readonly bytes: number }

export function encodeRequest(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(REQUEST_HEAD_BYTES + payload.length)
  new DataView(frame.buffer).setUint32(0, payload.length)
  frame.set(payload, REQUEST_HEAD_BYTES)
  return frame
}

export function decodeRequestHead(head: Uint8Array): number {
  return viewOf(head).getUint32(0)
}

export function encodeChunk(code: ReplyCode, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(CHUNK_HEAD_BYTES + payload.length)
  const view = new DataView(frame.buffer)
  view.setUint8(0, code)
  view.setUint32(1, payload.length)
  frame.set(payload, CHUNK_HEAD_BYTES)
  return frame
}

export function encodeRefusal(code: Exclude<ReplyCode, 0>, reason: string): Uint8Array {
  return encodeChunk(code, new TextEncoder().encode(reason).subarray(0, REFUSAL_BYTES_MAX))
}

export function decodeChunkHead(head: Uint8Array): ChunkHead {
  const view = viewOf(head)
  return { code: view.getUint8(0), bytes: view.getUint32(1) }
}

export function isReplyCode(code: number): code is ReplyCode {
  return code >= 0 && code <= 3
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
