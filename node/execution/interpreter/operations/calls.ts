/**
 * CALL, CALLCODE, DELEGATECALL and STATICCALL: what they cost (EIP-150, EIP-161, EIP-2929,
 * EIP-7702), whom they reach, and what comes back.
 */
import { KECCAK256_NULL } from '@ethereumjs/util'
import type { Address } from '../../../../consensus/types.ts'
import type { AccountEntry } from '../../../state/overlay.ts'
import { andThen, type Soon } from '../../../state/soon.ts'
import { isDelegation } from '../../transaction/inclusion-rules.ts'
import type { CallReply, CallRequest, Frame } from '../frame.ts'
import { staticViolation } from '../frame.ts'
import { addressOf, chargeAccount, requireAccount } from './state-access.ts'

const GAS = { value: 9_000, newAccount: 25_000, stipend: 2_300 } as const
/** A callee gets all gas but a 64th. */
const RETAINED_SHARE = 64
const CALL_DEPTH_MAX = 1_024
const NO_BYTES = new Uint8Array(0)

type Kind = {
  readonly takes: number
  readonly hasValue: boolean
  /** Runs the code of the target as the frame's own account. */
  readonly isAsSelf: boolean
  readonly isDelegate: boolean
  readonly isStatic: boolean
}

const CALL: Kind = { takes: 7, hasValue: true, isAsSelf: false, isDelegate: false, isStatic: false }

export const CALLS: ReadonlyMap<number, Kind> = new Map([
  [0xf1, CALL],
  [0xf2, { ...CALL, isAsSelf: true }],
  [0xf4, { ...CALL, takes: 6, hasValue: false, isAsSelf: true, isDelegate: true }],
  [0xfa, { ...CALL, takes: 6, hasValue: false, isStatic: true }],
])

/**
 * Makes the call and goes on behind it, or returns what has to be waited for: the target, to try
 * again, or the end of the call. The loop has checked that the words are there.
 */
export function runCallOperation(frame: Frame, kind: Kind): Promise<unknown> | undefined {
  const { overlay } = frame.host
  const target = addressOf(frame.stack[frame.size - 2] as bigint)
  requireAccount(frame, target)
  const account = overlay.loadAccount(target)
  if (account instanceof Promise) return account
  const code = overlay.loadCode(account)
  if (code instanceof Promise) return code
  frame.pc += 1
  return call(frame, kind, account, code)
}

function call(
  frame: Frame,
  kind: Kind,
  account: AccountEntry,
  code: Uint8Array,
): Promise<unknown> | undefined {
  const { message } = frame
  const wanted = frame.pop()
  const target = addressOf(frame.pop())
  const value = kind.hasValue ? frame.pop() : 0n
  const [inOffset, inLength, outOffset, outLength] = [
    frame.pop(),
    frame.pop(),
    frame.pop(),
    frame.pop(),
  ]
  if (message.isStatic && value !== 0n && !kind.isAsSelf) throw staticViolation()
  const inAt = frame.touch(inOffset, inLength)
  const outAt = frame.touch(outOffset, outLength)
  chargeAccount(frame, target)
  if (value !== 0n) frame.useGas(GAS.value)
  if (value !== 0n && !kind.isAsSelf && isDead(account)) frame.useGas(GAS.newAccount)
  chargeDelegation(frame, code)

  const most = frame.gas - Math.floor(frame.gas / RETAINED_SHARE)
  const granted = wanted > BigInt(most) ? most : Number(wanted)
  frame.useGas(granted)
  const stipend = value === 0n ? 0 : GAS.stipend
  const length = Number(inLength)
  const request: CallRequest = {
    to: kind.isAsSelf ? frame.account.address : target,
    codeAddress: target,
    value: kind.isDelegate ? message.value : value,
    data: length === 0 ? NO_BYTES : frame.memory.subarray(inAt, inAt + length),
    gas: granted + stipend,
    isStatic: message.isStatic || kind.isStatic,
    isDelegate: kind.isDelegate,
  }
  const done = andThen(enter(frame, request), ({ isSuccess, output, gasUsed }) => {
    frame.gas += request.gas - gasUsed
    frame.returned = output
    const copied = Math.min(Number(outLength), output.length)
    if (copied > 0) frame.memory.set(output.subarray(0, copied), outAt)
    frame.push(isSuccess ? 1n : 0n)
  })
  return done instanceof Promise ? done : undefined
}

/** Too deep, or not covered by the balance: the call fails without having begun. */
function enter(frame: Frame, request: CallRequest): Soon<CallReply> {
  const balance = frame.account.current?.balance ?? 0n
  const isCovered = request.isDelegate || balance >= request.value
  if (frame.message.depth >= CALL_DEPTH_MAX || !isCovered) {
    return { isSuccess: false, output: NO_BYTES, gasUsed: 0 }
  }
  return frame.host.call(frame, request)
}

/** EIP-7702: the target of a delegation is accessed too. */
function chargeDelegation(frame: Frame, code: Uint8Array): void {
  if (!isDelegation(code)) return
  const delegate: Address = `0x${Buffer.from(code.subarray(3)).toString('hex')}`
  chargeAccount(frame, delegate)
}

/** EIP-161. */
function isDead({ current }: AccountEntry): boolean {
  if (current === undefined) return true
  return current.nonce === 0n && current.balance === 0n && isCodeless(current.codeHash)
}

function isCodeless(codeHash: Uint8Array): boolean {
  return Buffer.compare(codeHash, KECCAK256_NULL) === 0
}
