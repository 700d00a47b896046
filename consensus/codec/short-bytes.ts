/**
 * Memory for short byte strings that are passed on and dropped. A Uint8Array above 64 bytes gets a
 * buffer of its own from the platform, which costs more than what is written into it; here many
 * share one, as those of Node's Buffers do. No byte is handed out twice.
 *
 * A view keeps all of its buffer alive: what is kept for long is copied ({@link ownBytes}).
 */

/** Up to here the platform needs no buffer. */
const OWN_BYTES_MAX = 64
/** Longer ones are few, and would leave much of a buffer unused. */
const SHARED_BYTES_MAX = 1_024
const BUFFER_BYTES = 8_192

let buffer = new ArrayBuffer(BUFFER_BYTES)
let used = 0

/** `length` zero bytes. */
export function shortBytes(length: number): Uint8Array {
  if (length <= OWN_BYTES_MAX || length > SHARED_BYTES_MAX) return new Uint8Array(length)
  if (used + length > BUFFER_BYTES) {
    buffer = new ArrayBuffer(BUFFER_BYTES)
    used = 0
  }
  const at = used
  used += length
  return new Uint8Array(buffer, at, length)
}

/** The same bytes in memory that nothing else shares, for what is kept for long. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  // Asking a short one for its buffer would make it one, which costs more than the copy.
  const isOwn = bytes.length > OWN_BYTES_MAX && bytes.buffer.byteLength === bytes.length
  return isOwn ? bytes : new Uint8Array(bytes)
}
