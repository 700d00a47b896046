/** What the observer keeps of a message while it runs, and what a message says of itself. */
import type { EVMResult, Message } from '@ethereumjs/evm'
import { assert } from '../../../../consensus/errors.ts'
import type { Address } from '../../../../consensus/types.ts'
import type { FrameKind, Step } from '../tracer.ts'
import { OP } from './opcodes.ts'

const CALL_DEPTH_MAX = 1_024

export type Frame = {
  readonly message: Message
  readonly kind: FrameKind
  readonly firstLogIndex: number
  returned: Uint8Array
  last: Step | undefined
}

export type RunState = NonNullable<EVMResult['execResult']['runState']>

export const CALL_KINDS: ReadonlyMap<number, FrameKind> = new Map([
  [OP.CALL, 'CALL'],
  [OP.CALLCODE, 'CALLCODE'],
  [OP.DELEGATECALL, 'DELEGATECALL'],
  [OP.STATICCALL, 'STATICCALL'],
  [OP.CREATE, 'CREATE'],
  [OP.CREATE2, 'CREATE2'],
])

export function kindOf(message: Message, parent: Frame | undefined): FrameKind {
  if (parent === undefined) return message.to === undefined ? 'CREATE' : 'CALL'
  const kind = CALL_KINDS.get(parent.last?.opcode ?? OP.STOP)
  assert(kind !== undefined, 'a frame is entered by a call')
  return kind
}

/** Whose code runs. */
export function targetOf(message: Message): Address {
  return message.codeAddress.toString()
}

/** The account that the code of a message runs as. */
export function ownAddress({ to }: Message): Address {
  assert(to !== undefined, 'code runs at an address')
  return to.toString()
}

/** The library names all that it does not know 0xfe. */
export function opcodeAt({ code }: Message, pc: number): number {
  assert(code instanceof Uint8Array, 'native code has no steps')
  return code[pc] ?? OP.STOP
}

/** Why a call of this value is refused before it begins. */
export function entryError(depth: number, balance: bigint, value: bigint): string | undefined {
  if (depth >= CALL_DEPTH_MAX) return 'max call depth exceeded'
  return balance < value ? 'insufficient balance for transfer' : undefined
}
