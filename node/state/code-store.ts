/**
 * Contract code by hash. The same bytes object comes back for the same code as long as it is
 * cached, so that what is derived from code (its jump destinations) can be cached by identity.
 */

import { bytesToHex } from '../../consensus/codec/hex.ts'
import type { Hash } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { corruptRecord, missingRecord } from '../storage/codec/record.ts'
import type { KeyValueReader } from '../storage/database.ts'
import { key } from '../storage/keys.ts'
import { EMPTY_CODE_HASH } from './flat/flat-codec.ts'
import { bytesOfHex } from './flat/integers.ts'
import { GenerationCache } from './generation-cache.ts'
import type { Soon } from './soon.ts'

/** At most 24 KiB each (EIP-170), so 24 MiB in the worst case, and twice that with the old half. */
const CACHED_CODES_MAX = 1_024
const NO_CODE = new Uint8Array(0)

export class CodeStore {
  readonly #store: KeyValueReader
  readonly #cache = new GenerationCache<Hash, Uint8Array>(CACHED_CODES_MAX)

  constructor(store: KeyValueReader) {
    this.#store = store
  }

  /** Throws a `CorruptionError` when the code is missing or damaged. */
  get(codeHash: Hash): Soon<Uint8Array> {
    if (codeHash === EMPTY_CODE_HASH) return NO_CODE
    return this.#cache.get(codeHash) ?? this.#read(codeHash)
  }

  /** Code that is on disk now. */
  remember(codes: ReadonlyMap<Hash, Uint8Array>): void {
    for (const [codeHash, code] of codes) this.#cache.set(codeHash, code)
  }

  async #read(codeHash: Hash): Promise<Uint8Array> {
    const recordKey = key('code', bytesOfHex(codeHash))
    const stored = await this.#store.get(recordKey)
    if (stored === undefined) throw missingRecord(recordKey)
    if (bytesToHex(keccak256(stored)) !== codeHash) throw corruptRecord(recordKey)
    const code = new Uint8Array(stored)
    this.#cache.set(codeHash, code)
    return code
  }
}
