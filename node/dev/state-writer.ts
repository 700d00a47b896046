/**
 * Writes into the state after the head what no transaction wrote, and on disk at once. What stood
 * in the state and the addresses that consensus itself runs are left whole.
 */
import { EMPTY_TRIE_ROOT } from '../../consensus/codec/ordered-trie-root.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { ChainParts } from '../chain/open-chain.ts'
import type { BlockSummary } from '../events.ts'
import { wordBytes } from '../state/flat/flat-codec.ts'
import { bytesOfHex } from '../state/flat/integers.ts'
import { NEW_ACCOUNT, StateOverlay } from '../state/overlay.ts'
import { settleOverlay } from '../state/settle-overlay.ts'
import type { StateChanges } from '../state/types.ts'
import { type KeyValueStore, WriteBatch } from '../storage/database.ts'
import { key } from '../storage/keys.ts'
import { DevError } from './dev-error.ts'
import type { EditRecord } from './state-edits.ts'

/** What is given replaces what is there. */
export type AccountEdit = {
  readonly balance?: bigint
  /** On top of the balance, which stops at the most that 256 bits hold. */
  readonly deposit?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  /** Slots of 32 bytes to values of 32 bytes; the others stay. */
  readonly storage?: ReadonlyMap<Hex, Hex>
}

export type StateEdit = ReadonlyMap<Address, AccountEdit>

const BALANCE_MAX = 2n ** 256n - 1n
const OWN_CONTRACTS: ReadonlySet<Address> = new Set(Object.values(PREDEPLOYS))

/** Throws a {@link DevError} for what no chain could go on from; then nothing is written. */
export async function writeState(
  { state }: ChainParts,
  store: KeyValueStore,
  head: BlockSummary,
  edit: StateEdit,
): Promise<void> {
  const overlay = new StateOverlay(state.viewAfter(head))
  for (const [address, account] of edit) await writeAccount(overlay, address, account)
  const changes = await settleOverlay(overlay, state.nodes)
  if (changes.stateRoot === changes.parentStateRoot) return
  const { hash, header } = head
  const { accounts, storage } = await state.edits.compose(hash, changes)
  const { number, parentHash, stateRoot: parentStateRoot } = header
  const { stateRoot } = changes
  const record = { number, parentHash, parentStateRoot, stateRoot, accounts, storage }
  await writeEdit({ state }, store, head, record, changes)
}

/** Makes `record` all that was written on `block`; undefined: nothing was. */
export async function writeEdit(
  { state }: Pick<ChainParts, 'state'>,
  store: KeyValueStore,
  block: BlockSummary,
  record: EditRecord | undefined,
  changes?: StateChanges,
): Promise<void> {
  const batch = new WriteBatch()
  for (const { hash, node } of changes?.trieNodes ?? []) batch.put(key('trieNode', hash), node)
  for (const [codeHash, code] of changes?.code ?? []) {
    batch.put(key('code', bytesOfHex(codeHash)), code)
  }
  state.edits.stage(batch, block.hash, record)
  try {
    await store.write(batch)
  } catch (error) {
    state.edits.discarded()
    throw error
  }
  state.edits.committed()
}

async function writeAccount(
  overlay: StateOverlay,
  address: Address,
  { balance, deposit, nonce, code, storage }: AccountEdit,
): Promise<void> {
  verifyEditable(address, { balance: balance ?? deposit, nonce, code, storage })
  const entry = await overlay.loadAccount(address)
  const account = entry.current ?? NEW_ACCOUNT
  overlay.setAccount(entry, {
    ...account,
    balance: atMost(BALANCE_MAX, (balance ?? account.balance) + (deposit ?? 0n)),
    nonce: nonce ?? account.nonce,
  })
  if (code !== undefined) overlay.setCode(entry, code)
  for (const [slot, value] of storage ?? []) {
    overlay.setSlot(await overlay.loadSlot(address, slot), wordBytes(value))
  }
  if ((await overlay.loadCode(entry)).length > 0) return
  const { current } = entry
  if (current === undefined || current.balance > 0n || current.nonce > 0n) return
  const hadStorage = (entry.base?.storageRoot ?? EMPTY_TRIE_ROOT) !== EMPTY_TRIE_ROOT
  if (hadStorage || (storage?.size ?? 0) > 0) throw new DevError({ code: 'EMPTY', address })
  overlay.deleteAccount(entry)
}

function atMost(max: bigint, value: bigint): bigint {
  return value < max ? value : max
}

type Edited = { readonly [Name in keyof AccountEdit]: AccountEdit[Name] | undefined }

/** They run in every block: a chain whose own contracts are broken makes no other one. */
function verifyEditable(address: Address, { balance, nonce, code, storage }: Edited): void {
  if (!OWN_CONTRACTS.has(address)) return
  const isVault = address === PREDEPLOYS.ComputeMiningVault && balance !== undefined
  const isTouched = nonce !== undefined || code !== undefined || storage !== undefined
  if (isVault || isTouched) throw new DevError({ code: 'OWN_CONTRACT', address })
}
