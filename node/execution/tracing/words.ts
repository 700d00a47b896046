/** Words and bytes as traces write them. */
import type { Hex } from '../../../consensus/types.ts'

export function hexOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}

export function quantityOf(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** 32 bytes. */
export function wordHex(word: bigint): Hex {
  return `0x${word.toString(16).padStart(64, '0')}`
}
