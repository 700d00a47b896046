/**
 * Operations on the state and what a transaction leaves behind. Each is done as soon as what it
 * needs is in memory; until then it says what has to be waited for, and is tried again. Nothing is
 * read for a frame that cannot pay for it: a read from disk costs far more than its last gas.
 *
 * Prices: EIP-2929, EIP-2200, EIP-3529.
 */
import { bytesToHex, equalsBytes } from '@ethereumjs/util'
import type { Address, Hex } from '../../../../consensus/types.ts'
import { EMPTY_CODE_HASH } from '../../../state/flat/flat-codec.ts'
import { integerBytes, integerOf } from '../../../state/flat/integers.ts'
import type { AccountEntry, SlotEntry } from '../../../state/overlay.ts'
import { type Frame, outOfGas, staticViolation } from '../frame.ts'
import { viewOf, WORD_BYTES, writeWord } from '../words.ts'

const GAS = {
  warm: 100,
  coldAccount: 2_600,
  coldSlot: 2_100,
  /** Less than this and one is no SSTORE: the stipend of a transfer must not write. */
  storeSentry: 2_300,
  setSlot: 20_000,
  resetSlot: 2_900,
  copyWord: 3,
  log: 375,
  logTopic: 375,
  logByte: 8,
} as const
const REFUND = { cleared: 4_800n, setUndone: 19_900n, resetUndone: 2_800n } as const

const ADDRESS_MASK = 2n ** 160n - 1n
const NO_BYTES = new Uint8Array(0)

/** Does the operation, or changes nothing and returns what it waits for. */
export type Attempt = (frame: Frame) => Promise<unknown> | undefined

/** Words that each takes; the loop checks that they are there. */
export const STATE_ACCESS: ReadonlyMap<number, { readonly takes: number; readonly run: Attempt }> =
  new Map([
    [
      0x31,
      {
        takes: 1,
        run: withAccount((frame, { current }) => replaceTop(frame, current?.balance ?? 0n)),
      },
    ],
    [0x3b, { takes: 1, run: withCode((frame, code) => replaceTop(frame, BigInt(code.length))) }],
    [0x3c, { takes: 4, run: withCode(copyCode) }],
    [
      0x3f,
      { takes: 1, run: withAccount((frame, account) => replaceTop(frame, codeHash(account))) },
    ],
    [0x54, { takes: 1, run: withSlot(requireLoad, loadSlot) }],
    [0x55, { takes: 2, run: withSlot(requireStore, storeSlot) }],
    ...Array.from(
      { length: 5 },
      (_, topics) => [0xa0 + topics, { takes: 2 + topics, run: log(topics) }] as const,
    ),
  ])

/** The address in the lower bytes of a word. */
export function addressOf(word: bigint): Address {
  return `0x${(word & ADDRESS_MASK).toString(16).padStart(40, '0')}`
}

/** Throws out of gas if access to an account, which {@link chargeAccount} pays for, is too dear. */
export function requireAccount(frame: Frame, address: Address): void {
  // What is warm is asked for only where it matters: this comes with every call.
  if (frame.gas >= GAS.coldAccount) return
  const price = frame.host.journal.isWarm(address) ? GAS.warm : GAS.coldAccount
  if (frame.gas < price) throw outOfGas()
}

/** Pays for access to an account, and warms it. */
export function chargeAccount(frame: Frame, address: Address): void {
  frame.useGas(frame.host.journal.warm(address) ? GAS.coldAccount : GAS.warm)
}

/** With the account that the topmost word names, paid for. */
function withAccount(run: (frame: Frame, account: AccountEntry) => void): Attempt {
  return (frame) => {
    const address = addressOf(top(frame))
    requireAccount(frame, address)
    const account = frame.host.overlay.loadAccount(address)
    if (account instanceof Promise) return account
    chargeAccount(frame, address)
    run(frame, account)
    return undefined
  }
}

function withCode(run: (frame: Frame, code: Uint8Array) => void): Attempt {
  return (frame) => {
    const { overlay } = frame.host
    const address = addressOf(top(frame))
    requireAccount(frame, address)
    const account = overlay.loadAccount(address)
    if (account instanceof Promise) return account
    const code = overlay.loadCode(account)
    if (code instanceof Promise) return code
    chargeAccount(frame, address)
    run(frame, code)
    return undefined
  }
}

function copyCode(frame: Frame, code: Uint8Array): void {
  frame.pop()
  const target = frame.pop()
  const from = frame.pop()
  const length = frame.pop()
  const at = frame.touch(target, length)
  frame.useGas(Math.ceil(Number(length) / 32) * GAS.copyWord)
  frame.copy(at, code, from, Number(length))
}

/** Zero for an account that is not there, or empty (EIP-1052, EIP-161). */
function codeHash({ current }: AccountEntry): bigint {
  if (current === undefined) return 0n
  const hash = bytesToHex(current.codeHash)
  const isEmpty = current.nonce === 0n && current.balance === 0n && hash === EMPTY_CODE_HASH
  return isEmpty ? 0n : BigInt(hash)
}

/** With the slot that the topmost word names, of the frame's own account. */
function withSlot(
  require: (frame: Frame, slot: Hex) => void,
  run: (frame: Frame, entry: SlotEntry, slot: Hex) => void,
): Attempt {
  return (frame) => {
    const { overlay } = frame.host
    const { address } = frame.account
    const slot = wordHex(top(frame))
    require(frame, slot)
    const entry = overlay.loadSlot(address, slot)
    if (entry instanceof Promise) return entry
    run(frame, entry, slot)
    return undefined
  }
}

function requireLoad(frame: Frame, slot: Hex): void {
  if (frame.gas >= GAS.coldSlot) return
  const isWarm = frame.host.journal.isWarmSlot(frame.account.address, slot)
  if (frame.gas < (isWarm ? GAS.warm : GAS.coldSlot)) throw outOfGas()
}

function loadSlot(frame: Frame, { value }: SlotEntry, slot: Hex): void {
  const isCold = frame.host.journal.warmSlot(frame.account.address, slot)
  frame.useGas(isCold ? GAS.coldSlot : GAS.warm)
  replaceTop(frame, integerOf(value))
}

/** What is left over the sentry pays for a cold slot. */
function requireStore(frame: Frame): void {
  if (frame.message.isStatic) throw staticViolation()
  if (frame.gas <= GAS.storeSentry) throw outOfGas()
}

function storeSlot(frame: Frame, entry: SlotEntry, slot: Hex): void {
  const { host, account } = frame
  frame.pop()
  const word = frame.pop()
  const value = word === 0n ? NO_BYTES : integerBytes(word)
  const original = host.overlay.originalValue(entry)
  const cold = host.journal.warmSlot(account.address, slot) ? GAS.coldSlot : 0
  frame.useGas(cold + storeGas(frame, original, entry.value, value))
  host.overlay.setSlot(entry, value)
}

/** EIP-2200 with the prices and refunds of EIP-2929 and EIP-3529. */
function storeGas(
  frame: Frame,
  original: Uint8Array,
  current: Uint8Array,
  value: Uint8Array,
): number {
  if (equalsBytes(current, value)) return GAS.warm
  if (equalsBytes(original, current)) {
    if (original.length === 0) return GAS.setSlot
    if (value.length === 0) frame.refund += REFUND.cleared
    return GAS.resetSlot
  }
  if (original.length > 0) {
    if (current.length === 0) frame.refund -= REFUND.cleared
    else if (value.length === 0) frame.refund += REFUND.cleared
  }
  if (equalsBytes(original, value)) {
    frame.refund += original.length === 0 ? REFUND.setUndone : REFUND.resetUndone
  }
  return GAS.warm
}

function log(topicCount: number): Attempt {
  return (frame) => {
    if (frame.message.isStatic) throw staticViolation()
    const offset = frame.pop()
    const length = frame.pop()
    const at = frame.touch(offset, length)
    const bytes = Number(length)
    frame.useGas(GAS.log + GAS.logTopic * topicCount + GAS.logByte * bytes)
    const topics = Array.from({ length: topicCount }, () => wordBytes(frame.pop()))
    frame.logs.push([addressBytes(frame), topics, frame.memory.slice(at, at + bytes)])
    return undefined
  }
}

function addressBytes({ message, account }: Frame): Uint8Array {
  const { to } = message
  return to === undefined ? wordBytes(BigInt(account.address)).subarray(12) : to.bytes
}

function top(frame: Frame): bigint {
  return frame.stack[frame.size - 1] as bigint
}

function replaceTop(frame: Frame, word: bigint): void {
  frame.stack[frame.size - 1] = word
}

function wordHex(word: bigint): Hex {
  return `0x${word.toString(16).padStart(64, '0')}`
}

function wordBytes(word: bigint): Uint8Array {
  const bytes = new Uint8Array(WORD_BYTES)
  writeWord(viewOf(bytes), 0, word)
  return bytes
}
