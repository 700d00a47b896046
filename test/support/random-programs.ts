/**
 * Random EVM programs that run: the stack rarely underflows, jumps mostly land, addresses are
 * mostly those of other programs. What two interpreters make of them must be the same.
 */
import type { Address } from '../../consensus/types.ts'
import { assemble } from './evm-assembly.ts'
import type { Random } from './random.ts'

/** Operations by what they take and leave; those of memory get small operands of their own. */
const PLAIN: readonly (readonly [name: string, takes: number, leaves: number])[] = [
  ...[
    'ADD',
    'MUL',
    'SUB',
    'DIV',
    'SDIV',
    'MOD',
    'SMOD',
    'EXP',
    'SIGNEXTEND',
    'LT',
    'GT',
    'SLT',
    'SGT',
  ].map((name) => [name, 2, 1] as const),
  ...['EQ', 'AND', 'OR', 'XOR', 'BYTE', 'SHL', 'SHR', 'SAR'].map((name) => [name, 2, 1] as const),
  ...['ADDMOD', 'MULMOD'].map((name) => [name, 3, 1] as const),
  ...['ISZERO', 'NOT', 'CLZ', 'CALLDATALOAD', 'BLOCKHASH', 'BLOBHASH', 'TLOAD', 'SLOAD'].map(
    (name) => [name, 1, 1] as const,
  ),
  ...['ADDRESS', 'ORIGIN', 'CALLER', 'CALLVALUE', 'CALLDATASIZE', 'CODESIZE', 'GASPRICE'].map(
    (name) => [name, 0, 1] as const,
  ),
  ...['RETURNDATASIZE', 'COINBASE', 'TIMESTAMP', 'NUMBER', 'PREVRANDAO', 'GASLIMIT', 'CHAINID'].map(
    (name) => [name, 0, 1] as const,
  ),
  ...['SELFBALANCE', 'BASEFEE', 'BLOBBASEFEE', 'PC', 'MSIZE', 'GAS', 'PUSH0'].map(
    (name) => [name, 0, 1] as const,
  ),
  ...['DUP1', 'DUP2', 'DUP3'].map((name, i) => [name, i + 1, i + 2] as const),
  ...['SWAP1', 'SWAP2'].map((name, i) => [name, i + 2, i + 2] as const),
  ['POP', 1, 0],
  ['JUMPDEST', 0, 0],
]

const EDGES = [
  0n,
  1n,
  2n,
  31n,
  32n,
  255n,
  256n,
  2n ** 64n,
  2n ** 255n - 1n,
  2n ** 255n,
  2n ** 256n - 1n,
]

export type ProgramWorld = {
  /** What calls and account operations are aimed at. */
  readonly addresses: readonly Address[]
  /** Without SELFDESTRUCT and creations, whose coins need rules of their own. */
  readonly isTame?: boolean
}

/** One program of about `length` operations. */
export function randomProgram(random: Random, length: number, world: ProgramWorld): Uint8Array {
  const parts: string[] = []
  let height = 0
  let label = 0
  const open: string[] = []
  for (let i = 0; i < length; i++) {
    const kind = random.below(100)
    if (kind < 30 || height < 2) {
      parts.push(`PUSH ${operand(random, world)}`)
      height += 1
    } else if (kind < 72) {
      const [name, takes, leaves] = random.pick(PLAIN)
      // Now and then an operation that has too few words to work on.
      if (takes > height && random.below(60) > 0) continue
      parts.push(name)
      height = Math.max(0, height - takes) + leaves
    } else if (kind < 76 && open.length < 3) {
      const name = `l${label++}`
      parts.push(`PUSH ${random.below(2)} @${name} JUMPI`)
      open.push(name)
    } else if (kind < 79 && open.length > 0) parts.push(`${open.shift()}:`)
    else {
      const [source, pushed] = withOperands(random, world)
      parts.push(source)
      height += pushed
    }
  }
  for (const name of open) parts.push(`${name}:`)
  if (random.below(3) > 0) parts.push(confession(height))
  parts.push(ending(random, world))
  return assemble(parts.join(' '))
}

function operand(random: Random, { addresses }: ProgramWorld): bigint {
  const kind = random.below(10)
  if (kind < 3) return random.pick(EDGES)
  if (kind < 5) return BigInt(random.pick(addresses))
  if (kind < 8) return BigInt(random.below(70))
  return BigInt(`0x${Buffer.from(random.bytes(1 + random.below(32))).toString('hex')}`)
}

/** Operations whose operands decide whether anything happens, with operands that mostly do. */
function withOperands(
  random: Random,
  world: ProgramWorld,
): readonly [source: string, pushed: number] {
  const small = () => random.below(random.below(20) === 0 ? 40_000 : 200)
  const slot = () => random.below(4)
  const target = () => BigInt(random.pick(world.addresses))
  const gas = () => random.pick([0, 700, 5_000, 60_000])
  const span = () => `PUSH ${small()} PUSH ${small()}`
  const value = () => (random.below(4) === 0 ? random.below(3) : 0)
  const create = () => `PUSH ${random.below(1_000)} ${span()} PUSH ${value()}`
  const choices: readonly (() => readonly [string, number])[] = [
    () => [`PUSH ${small()} MLOAD`, 1],
    () => [`PUSH ${operand(random, world)} PUSH ${small()} MSTORE`, 0],
    () => [`PUSH ${operand(random, world)} PUSH ${small()} MSTORE8`, 0],
    () => [`${span()} KECCAK256`, 1],
    () => [`PUSH ${random.below(3)} PUSH ${slot()} SSTORE`, 0],
    () => [`PUSH ${random.below(3)} PUSH ${slot()} SSTORE`, 0],
    () => [`PUSH ${slot()} SLOAD`, 1],
    () => [`PUSH ${random.below(5)} PUSH ${slot()} TSTORE`, 0],
    () => [`PUSH ${small()} ${span()} CALLDATACOPY`, 0],
    () => [`PUSH ${small()} ${span()} CODECOPY`, 0],
    () => [`PUSH ${small()} ${span()} MCOPY`, 0],
    () => [`RETURNDATASIZE PUSH 0 PUSH ${small()} RETURNDATACOPY`, 0],
    () => [`PUSH ${small()} ${span()} RETURNDATACOPY`, 0],
    () => [`PUSH ${target()} BALANCE`, 1],
    () => [`PUSH ${target()} EXTCODESIZE`, 1],
    () => [`PUSH ${target()} EXTCODEHASH`, 1],
    () => [`PUSH ${small()} ${span()} PUSH ${target()} EXTCODECOPY`, 0],
    () => [`${span()} LOG0`, 0],
    () => [`PUSH ${target()} PUSH 7 ${span()} LOG2`, 0],
    () => [`${span()} ${span()} PUSH ${value()} PUSH ${target()} PUSH ${gas()} CALL`, 1],
    () => [`${span()} ${span()} PUSH ${value()} PUSH ${target()} PUSH ${gas()} CALLCODE`, 1],
    () => [`${span()} ${span()} PUSH ${target()} PUSH ${gas()} DELEGATECALL`, 1],
    () => [`${span()} ${span()} PUSH ${target()} PUSH ${gas()} STATICCALL`, 1],
    ...(world.isTame
      ? []
      : [() => [`${create()} CREATE`, 2] as const, () => [`${create()} CREATE2`, 1] as const]),
  ]
  return random.pick(choices)()
}

/** Logs what is on the stack and in memory, so that a wrong word anywhere shows. */
function confession(height: number): string {
  const stored = Array.from({ length: Math.min(height, 12) }, (_, i) => `PUSH ${i * 32} MSTORE`)
  return `PUSH 400 PUSH 0 LOG0 ${stored.join(' ')} PUSH 400 PUSH 0 LOG0`
}

function ending(random: Random, world: ProgramWorld): string {
  const span = `PUSH ${random.below(100)} PUSH ${random.below(100)}`
  if (world.isTame !== true && random.below(8) === 0) {
    return `PUSH ${random.pick(world.addresses)} SELFDESTRUCT`
  }
  return random.pick(['STOP', `${span} RETURN`, `${span} RETURN`, `${span} REVERT`, 'INVALID', ''])
}
