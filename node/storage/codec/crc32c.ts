/**
 * CRC-32C (Castagnoli), eight bytes a step: the checksum of every record that no hash protects.
 * Spec: docs/spec/storage.md, "Checks on read". About 1 GB/s; for the short records that most
 * are, less than the call into a native library would cost.
 */

const POLYNOMIAL_REFLECTED = 0x82f63b78
const LANES = 8

/** Table k maps a byte to its CRC followed by k zero bytes. */
const TABLES: readonly Uint32Array[] = buildTables()
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as readonly [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]

/** Checksum of `bytes`, going on from the checksum of what came before them. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous
  let i = 0
  // An index made of a byte is inside its table: the zeros are there for the compiler.
  for (const end = bytes.length - LANES; i <= end; i += LANES) {
    crc ^= word(bytes, i)
    const high = word(bytes, i + 4)
    crc =
      (T7[crc & 255] ?? 0) ^
      (T6[(crc >>> 8) & 255] ?? 0) ^
      (T5[(crc >>> 16) & 255] ?? 0) ^
      (T4[crc >>> 24] ?? 0) ^
      (T3[high & 255] ?? 0) ^
      (T2[(high >>> 8) & 255] ?? 0) ^
      (T1[(high >>> 16) & 255] ?? 0) ^
      (T0[high >>> 24] ?? 0)
  }
  for (; i < bytes.length; i++) crc = (T0[(crc ^ (bytes[i] ?? 0)) & 255] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}

function word(bytes: Uint8Array, i: number): number {
  return (
    (bytes[i] ?? 0) |
    ((bytes[i + 1] ?? 0) << 8) |
    ((bytes[i + 2] ?? 0) << 16) |
    ((bytes[i + 3] ?? 0) << 24)
  )
}

function buildTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL_REFLECTED : crc >>> 1
    }
    return crc
  })
  const tables = [first]
  for (let lane = 1; lane < LANES; lane++) {
    const before = tables[lane - 1] ?? first
    tables.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 255] ?? 0)))
  }
  return tables
}
