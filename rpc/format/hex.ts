/** Numbers and bytes as JSON-RPC writes them: QUANTITY without leading zeros, DATA in full. */
import type { Hex } from '../../consensus/types.ts'

export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

export function data(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}
