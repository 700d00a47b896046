/** The overlay against a model that copies everything at each checkpoint. */
import { bytesToHex, KECCAK256_NULL } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hash, Hex } from '../../../../consensus/types.ts'
import {
  EMPTY_CODE_HASH,
  EMPTY_TRIE_ROOT,
  ZERO_WORD,
} from '../../../../node/state/flat/flat-codec.ts'
import { NEW_ACCOUNT, StateOverlay } from '../../../../node/state/overlay.ts'
import type { AccountRecord, StateView } from '../../../../node/state/types.ts'
import { Random } from '../../../support/random.ts'

const addressOf = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`
const slotOf = (index: number): Hex => `0x${index.toString(16).padStart(64, '0')}`

/** A view of accounts 0 to 4, of which the even ones have slots 0 and 1 set. */
const VIEW: StateView = {
  stateRoot: ZERO_WORD,
  account: async (address) => {
    const index = Number(address)
    if (index > 4) return undefined
    return record(BigInt(index), BigInt(index) * 100n, index % 2 === 0)
  },
  storage: async (address, slot) => {
    const isSet = Number(address) % 2 === 0 && Number(address) <= 4 && BigInt(slot) < 2n
    return isSet ? slotOf(Number(address) + 7) : ZERO_WORD
  },
  code: async () => new Uint8Array(0),
}

function record(nonce: bigint, balance: bigint, hasStorage: boolean): AccountRecord {
  const storageRoot: Hash = hasStorage ? `0x${'11'.repeat(32)}` : EMPTY_TRIE_ROOT
  return { nonce, balance, storageRoot, codeHash: EMPTY_CODE_HASH }
}

type Model = {
  readonly accounts: Map<Address, { nonce: bigint; balance: bigint } | undefined>
  readonly slots: Map<string, bigint>
}

const copyOf = ({ accounts, slots }: Model): Model => ({
  accounts: new Map(accounts),
  slots: new Map(slots),
})

async function check(overlay: StateOverlay, model: Model, originals: ReadonlyMap<string, bigint>) {
  let total = 0n
  for (let index = 0; index < 8; index++) {
    const address = addressOf(index)
    const { current, base } = await overlay.loadAccount(address)
    const expected = model.accounts.get(address)
    expect(current && { nonce: current.nonce, balance: current.balance }).toEqual(expected)
    total += (expected?.balance ?? 0n) - (base?.balance ?? 0n)
    for (let slot = 0; slot < 4; slot++) {
      const entry = await overlay.loadSlot(address, slotOf(slot))
      const key = `${index}/${slot}`
      expect(BigInt(bytesToHex(entry.value).padEnd(3, '0')), key).toBe(model.slots.get(key) ?? 0n)
      const original = overlay.originalValue(entry)
      expect(BigInt(bytesToHex(original).padEnd(3, '0')), `original ${key}`).toBe(
        originals.get(key) ?? 0n,
      )
    }
  }
  expect(overlay.balanceChange).toBe(total)
}

async function initialModel(): Promise<Model> {
  const model: Model = { accounts: new Map(), slots: new Map() }
  for (let index = 0; index < 8; index++) {
    const account = await VIEW.account(addressOf(index))
    model.accounts.set(
      addressOf(index),
      account && { nonce: account.nonce, balance: account.balance },
    )
    for (let slot = 0; slot < 4; slot++) {
      model.slots.set(
        `${index}/${slot}`,
        BigInt(await VIEW.storage(addressOf(index), slotOf(slot))),
      )
    }
  }
  return model
}

describe('node / state / overlay', () => {
  it('random writes, checkpoints, reverts and commits come out as in the model', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed)
      const overlay = new StateOverlay(VIEW)
      let model = await initialModel()
      let originals = new Map(model.slots)
      const saved: Model[] = []
      for (let step = 0; step < 120; step++) {
        const index = random.below(8)
        const entry = await overlay.loadAccount(addressOf(index))
        const kind = random.below(10)
        if (kind < 3) {
          const [nonce, balance] = [BigInt(random.below(9)), BigInt(random.below(900))]
          overlay.setAccount(entry, { ...(entry.current ?? NEW_ACCOUNT), nonce, balance })
          model.accounts.set(addressOf(index), { nonce, balance })
        } else if (kind < 6) {
          const slot = random.below(4)
          const value = random.below(3)
          const bytes = value === 0 ? new Uint8Array(0) : Uint8Array.of(value)
          overlay.setSlot(await overlay.loadSlot(addressOf(index), slotOf(slot)), bytes)
          model.slots.set(`${index}/${slot}`, BigInt(value))
        } else if (kind === 6 && index % 2 === 1) {
          // Only accounts without stored slots can lose their storage at once.
          overlay.deleteAccount(entry)
          model.accounts.set(addressOf(index), undefined)
          for (let slot = 0; slot < 4; slot++) model.slots.set(`${index}/${slot}`, 0n)
        } else if (kind === 7) {
          overlay.checkpoint()
          saved.push(copyOf(model))
        } else if (kind === 8 && saved.length > 0) {
          overlay.revert()
          model = saved.pop()!
        } else if (saved.length > 0) {
          overlay.commit()
          saved.pop()
        } else {
          overlay.endTransaction()
          originals = new Map(model.slots)
        }
        if (step % 10 === 0) await check(overlay, model, originals)
      }
      await check(overlay, model, originals)
    }
  })

  it('code is under the journal, and the same code is the same object', async () => {
    const overlay = new StateOverlay(VIEW)
    const entry = await overlay.loadAccount(addressOf(1))
    overlay.checkpoint()
    overlay.setCode(entry, Uint8Array.of(1, 2, 3))
    const code = await overlay.loadCode(entry)
    expect(code).toEqual(Uint8Array.of(1, 2, 3))
    expect(await overlay.loadCode(entry)).toBe(code)
    overlay.revert()
    expect(await overlay.loadCode(entry)).toEqual(new Uint8Array(0))
    expect(entry.current?.codeHash).toEqual(KECCAK256_NULL)
  })

  it('an account with stored slots never loses them at once', async () => {
    const overlay = new StateOverlay(VIEW)
    const entry = await overlay.loadAccount(addressOf(2))
    expect(() => overlay.deleteAccount(entry)).toThrow('stored slots')
  })

  it('storage that an override replaced shows nothing of the view', async () => {
    const overlay = new StateOverlay(VIEW)
    overlay.replaceStorage(addressOf(2), new Map([[slotOf(3), Uint8Array.of(9)]]))
    expect((await overlay.loadSlot(addressOf(2), slotOf(0))).value).toEqual(new Uint8Array(0))
    expect((await overlay.loadSlot(addressOf(2), slotOf(3))).value).toEqual(Uint8Array.of(9))
  })

  it('two reads of one account that are under way give one entry', async () => {
    const overlay = new StateOverlay(VIEW)
    const [a, b] = await Promise.all([
      overlay.loadAccount(addressOf(3)),
      overlay.loadAccount(addressOf(3)),
    ])
    expect(a).toBe(b)
    const [c, d] = await Promise.all([
      overlay.loadSlot(addressOf(3), slotOf(0)),
      overlay.loadSlot(addressOf(3), slotOf(0)),
    ])
    expect(c).toBe(d)
  })
})
