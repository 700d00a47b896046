/** What Solidity wrote into revert data, in words: `Error(string)` and `Panic(uint256)`. */
import type { Hex } from '../../../consensus/types.ts'

/** Selectors of the two errors that every compiler emits. */
const ERROR_SELECTOR = '0x08c379a0'
const PANIC_SELECTOR = '0x4e487b71'
const SELECTOR_CHARS = 10
const WORD_CHARS = 64

/** Geth's words for the codes of Solidity, "Panic via assert and Error via require". */
const PANICS: Readonly<Record<number, string>> = {
  0: 'generic panic',
  1: 'assert(false)',
  17: 'arithmetic underflow or overflow',
  18: 'division or modulo by zero',
  33: 'enum overflow',
  34: 'invalid encoded storage byte array accessed',
  49: 'out-of-bounds array access; popping on an empty array',
  50: 'out-of-bounds access of an array or bytesN',
  65: 'out of memory',
  81: 'uninitialized function',
}

/** undefined: the data is neither of the two, or is cut short. */
export function revertReason(data: Hex): string | undefined {
  if (data.startsWith(PANIC_SELECTOR)) return panicReason(word(data, 0))
  if (data.startsWith(ERROR_SELECTOR)) return stringAt(data)
  return undefined
}

function panicReason(code: bigint | undefined): string | undefined {
  if (code === undefined) return undefined
  return PANICS[Number(code)] ?? `unknown panic code: 0x${code.toString(16)}`
}

/** One ABI string: offset 32, length in bytes, then the bytes. */
function stringAt(data: Hex): string | undefined {
  const length = word(data, 1)
  if (word(data, 0) !== 32n || length === undefined) return undefined
  const start = SELECTOR_CHARS + 2 * WORD_CHARS
  const end = start + 2 * Number(length)
  if (end > data.length) return undefined
  return Buffer.from(data.slice(start, end), 'hex').toString('utf8')
}

function word(data: Hex, index: number): bigint | undefined {
  const start = SELECTOR_CHARS + index * WORD_CHARS
  const text = data.slice(start, start + WORD_CHARS)
  return text.length === WORD_CHARS ? BigInt(`0x${text}`) : undefined
}
