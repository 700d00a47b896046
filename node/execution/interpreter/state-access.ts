/**
 * Operations on the state, as far as it is in memory: what is not is left to EthereumJS, which
 * waits for it, and is here from then on. Prices: EIP-2929, EIP-2200, EIP-3529.
 */
import { EVMError } from '@ethereumjs/evm'
import { equalsBytes } from '@ethereumjs/util'
import type { Address, Hex } from '../../../consensus/types.ts'
import { integerBytes, integerOf } from '../../state/flat/integers.ts'
import type { AccountEntry } from '../../state/overlay.ts'
import { type Frame, outOfGas } from './frame.ts'

const GAS = {
  warm: 100,
  coldAccount: 2_600,
  coldSlot: 2_100,
  /** Less than this and one is no SSTORE: the stipend of a transfer must not write. */
  storeSentry: 2_300,
  setSlot: 20_000,
  resetSlot: 2_900,
  log: 375,
  logTopic: 375,
  logByte: 8,
} as const
const REFUND = { cleared: 4_800n, setUndone: 19_900n, resetUndone: 2_800n } as const

const ADDRESS_MASK = 2n ** 160n - 1n
const NO_BYTES = new Uint8Array(0)

/** Does the operation and returns true, or changes nothing and returns false. */
export type Attempt = (frame: Frame) => boolean

export const STATE_ACCESS: ReadonlyMap<number, Attempt> = new Map([
  [0x31, balance],
  [0x3b, codeSize],
  [0x54, loadSlot],
  [0x55, storeSlot],
  ...Array.from({ length: 5 }, (_, topics) => [0xa0 + topics, log(topics)] as const),
])

function balance(frame: Frame): boolean {
  const account = knownAccount(frame)
  if (account === undefined) return false
  chargeAccount(frame, account.address)
  frame.stack[frame.size - 1] = account.current?.balance ?? 0n
  return true
}

function codeSize(frame: Frame): boolean {
  const account = knownAccount(frame)
  const code = account && frame.host.overlay.peekCode(account)
  if (account === undefined || code === undefined) return false
  chargeAccount(frame, account.address)
  frame.stack[frame.size - 1] = BigInt(code.length)
  return true
}

/** The account that the topmost word names, if it is in memory. */
function knownAccount(frame: Frame): AccountEntry | undefined {
  const word = frame.stack[frame.size - 1]
  if (frame.size < 1 || word === undefined) return undefined
  const address: Address = `0x${(word & ADDRESS_MASK).toString(16).padStart(40, '0')}`
  return frame.host.overlay.peekAccount(address)
}

function chargeAccount(frame: Frame, address: Address): void {
  const { journal } = frame.host
  const key = address.slice(2)
  const isWarm = journal.journal.has(key) || journal.alwaysWarmJournal.has(key)
  frame.useGas(isWarm ? GAS.warm : GAS.coldAccount)
  if (!isWarm) journal.addWarmedAddress(hexBytes(address))
}

function loadSlot(frame: Frame): boolean {
  const { host } = frame
  const key = frame.stack[frame.size - 1]
  if (frame.size < 1 || key === undefined) return false
  const slot = wordHex(key)
  const entry = host.overlay.peekSlot(host.address, slot)
  if (entry === undefined) return false
  frame.useGas(isWarmSlot(frame, slot) ? GAS.warm : GAS.coldSlot)
  warmSlot(frame, slot)
  frame.stack[frame.size - 1] = integerOf(entry.value)
  return true
}

function storeSlot(frame: Frame): boolean {
  const { host, stack, size } = frame
  const key = stack[size - 1]
  const word = stack[size - 2]
  if (size < 2 || key === undefined || word === undefined) return false
  const slot = wordHex(key)
  const entry = host.overlay.peekSlot(host.address, slot)
  if (entry === undefined) return false
  if (frame.environment.isStatic) throw new EVMError(EVMError.errorMessages.STATIC_STATE_CHANGE)
  if (frame.gas <= GAS.storeSentry) throw outOfGas()
  const value = word === 0n ? NO_BYTES : integerBytes(word)
  const original = host.overlay.originalValue(entry)
  const cold = isWarmSlot(frame, slot) ? 0 : GAS.coldSlot
  frame.useGas(cold + storeGas(frame, original, entry.value, value))
  warmSlot(frame, slot)
  host.overlay.setSlot(entry, value)
  frame.size -= 2
  return true
}

/** EIP-2200 with the prices and refunds of EIP-2929 and EIP-3529. */
function storeGas(
  { host }: Frame,
  original: Uint8Array,
  current: Uint8Array,
  value: Uint8Array,
): number {
  if (equalsBytes(current, value)) return GAS.warm
  if (equalsBytes(original, current)) {
    if (original.length === 0) return GAS.setSlot
    if (value.length === 0) host.refund += REFUND.cleared
    return GAS.resetSlot
  }
  if (original.length > 0) {
    if (current.length === 0) host.refund -= REFUND.cleared
    else if (value.length === 0) host.refund += REFUND.cleared
  }
  if (equalsBytes(original, value)) {
    host.refund += original.length === 0 ? REFUND.setUndone : REFUND.resetUndone
  }
  return GAS.warm
}

function isWarmSlot({ host }: Frame, slot: Hex): boolean {
  const { journal, alwaysWarmJournal } = host.journal
  const address = host.address.slice(2)
  const key = slot.slice(2)
  return (
    journal.get(address)?.has(key) === true || alwaysWarmJournal.get(address)?.has(key) === true
  )
}

function warmSlot(frame: Frame, slot: Hex): void {
  if (isWarmSlot(frame, slot)) return
  frame.host.journal.addWarmedStorage(frame.host.addressBytes, hexBytes(slot))
}

function log(topicCount: number): Attempt {
  return (frame) => {
    const { host, environment } = frame
    if (frame.size < 2 + topicCount) throw new EVMError(EVMError.errorMessages.STACK_UNDERFLOW)
    if (environment.isStatic) throw new EVMError(EVMError.errorMessages.STATIC_STATE_CHANGE)
    const offset = frame.pop()
    const length = frame.pop()
    const at = frame.touch(offset, length)
    const bytes = Number(length)
    frame.useGas(GAS.log + GAS.logTopic * topicCount + GAS.logByte * bytes)
    const topics = Array.from({ length: topicCount }, () => hexBytes(wordHex(frame.pop())))
    host.logs.push([host.addressBytes, topics, frame.memory.slice(at, at + bytes)])
    return true
  }
}

function wordHex(word: bigint): Hex {
  return `0x${word.toString(16).padStart(64, '0')}`
}

function hexBytes(hex: Hex): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'))
}
