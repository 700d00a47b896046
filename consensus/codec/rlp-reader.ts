/**
 * A strict RLP reader for what peers send: it takes the canonical encoding only, copies nothing,
 * never recurses and never throws. It reads bounds, one level at a time, so that a caller decides
 * what may stand where before anything is allocated.
 */

/** Where one item lies in its buffer: its first byte, then the bounds of its payload. */
export type RlpItem = {
  readonly isList: boolean
  /** Offset of the item itself, prefix included. */
  readonly offset: number
  /** Offset of the payload's first byte. */
  readonly start: number
  /** Offset after the payload, and so after the item. */
  readonly end: number
}

/** Lengths above 55 are written in 1 to 4 bytes here: no message of ours reaches 4 GiB. */
const LENGTH_BYTES_MAX = 4

/** The item at `offset`, or undefined if it is not canonical or does not end by `limit`. */
export function readRlpItem(bytes: Uint8Array, offset: number, limit: number): RlpItem | undefined {
  const prefix = offset < limit ? bytes[offset] : undefined
  if (prefix === undefined) return undefined
  if (prefix < 0x80) return { isList: false, offset, start: offset, end: offset + 1 }
  const isList = prefix >= 0xc0
  const short = prefix - (isList ? 0xc0 : 0x80)
  if (short > 55) return readLongItem(bytes, offset, limit, isList, short - 55)
  const start = offset + 1
  const end = start + short
  if (end > limit) return undefined
  // A byte below 0x80 is its own encoding.
  if (!isList && short === 1 && (bytes[start] ?? 0) < 0x80) return undefined
  return { isList, offset, start, end }
}

/** The whole buffer as one item, nothing after it. */
export function readRlpWhole(bytes: Uint8Array): RlpItem | undefined {
  const item = readRlpItem(bytes, 0, bytes.length)
  return item?.end === bytes.length ? item : undefined
}

/** The items of a list's payload, or undefined if one is not canonical or there are over `max`. */
export function readRlpItems(bytes: Uint8Array, list: RlpItem, max: number): RlpItem[] | undefined {
  const items: RlpItem[] = []
  for (let offset = list.start; offset < list.end; ) {
    const item = readRlpItem(bytes, offset, list.end)
    if (item === undefined || items.length === max) return undefined
    items.push(item)
    offset = item.end
  }
  return items
}

function readLongItem(
  bytes: Uint8Array,
  offset: number,
  limit: number,
  isList: boolean,
  lengthBytes: number,
): RlpItem | undefined {
  const start = offset + 1 + lengthBytes
  if (lengthBytes > LENGTH_BYTES_MAX || start > limit) return undefined
  let length = 0
  for (let i = offset + 1; i < start; i++) length = length * 256 + (bytes[i] ?? 0)
  // No leading zero, and the long form only where the short one does not reach.
  if (bytes[offset + 1] === 0 || length < 56) return undefined
  const end = start + length
  return end > limit ? undefined : { isList, offset, start, end }
}
