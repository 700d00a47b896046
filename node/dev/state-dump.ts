/**
 * The whole state after the head as JSON, and back: accounts with their code and storage, in the
 * members that anvil gives them. Blocks and transactions are not in it.
 */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { bytesToHex, hexToBytes } from '../../consensus/codec/hex.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import type { BlockSummary } from '../events.ts'
import type { StateStore } from '../state/state-store.ts'
import type { KeyValueReader } from '../storage/database.ts'
import { tableEnd, tableStart } from '../storage/keys.ts'
import { DevError } from './dev-error.ts'
import type { AccountEdit, StateEdit } from './state-writer.ts'

/** Unpacked. */
const DUMP_BYTES_MAX = 256 * 1024 * 1024
const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const WORD = /^0x[0-9a-fA-F]{1,64}$/
const BYTES = /^0x([0-9a-fA-F]{2})*$/
const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`

type DumpedAccount = { nonce: number; balance: Hex; code: Hex; storage: Record<Hex, Hex> }

/** JSON, packed by gzip. */
export async function dumpState(
  store: KeyValueReader,
  state: StateStore,
  head: BlockSummary,
): Promise<Uint8Array> {
  const view = state.viewAfter(head)
  const accounts: Record<Address, DumpedAccount> = {}
  const slots = await knownSlots(store, state, head)
  for (const [address, ofAccount] of slots) {
    const account = await view.account(address)
    if (account === undefined) continue
    const storage: Record<Hex, Hex> = {}
    for (const slot of ofAccount) {
      const value = await view.storage(address, slot)
      if (value !== ZERO_WORD) storage[slot] = value
    }
    accounts[address] = {
      nonce: Number(account.nonce),
      balance: `0x${account.balance.toString(16)}`,
      code: bytesToHex(await view.code(account.codeHash)),
      storage,
    }
  }
  const { number, timestamp } = head.header
  const block = { number: `0x${number.toString(16)}`, timestamp: `0x${timestamp.toString(16)}` }
  const json = JSON.stringify({ block, accounts })
  return promisify(gzip)(Buffer.from(json))
}

/** Every account of the flat tables and of what was written by hand, with its slots. */
async function knownSlots(
  store: KeyValueReader,
  { edits }: StateStore,
  head: BlockSummary,
): Promise<ReadonlyMap<Address, ReadonlySet<Hex>>> {
  const known = new Map<Address, Set<Hex>>()
  const add = (address: Address, slot?: Hex): void => {
    const slots = known.get(address) ?? new Set<Hex>()
    known.set(address, slots)
    if (slot !== undefined) slots.add(slot)
  }
  const accounts = { gte: tableStart('account'), lt: tableEnd('account') }
  for await (const [entry] of store.entries(accounts)) add(bytesToHex(entry.subarray(1, 21)))
  const storage = { gte: tableStart('storage'), lt: tableEnd('storage') }
  for await (const [entry] of store.entries(storage)) {
    add(bytesToHex(entry.subarray(1, 21)), bytesToHex(entry.subarray(21, 53)))
  }
  const record = await edits.of(head.hash)
  for (const address of record?.accounts.keys() ?? []) add(address)
  for (const [address, slots] of record?.storage ?? []) {
    for (const slot of slots.keys()) add(address, slot)
  }
  return known
}

/** Of ours or of anvil's. Throws a {@link DevError} DUMP_UNREADABLE or DUMP_TOO_LARGE. */
export async function readDump(dump: Uint8Array): Promise<StateEdit> {
  const accounts = memberOf(parse(await unpack(dump)), 'accounts')
  const edit = new Map<Address, AccountEdit>()
  for (const [address, account] of Object.entries(asObject(accounts, 'accounts'))) {
    if (!ADDRESS.test(address)) throw unreadable(`${address} is no address`)
    edit.set(address.toLowerCase() as Address, readAccount(asObject(account, address)))
  }
  return edit
}

async function unpack(dump: Uint8Array): Promise<string> {
  const isPacked = dump[0] === 0x1f && dump[1] === 0x8b
  try {
    const bytes = isPacked
      ? await promisify(gunzip)(dump, { maxOutputLength: DUMP_BYTES_MAX })
      : Buffer.from(dump)
    return bytes.toString('utf8')
  } catch (cause) {
    const isLong = cause instanceof RangeError
    throw isLong
      ? new DevError({ code: 'DUMP_TOO_LARGE', bytesMax: DUMP_BYTES_MAX }, { cause })
      : unreadable('it is not packed as it should be', { cause })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unreadable('it is no JSON', { cause })
  }
}

function readAccount(account: Readonly<Record<string, unknown>>): AccountEdit {
  const { nonce = 0, balance = '0x0', code = '0x', storage = {} } = account
  if (typeof code !== 'string' || !BYTES.test(code)) throw unreadable('code is no bytes')
  const slots = new Map<Hex, Hex>()
  for (const [slot, value] of Object.entries(asObject(storage, 'storage'))) {
    slots.set(readWord(slot), readWord(value))
  }
  return {
    nonce: readInteger(nonce),
    balance: readInteger(balance),
    code: hexToBytes(code as Hex),
    ...(slots.size > 0 && { storage: slots }),
  }
}

function readInteger(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  if (typeof value === 'string' && WORD.test(value)) return BigInt(value)
  throw unreadable('a nonce or a balance is no integer')
}

function readWord(value: unknown): Hex {
  if (typeof value !== 'string' || !WORD.test(value)) throw unreadable('a slot is no word')
  return `0x${value.slice(2).toLowerCase().padStart(64, '0')}`
}

function memberOf(value: unknown, name: string): unknown {
  return asObject(value, 'the state')[name]
}

function asObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(`${name} is no object`)
  }
  return value as Readonly<Record<string, unknown>>
}

function unreadable(reason: string, options?: ErrorOptions): DevError {
  return new DevError({ code: 'DUMP_UNREADABLE', reason }, options)
}
