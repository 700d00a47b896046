/**
 * keccak256 of concatenated parts, synchronous and in WASM: block 0 hashes some 300 kB of code, for
 * which JavaScript would need ten times as long at each start of a node.
 */
import { createKeccak } from 'hash-wasm'

// One instance is enough: a call begins and ends without giving way to another.
const hasher = await createKeccak(256)

export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  hasher.init()
  for (const part of parts) hasher.update(part)
  return hasher.digest('binary')
}
