/**
 * The accounts and slots that a transaction needs, as they were before it, and in diff mode what
 * it made of them: geth's `prestateTracer`. What a block does around its transactions is not in it:
 * neither the sink that the base fee goes to, nor rewards.
 */
import { bytesToHex, generateAddress, generateAddress2, hexToBytes } from '@ethereumjs/util'
import { assert } from '../../../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../../../consensus/types.ts'
import { TRANSFER_PRECOMPILE } from '../../../../genesis/predeploys.ts'
import { EMPTY_CODE_HASH } from '../../../state/flat/flat-codec.ts'
import { integerBytes } from '../../../state/flat/integers.ts'
import { addressOf } from '../../interpreter/operations/state-access.ts'
import { isDelegation } from '../../transaction/inclusion-rules.ts'
import { OP } from '../evm/opcodes.ts'
import { isCall } from '../evm/step-cost.ts'
import { memoryAt, readCall } from '../evm/step-operands.ts'
import type { TraceBudget } from '../trace-budget.ts'
import type { ProbedAccount, StateProbe, Step, TracedMessage, Tracer } from '../tracer.ts'
import { hexOf, quantityOf, wordHex } from '../words.ts'

export type PrestateConfig = {
  readonly diffMode?: boolean
  readonly disableCode?: boolean
  readonly disableStorage?: boolean
  readonly includeEmpty?: boolean
}

type Known = ProbedAccount & { readonly storage: Map<Hex, Hex> }

export type AccountJson = {
  balance?: Hex
  code?: Hex
  codeHash?: Hash
  nonce?: number
  storage?: Readonly<Record<Hex, Hex>>
}

type StateJson = Record<Address, AccountJson>

const ACCOUNT_BYTES = 180
const SLOT_BYTES = 138
const ZERO_WORD = wordHex(0n)
const READS_ACCOUNT: ReadonlySet<number> = new Set([
  ...[OP.BALANCE, OP.EXTCODESIZE, OP.EXTCODECOPY, OP.EXTCODEHASH, OP.SELFDESTRUCT],
])

export class PrestateTracer implements Tracer {
  readonly #config: PrestateConfig
  readonly #budget: TraceBudget
  readonly #known = new Map<Address, Known>()
  readonly #created = new Set<Address>()
  readonly #deleted = new Set<Address>()
  #state: StateProbe | undefined
  #post: StateJson = {}
  #unchanged: ReadonlySet<Address> = new Set()

  constructor(config: PrestateConfig, budget: TraceBudget) {
    this.#config = config
    this.#budget = budget
  }

  async start({ from, to, nonce, coinbase, authorities }: TracedMessage, state: StateProbe) {
    this.#state = state
    const target = to ?? createdAddress(from, nonce)
    if (to === undefined) this.#created.add(target)
    else await this.#lookUpDelegate(target)
    for (const address of [from, target, coinbase, ...authorities]) await this.#lookUp(address)
  }

  step(step: Step): undefined | Promise<void> {
    const { opcode, error, address } = step
    if (error !== undefined) return undefined
    if (opcode === OP.SLOAD || opcode === OP.SSTORE) return this.#lookUpSlot(step)
    if (READS_ACCOUNT.has(opcode)) {
      const isGone = this.#probe.destroysAny || this.#created.has(address)
      if (opcode === OP.SELFDESTRUCT && isGone) this.#deleted.add(address)
      return this.#lookUp(addressOf(step.stack.at(-1) ?? 0n))
    }
    if (isCall(opcode)) return this.#lookUpCallee(step)
    if (opcode === OP.CREATE || opcode === OP.CREATE2) return this.#lookUpCreated(step)
    return undefined
  }

  async end(): Promise<void> {
    if (this.#config.diffMode !== true) return
    const unchanged = new Set<Address>()
    const post: StateJson = {}
    for (const [address, before] of this.#known) {
      if (this.#deleted.has(address)) continue
      const change = await this.#changeOf(address, before)
      if (change === undefined) unchanged.add(address)
      else post[address] = change
    }
    this.#post = post
    this.#unchanged = unchanged
  }

  result(): unknown {
    const pre: StateJson = {}
    for (const [address, account] of this.#known) {
      const isShown = this.#config.includeEmpty === true || !isEmpty(account)
      if (isShown && !this.#unchanged.has(address)) pre[address] = this.#format(account)
    }
    return this.#config.diffMode === true ? { post: this.#post, pre } : pre
  }

  get #probe(): StateProbe {
    assert(this.#state !== undefined, 'a trace begins before its first step')
    return this.#state
  }

  async #lookUp(address: Address): Promise<void> {
    if (this.#known.has(address)) return
    const account = await this.#probe.account(address)
    const { code } = account
    this.#budget.spend(ACCOUNT_BYTES + (this.#config.disableCode === true ? 0 : 2 * code.length))
    this.#known.set(address, { ...account, storage: new Map() })
  }

  async #lookUpCallee(step: Step): Promise<void> {
    const { to, input } = readCall(step)
    await this.#lookUp(to)
    await this.#lookUpDelegate(to)
    // It moves coins between accounts that no operation names.
    if (to !== TRANSFER_PRECOMPILE || !this.#probe.isPrecompile(to)) return
    await this.#lookUp(bytesToHex(memoryAt(input, 12n, 20n)))
    await this.#lookUp(bytesToHex(memoryAt(input, 44n, 20n)))
  }

  async #lookUpDelegate(address: Address): Promise<void> {
    const { code } = await this.#probe.account(address)
    if (isDelegation(code)) await this.#lookUp(bytesToHex(code.subarray(3)))
  }

  async #lookUpCreated({ opcode, stack, memory, address }: Step): Promise<void> {
    const [, offset = 0n, length = 0n, salt = 0n] = stack.slice(-4).reverse()
    const created =
      opcode === OP.CREATE
        ? createdAddress(address, (await this.#probe.account(address)).nonce)
        : saltedAddress(address, salt, memoryAt(memory, offset, length))
    await this.#lookUp(created)
    this.#created.add(created)
  }

  async #lookUpSlot({ address, stack }: Step): Promise<void> {
    if (this.#config.disableStorage === true) return
    await this.#lookUp(address)
    const storage = this.#known.get(address)?.storage
    const slot = wordHex(stack.at(-1) ?? 0n)
    if (storage === undefined || storage.has(slot)) return
    this.#budget.spend(SLOT_BYTES)
    storage.set(slot, await this.#probe.slot(address, slot))
  }

  /** What is not as it was; `before` keeps only those of its slots. */
  async #changeOf(address: Address, before: Known): Promise<AccountJson | undefined> {
    const after = await this.#probe.account(address)
    const change: AccountJson = {}
    if (after.balance !== before.balance) change.balance = quantityOf(after.balance)
    if (after.nonce !== before.nonce) change.nonce = Number(after.nonce)
    if (after.codeHash !== before.codeHash) {
      change.codeHash = after.codeHash ?? EMPTY_CODE_HASH
      if (this.#config.disableCode !== true) change.code = hexOf(after.code)
    }
    const written: Record<Hex, Hex> = {}
    let hasWritten = false
    for (const [slot, value] of before.storage) {
      const now = await this.#probe.slot(address, slot)
      if (now === value || value === ZERO_WORD) before.storage.delete(slot)
      if (now === value) continue
      hasWritten = true
      if (now !== ZERO_WORD) written[slot] = now
    }
    if (Object.keys(written).length > 0) change.storage = written
    return hasWritten || Object.keys(change).length > 0 ? change : undefined
  }

  #format({ balance, nonce, code, codeHash, storage }: Known): AccountJson {
    const json: AccountJson = { balance: quantityOf(balance) }
    if (code.length > 0 && this.#config.disableCode !== true) json.code = hexOf(code)
    if (codeHash !== undefined) json.codeHash = codeHash
    if (nonce > 0n) json.nonce = Number(nonce)
    if (storage.size > 0) json.storage = Object.fromEntries(storage)
    return json
  }
}

function isEmpty({ balance, nonce, code }: ProbedAccount): boolean {
  return balance === 0n && nonce === 0n && code.length === 0
}

function createdAddress(from: Address, nonce: bigint): Address {
  return bytesToHex(generateAddress(hexToBytes(from), integerBytes(nonce)))
}

function saltedAddress(from: Address, salt: bigint, initcode: Uint8Array): Address {
  return bytesToHex(generateAddress2(hexToBytes(from), hexToBytes(wordHex(salt)), initcode))
}
