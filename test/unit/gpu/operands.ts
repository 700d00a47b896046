/** Operands that try the arithmetic: random ones and the extremes of the range. */
import type { Operands } from '../../../gpu/reference/search.ts'
import { OPERAND_MAX, OPERAND_MIN, type Shape } from '../../../gpu/reference/shape.ts'
import { Random } from '../../support/random.ts'

export type OperandKind = 'random' | 'lowest' | 'highest' | 'alternating' | 'zero'

export const OPERAND_KINDS: readonly OperandKind[] = [
  'random',
  'lowest',
  'highest',
  'alternating',
  'zero',
]

export function makeOperands(shape: Shape, kind: OperandKind, seed = 1): Operands {
  const random = new Random(seed)
  const entry = (i: number): number => {
    switch (kind) {
      case 'random':
        return random.below(128) + OPERAND_MIN
      case 'lowest':
        return OPERAND_MIN
      case 'highest':
        return OPERAND_MAX
      case 'alternating':
        return i % 2 === 0 ? OPERAND_MIN : OPERAND_MAX
      case 'zero':
        return 0
    }
  }
  const matrix = (rows: number) => Int8Array.from({ length: rows * shape.k }, (_, i) => entry(i))
  return { a: matrix(shape.m), bt: matrix(shape.n) }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
