/**
 * `eth_createAccessList`: which accounts and slots a message touches. What it costs depends on the
 * list that it comes with, and so may what it does: it is executed with the list of the time
 * before until the list stays the same, as geth does.
 */
import type { Address, Hex } from '../../../consensus/types.ts'
import type { AccessListOutcome, CallRequest, Overrides } from '../call-types.ts'
import type { Lane } from '../evm/lane.ts'
import { contextOf } from '../rules/fee-market.ts'
import { OP } from '../tracing/evm/opcodes.ts'
import { observe } from '../tracing/observe.ts'
import type { FrameEntry, Step, TracedMessage, Tracer } from '../tracing/tracer.ts'
import { authoritiesOf, isFor } from '../transaction/authorizations.ts'
import type { CallBase } from '../types.ts'
import { CALL_GAS_MAX } from './call.ts'
import { failureReason } from './failure.ts'
import { authorizationBytes, type CallMessage, readMessage, runMessage } from './message.ts'
import { overrideState } from './override-state.ts'
import { overrideBlock } from './overrides.ts'

/** Lists grow towards the same one; what moves on for longer than this plays with us. */
const ROUNDS_MAX = 16

export async function accessListOnLane(
  lane: Lane,
  base: CallBase,
  request: CallRequest,
  { accounts, block }: Overrides,
): Promise<AccessListOutcome> {
  lane.branch.set(base)
  if (accounts !== undefined) await overrideState(lane, accounts)
  const context = overrideBlock(contextOf(lane.rules, base.header), block)
  const { gas: asked = CALL_GAS_MAX } = request
  const gasLimit = asked < CALL_GAS_MAX ? asked : CALL_GAS_MAX
  let accessList = new Touched(request.accessList)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const message = readMessage({ ...request, accessList: accessList.entries() }, context)
    const touched = await touchedBy(lane, message, gasLimit, accessList)
    if (touched.kind === 'failed') return touched
    if (touched.list.isLike(accessList)) {
      const { gasUsed, error } = touched
      return { kind: 'ok', accessList: accessList.entries(), gasUsed, ...(error && { error }) }
    }
    accessList = touched.list
  }
  return { kind: 'failed', reason: `the access list does not settle in ${ROUNDS_MAX} rounds` }
}

type Round =
  | { readonly kind: 'failed'; readonly reason: string }
  | {
      readonly kind: 'touched'
      readonly list: Touched
      readonly gasUsed: bigint
      readonly error: string | undefined
    }

async function touchedBy(
  lane: Lane,
  message: CallMessage,
  gasLimit: bigint,
  known: Touched,
): Promise<Round> {
  const list = new Touched(known.entries())
  const traced = await tracedMessage(lane, message, gasLimit)
  let round: Round = { kind: 'failed', reason: 'nothing was executed' }
  await observe(lane, new AccessListTracer(list), traced, async () => {
    const result = await runMessage(lane, message, gasLimit)
    if (result.kind === 'refused') {
      round = { kind: 'failed', reason: result.reason }
      return { gasUsed: 0n }
    }
    const { exceptionError } = result.execution
    const error = exceptionError && wordsOf(exceptionError.error)
    round = { kind: 'touched', list, gasUsed: result.gasUsed, error }
    return result
  })
  return round
}

async function tracedMessage(
  lane: Lane,
  { caller, to, coinbase, authorizations }: CallMessage,
  gasLimit: bigint,
): Promise<TracedMessage> {
  const from = caller.toString()
  const { current } = await lane.overlay.loadAccount(from)
  const chainId = lane.evm.common.chainId()
  // Only those that may hold make their authorities warm.
  const list = authorizations.map(authorizationBytes).filter((item) => isFor(item, chainId))
  return {
    from,
    to: to?.toString(),
    nonce: current?.nonce ?? 0n,
    gasLimit,
    coinbase,
    authorities: await authoritiesOf(lane, list),
    place: undefined,
  }
}

/** In geth's words. */
function wordsOf(error: string): string {
  return error === 'revert' ? 'execution reverted' : failureReason(error)
}

/** Accounts and slots, each once. */
class Touched {
  readonly #slots = new Map<Address, Set<Hex>>()

  constructor(list: CallRequest['accessList'] = []) {
    for (const { address, storageKeys } of list) {
      this.addAccount(address)
      for (const slot of storageKeys) this.addSlot(address, slot)
    }
  }

  addAccount(address: Address): Set<Hex> {
    const slots = this.#slots.get(address) ?? new Set()
    this.#slots.set(address, slots)
    return slots
  }

  addSlot(address: Address, slot: Hex): void {
    this.addAccount(address).add(slot)
  }

  isLike(other: Touched): boolean {
    return JSON.stringify(this.entries()) === JSON.stringify(other.entries())
  }

  /** Sorted, so that the same list reads the same. */
  entries(): NonNullable<CallRequest['accessList']> {
    return [...this.#slots]
      .map(([address, slots]) => ({ address, storageKeys: [...slots].sort() }))
      .sort((a, b) => (a.address < b.address ? -1 : 1))
  }
}

/** Accounts that an operation names on top of the stack, and one below it. */
const NAME_ON_TOP: ReadonlySet<number> = new Set([
  ...[OP.BALANCE, OP.EXTCODESIZE, OP.EXTCODECOPY, OP.EXTCODEHASH, OP.SELFDESTRUCT],
])
const NAME_BELOW: ReadonlySet<number> = new Set([
  ...[OP.CALL, OP.CALLCODE, OP.DELEGATECALL, OP.STATICCALL],
])

class AccessListTracer implements Tracer {
  readonly #list: Touched
  /** Warm without a list: the sender, the target, precompiles, authorities. */
  #isFree: (address: Address) => boolean = () => false

  constructor(list: Touched) {
    this.#list = list
  }

  start({ from, to, authorities }: TracedMessage, state: StateOf): void {
    const warm = new Set<Address | undefined>([from, to, ...authorities])
    this.#isFree = (address) => warm.has(address) || state.isPrecompile(address)
  }

  step({ opcode, stack, address, error }: Step): void {
    if (error !== undefined) return
    if (opcode === OP.SLOAD || opcode === OP.SSTORE) {
      this.#list.addSlot(address, word(stack.at(-1), 32))
    } else if (NAME_ON_TOP.has(opcode)) this.#add(word(stack.at(-1), 20))
    else if (NAME_BELOW.has(opcode)) this.#add(word(stack.at(-2), 20))
  }

  /** Below the top, where what is created has no name on the stack. */
  enter({ depth, kind, to }: FrameEntry): void {
    if (depth > 0 && (kind === 'CREATE' || kind === 'CREATE2')) this.#add(to)
  }

  result(): undefined {
    return undefined
  }

  #add(address: Address): void {
    if (!this.#isFree(address)) this.#list.addAccount(address)
  }
}

type StateOf = Parameters<NonNullable<Tracer['start']>>[1]

/** The low bytes of a word of the stack. */
function word(value: bigint | undefined, bytes: 20 | 32): Hex {
  const low = BigInt.asUintN(8 * bytes, value ?? 0n)
  return `0x${low.toString(16).padStart(2 * bytes, '0')}`
}
