/**
 * keccak256 of concatenated parts, synchronous and in WASM: every hash of the EVM side goes here.
 * Spec: docs/spec/proof-of-compute.md, "Primitives".
 */
import { createKeccak } from 'hash-wasm'

// One instance is enough: a call begins and ends without giving way to another.
const hasher = await createKeccak(256)

export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  hasher.init()
  for (const part of parts) hasher.update(part)
  return hasher.digest('binary')
}
