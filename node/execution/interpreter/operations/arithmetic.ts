/** Operations on words alone (Yellow Paper, H.2: 0x01 to 0x1e): modulo 2^256, two's complement. */
import { binary, type Operation, type OperationTable, operation, unary } from './operation.ts'

const WORD_BITS = 256
const MASK = 2n ** 256n - 1n
const SIGN_BIT = 255n
const EXP_GAS = 10
/** EIP-160, a byte of the exponent. */
const EXP_BYTE_GAS = 50

const wrap = (value: bigint): bigint => BigInt.asUintN(WORD_BITS, value)
const signed = (word: bigint): bigint => BigInt.asIntN(WORD_BITS, word)
const flag = (condition: boolean): bigint => (condition ? 1n : 0n)

const addmod = (a: bigint, b: bigint, modulus: bigint): bigint =>
  modulus === 0n ? 0n : (a + b) % modulus
const mulmod = (a: bigint, b: bigint, modulus: bigint): bigint =>
  modulus === 0n ? 0n : (a * b) % modulus

const exp: Operation = operation(EXP_GAS, 2, 1, (frame) => {
  const base = frame.pop()
  const exponent = frame.pop()
  const bytes = exponent === 0n ? 0 : Math.ceil(exponent.toString(16).length / 2)
  frame.useGas(EXP_BYTE_GAS * bytes)
  frame.push(power(base, exponent))
})

export const ARITHMETIC: OperationTable = new Map([
  [0x01, binary(3, (a, b) => wrap(a + b))],
  [0x02, binary(5, (a, b) => wrap(a * b))],
  [0x03, binary(3, (a, b) => wrap(a - b))],
  [0x04, binary(5, (a, b) => (b === 0n ? 0n : a / b))],
  [0x05, binary(5, (a, b) => (b === 0n ? 0n : wrap(signed(a) / signed(b))))],
  [0x06, binary(5, (a, b) => (b === 0n ? 0n : a % b))],
  [0x07, binary(5, (a, b) => (b === 0n ? 0n : wrap(signed(a) % signed(b))))],
  [0x08, ternary(8, addmod)],
  [0x09, ternary(8, mulmod)],
  [0x0a, exp],
  [0x0b, binary(5, signExtend)],
  [0x10, binary(3, (a, b) => flag(a < b))],
  [0x11, binary(3, (a, b) => flag(a > b))],
  [0x12, binary(3, (a, b) => flag(signed(a) < signed(b)))],
  [0x13, binary(3, (a, b) => flag(signed(a) > signed(b)))],
  [0x14, binary(3, (a, b) => flag(a === b))],
  [0x15, unary(3, (a) => flag(a === 0n))],
  [0x16, binary(3, (a, b) => a & b)],
  [0x17, binary(3, (a, b) => a | b)],
  [0x18, binary(3, (a, b) => a ^ b)],
  [0x19, unary(3, (a) => a ^ MASK)],
  [0x1a, binary(3, (index, word) => (index > 31n ? 0n : (word >> ((31n - index) * 8n)) & 0xffn))],
  [0x1b, binary(3, (shift, word) => (shift > SIGN_BIT ? 0n : wrap(word << shift)))],
  [0x1c, binary(3, (shift, word) => (shift > SIGN_BIT ? 0n : word >> shift))],
  [0x1d, binary(3, (shift, word) => wrap(signed(word) >> (shift > SIGN_BIT ? SIGN_BIT : shift)))],
  // EIP-7939.
  [0x1e, unary(5, (word) => BigInt(word === 0n ? WORD_BITS : WORD_BITS - word.toString(2).length))],
])

function ternary(gas: number, compute: (a: bigint, b: bigint, c: bigint) => bigint): Operation {
  return operation(gas, 3, 1, (frame) => {
    const a = frame.pop()
    const b = frame.pop()
    frame.push(compute(a, b, frame.pop()))
  })
}

function signExtend(size: bigint, word: bigint): bigint {
  return size > 30n ? word : wrap(BigInt.asIntN(Number(size + 1n) * 8, word))
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = wrap(result * square)
    square = wrap(square * square)
  }
  return result
}
