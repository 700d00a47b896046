/** Words of 32 bytes in memory, in data and in digests, as bigint: big-endian. */

export const WORD_BYTES = 32

/** The word at `at`, all of which is in the view. */
export function readWord(view: DataView, at: number): bigint {
  return (
    (view.getBigUint64(at) << 192n) |
    (view.getBigUint64(at + 8) << 128n) |
    (view.getBigUint64(at + 16) << 64n) |
    view.getBigUint64(at + 24)
  )
}

export function writeWord(view: DataView, at: number, word: bigint): void {
  view.setBigUint64(at, word >> 192n)
  view.setBigUint64(at + 8, word >> 128n)
  view.setBigUint64(at + 16, word >> 64n)
  view.setBigUint64(at + 24, word)
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
