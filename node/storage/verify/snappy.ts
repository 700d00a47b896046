/**
 * Reads the snappy format, which level compresses the blocks of its files with: literals, and
 * copies of what came before. Node has no reader of its own.
 * Format: https://github.com/google/snappy/blob/main/format_description.txt.
 */

/** No block of level is longer; a damaged length must not become an allocation. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024
/** Lengths of literals above this are written in the 1 to 4 bytes after the tag. */
const LITERAL_INLINE_MAX = 60

/** The decompressed bytes, or undefined if `input` is not in the format. */
export function decompressSnappy(input: Uint8Array): Uint8Array | undefined {
  const header = readVarint(input, 0)
  if (header === undefined || header.value > OUTPUT_BYTES_MAX) return undefined
  const output = new Uint8Array(header.value)
  let from = header.end
  let to = 0
  while (from < input.length) {
    const step = readElement(input, from)
    if (step === undefined || to + step.length > output.length) return undefined
    if (step.copyOffset === undefined) {
      output.set(input.subarray(step.end - step.length, step.end), to)
    } else {
      if (step.copyOffset === 0 || step.copyOffset > to) return undefined
      // A copy may overlap what it writes: byte by byte, then.
      for (let i = 0; i < step.length; i++) output[to + i] = output[to + i - step.copyOffset] ?? 0
    }
    from = step.end
    to += step.length
  }
  return to === output.length ? output : undefined
}

/** An unsigned integer of seven bits a byte, the lowest first, and where it ends. */
export function readVarint(
  bytes: Uint8Array,
  offset: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  for (let i = 0, scale = 1; i < 7; i++, scale *= 128) {
    const byte = bytes[offset + i]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, end: offset + i + 1 }
  }
  return undefined
}

type Element = {
  /** Bytes of output. */
  readonly length: number
  /** How far back in the output a copy begins; undefined for a literal. */
  readonly copyOffset: number | undefined
  /** Where the next element begins. */
  readonly end: number
}

function readElement(input: Uint8Array, at: number): Element | undefined {
  const tag = input[at] ?? 0
  const high = tag >> 2
  switch (tag & 3) {
    case 0:
      return readLiteral(input, at, high)
    case 1: {
      const copyOffset = (tag >> 5) * 256 + (input[at + 1] ?? 0)
      return { length: (high & 7) + 4, copyOffset, end: at + 2 }
    }
    case 2:
      return { length: high + 1, copyOffset: littleEndian(input, at + 1, 2), end: at + 3 }
    default:
      return { length: high + 1, copyOffset: littleEndian(input, at + 1, 4), end: at + 5 }
  }
}

function readLiteral(input: Uint8Array, at: number, high: number): Element | undefined {
  const lengthBytes = high < LITERAL_INLINE_MAX ? 0 : high - LITERAL_INLINE_MAX + 1
  const length = 1 + (lengthBytes === 0 ? high : littleEndian(input, at + 1, lengthBytes))
  const end = at + 1 + lengthBytes + length
  return end > input.length ? undefined : { length, copyOffset: undefined, end }
}

function littleEndian(bytes: Uint8Array, offset: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] ?? 0)
  return value
}
