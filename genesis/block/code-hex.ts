/**
 * Code between bytes and hex. Block 0 has some 300 kB of it, which Node's own conversion does in no
 * time and a loop over digits in as long as the constructors take.
 */
import type { Hex } from '../types.ts'

/** Bytes of hex that a compiler or ourselves wrote: digits are not checked. */
export function codeFromHex(hex: Hex): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'))
}

export function codeToHex(code: Uint8Array): Hex {
  return `0x${Buffer.from(code.buffer, code.byteOffset, code.length).toString('hex')}`
}
