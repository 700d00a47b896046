/**
 * Checks the checksums in level's table files, which level itself ignores when it reads: a flipped
 * bit in a key would make a record vanish, and "no such transaction" would be a wrong answer.
 *
 * A table is blocks, an index of them, and a footer that points to the index; each block is
 * followed by its compression and its checksum.
 * Format: https://github.com/google/leveldb/blob/main/doc/table_format.md.
 */
import { crc32c } from '../codec/crc32c.ts'
import { decompressSnappy, readVarint } from './snappy.ts'

const FOOTER_BYTES = 48
const MAGIC = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb)
/** Behind each block: u8 compression, u32le masked CRC-32C of block and compression. */
const TRAILER_BYTES = 5
const SNAPPY = 1
const MASK_DELTA = 0xa282ead8

type Handle = { readonly offset: number; readonly size: number }

/** Whether every block of a table file is what was written. */
export function isTableIntact(file: Uint8Array): boolean {
  const handles = readFooter(file)
  if (handles === undefined) return false
  const [metaindex, index] = handles
  const indexBlock = readBlock(file, index)
  if (indexBlock === undefined || readBlock(file, metaindex) === undefined) return false
  const blocks = readIndex(indexBlock)
  if (blocks === undefined) return false
  return blocks.every((handle) => isBlockIntact(file, handle))
}

function readFooter(file: Uint8Array): readonly [Handle, Handle] | undefined {
  const footer = file.subarray(Math.max(0, file.length - FOOTER_BYTES))
  if (footer.length !== FOOTER_BYTES) return undefined
  const magicAt = FOOTER_BYTES - MAGIC.length
  if (MAGIC.some((byte, i) => footer[magicAt + i] !== byte)) return undefined
  const metaindex = readHandle(footer, 0)
  const index = metaindex && readHandle(footer, metaindex.end)
  return metaindex && index && [metaindex.handle, index.handle]
}

function readHandle(
  bytes: Uint8Array,
  at: number,
): { readonly handle: Handle; readonly end: number } | undefined {
  const offset = readVarint(bytes, at)
  const size = offset && readVarint(bytes, offset.end)
  return offset && size && { handle: { offset: offset.value, size: size.value }, end: size.end }
}

function isBlockIntact(file: Uint8Array, { offset, size }: Handle): boolean {
  const end = offset + size + TRAILER_BYTES
  if (end > file.length) return false
  const stored = new DataView(file.buffer, file.byteOffset + end - 4).getUint32(0, true)
  const crc = crc32c(file.subarray(offset, offset + size + 1))
  return stored === (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
}

/** The contents of a block that is intact. */
function readBlock(file: Uint8Array, handle: Handle): Uint8Array | undefined {
  if (!isBlockIntact(file, handle)) return undefined
  const end = handle.offset + handle.size
  const stored = file.subarray(handle.offset, end)
  return file[end] === SNAPPY ? decompressSnappy(stored) : stored
}

/** The blocks that an index names: entries of a key, shortened by what it shares, and a handle. */
function readIndex(block: Uint8Array): Handle[] | undefined {
  if (block.length < 4) return undefined
  const view = new DataView(block.buffer, block.byteOffset, block.length)
  const restarts = view.getUint32(block.length - 4, true)
  const entriesEnd = block.length - 4 * (restarts + 1)
  const handles: Handle[] = []
  for (let at = 0; at < entriesEnd; ) {
    const shared = readVarint(block, at)
    const unshared = shared && readVarint(block, shared.end)
    const length = unshared && readVarint(block, unshared.end)
    if (unshared === undefined || length === undefined) return undefined
    const handleAt = length.end + unshared.value
    const found = readHandle(block, handleAt)
    if (found === undefined) return undefined
    handles.push(found.handle)
    at = handleAt + length.value
  }
  return handles
}
