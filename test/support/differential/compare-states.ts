/** Two whole states, account by account and slot by slot. */
import { gunzipSync } from 'node:zlib'
import type { Address, Hex } from '../../../consensus/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import type { KeyValueStore } from '../../../node/storage/database.ts'
import { type FlatState, readFlatState } from '../flat-state.ts'
import type { Anvil } from './anvil.ts'
import type { Difference } from './compare-results.ts'

/** A line is enough for most; more would hide the first. */
const LINES_MAX = 20

type DumpedAccount = {
  readonly nonce: number | Hex
  readonly balance: Hex
  readonly code: Hex
  readonly storage: Readonly<Record<Hex, Hex>>
}

/** Undefined when both sides hold the same; anvil's empty accounts are none. */
export async function differenceOfStates(
  store: KeyValueStore,
  anvil: Anvil,
): Promise<Difference | undefined> {
  const ours = describeOurs(await readFlatState(store))
  const theirs = describeTheirs(await dump(anvil))
  const facts = [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((fact) => ours.get(fact) !== theirs.get(fact))
    .slice(0, LINES_MAX)
  if (facts.length === 0) return undefined
  const values = (side: ReadonlyMap<string, string>) =>
    Object.fromEntries(facts.map((fact) => [fact, side.get(fact) ?? 'none']))
  return { what: 'state', ours: values(ours), anvil: values(theirs) }
}

async function dump(anvil: Anvil): Promise<ReadonlyMap<Address, DumpedAccount>> {
  const zipped = await anvil.call<Hex>('anvil_dumpState')
  const json = gunzipSync(Buffer.from(zipped.slice(2), 'hex')).toString()
  const { accounts } = JSON.parse(json) as { accounts: Record<Address, DumpedAccount> }
  return new Map(Object.entries(accounts) as [Address, DumpedAccount][])
}

function describeOurs({ accounts, storage }: FlatState): Map<string, string> {
  const facts = new Map<string, string>()
  for (const [address, { nonce, balance, codeHash }] of accounts) {
    facts.set(`${address} nonce`, String(nonce))
    facts.set(`${address} balance`, String(balance))
    facts.set(`${address} code`, codeHash)
    for (const [slot, value] of storage.get(address) ?? []) {
      facts.set(`${address} ${slot}`, String(BigInt(value)))
    }
  }
  return facts
}

function describeTheirs(accounts: ReadonlyMap<Address, DumpedAccount>): Map<string, string> {
  const facts = new Map<string, string>()
  for (const [address, { nonce, balance, code, storage }] of accounts) {
    const isEmpty = BigInt(nonce) === 0n && BigInt(balance) === 0n && code.length <= 2
    if (isEmpty) continue
    facts.set(`${address} nonce`, String(BigInt(nonce)))
    facts.set(`${address} balance`, String(BigInt(balance)))
    facts.set(`${address} code`, codeHashOf(code))
    for (const [slot, value] of Object.entries(storage)) {
      const key = `${address} 0x${BigInt(slot).toString(16).padStart(64, '0')}`
      if (BigInt(value) !== 0n) facts.set(key, String(BigInt(value)))
    }
  }
  return facts
}

function codeHashOf(code: Hex): Hex {
  return `0x${Buffer.from(keccak256(Buffer.from(code.slice(2), 'hex'))).toString('hex')}`
}
