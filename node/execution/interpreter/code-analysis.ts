/**
 * What can be known of code before it runs: where a jump may land, and the words that it pushes.
 * Kept by the identity of the code, which the state's code cache preserves: a contract that is
 * called a thousand times is looked at once.
 */

export type CodeAnalysis = {
  readonly code: Uint8Array
  /** 1 where a JUMPDEST stands that is no part of a PUSH. */
  readonly jumpDestinations: Uint8Array
  /** Pushed words by the offset of their PUSH, read when they are first needed. */
  readonly pushed: (bigint | undefined)[]
}

const PUSH1 = 0x60
const PUSH32 = 0x7f
const JUMPDEST = 0x5b

/** Lives as long as the code does: the code cache bounds both. */
const known = new WeakMap<Uint8Array, CodeAnalysis>()

export function analyseCode(code: Uint8Array): CodeAnalysis {
  const analysed = known.get(code)
  if (analysed !== undefined) return analysed
  const analysis = { code, jumpDestinations: findJumpDestinations(code), pushed: [] }
  known.set(code, analysis)
  return analysis
}

/** The word that the PUSH at `offset` pushes; zeros stand for bytes behind the end. */
export function pushedWord({ code, pushed }: CodeAnalysis, offset: number, bytes: number): bigint {
  const word = pushed[offset]
  if (word !== undefined) return word
  const read = readWord(code, offset + 1, bytes)
  pushed[offset] = read
  return read
}

function readWord(code: Uint8Array, from: number, bytes: number): bigint {
  let word = 0n
  for (let i = from; i < from + bytes; i++) word = (word << 8n) | BigInt(code[i] ?? 0)
  return word
}

function findJumpDestinations(code: Uint8Array): Uint8Array {
  const destinations = new Uint8Array(code.length)
  for (let offset = 0; offset < code.length; offset++) {
    const opcode = code[offset] ?? 0
    if (opcode === JUMPDEST) destinations[offset] = 1
    else if (opcode >= PUSH1 && opcode <= PUSH32) offset += opcode - PUSH1 + 1
  }
  return destinations
}
