/**
 * The rules of docs/spec/mempool.md in the plainest words, without an index, a heap or a count:
 * what the real pool is compared with.
 */
import type { Address, Hash } from '../../../../consensus/types.ts'
import type { SenderAccount } from '../../../../node/mempool/pool/account-queue.ts'
import type { Newcomer, PoolLimits } from '../../../../node/mempool/pool/transaction-pool.ts'
import { costOf } from './pool-fixture.ts'

type Item = Newcomer & {
  readonly hash: Hash
  readonly sender: Address
  readonly nonce: bigint
  readonly feeCap: bigint
  readonly tipCap: bigint
  readonly cost: bigint
  readonly slots: number
  readonly arrival: number
  isExecutable: boolean
}

const EXECUTABLE_OF_PEER = 16
const QUEUED_OF_PEER = 64

export class NaivePool {
  readonly #limits: PoolLimits
  readonly #accounts = new Map<Address, SenderAccount>()
  #items: Item[] = []
  #arrivals = 0
  baseFee = 0n
  /** How often one that waited took the place of another. */
  displaced = 0
  /** How often one was worth several. */
  severalWent = 0

  constructor(limits: PoolLimits) {
    this.#limits = limits
  }

  /** The code of the refusal. */
  add(newcomer: Newcomer, account: SenderAccount): string | undefined {
    const item = this.#itemOf(newcomer)
    if (this.#items.some(({ hash }) => hash === item.hash)) return 'ALREADY_KNOWN'
    if (this.#of(item.sender).length > 0) {
      const known = this.#accounts.get(item.sender)
      const isSame = known?.nonce === account.nonce && known.balance === account.balance
      if (!isSame) this.settle(item.sender, account)
    }
    this.#accounts.set(item.sender, account)
    const held = this.#of(item.sender).find(({ nonce }) => nonce === item.nonce)
    const reserved = this.#run(item.sender).filter((other) => other !== held)
    if (sum(reserved) + item.cost > account.balance) return 'INSUFFICIENT_FUNDS'
    if (held !== undefined) {
      const isBumped = (before: bigint, after: bigint) =>
        after > before && after * 10n >= before * 11n
      if (!isBumped(held.feeCap, item.feeCap) || !isBumped(held.tipCap, item.tipCap)) {
        return 'REPLACEMENT_UNDERPRICED'
      }
      const refusal = this.#makeReplacementRoom(held, item)
      if (refusal !== undefined) return refusal
      this.#items = this.#items.filter((other) => other !== held)
      item.isExecutable = held.isExecutable
    } else {
      const refusal = this.#makeRoom(item)
      if (refusal !== undefined) return refusal
    }
    this.#items.push(item)
    this.#promote(item.sender)
    this.#trim()
    return undefined
  }

  settle(sender: Address, account: SenderAccount, orphans: readonly Newcomer[] = []): void {
    this.#accounts.set(sender, account)
    for (const item of this.#of(sender)) item.isExecutable = false
    for (const orphan of orphans) {
      const { nonce } = orphan.transaction.tx
      if (this.#of(sender).some((item) => item.nonce === nonce)) continue
      this.#items.push(this.#itemOf(orphan))
    }
    this.#items = this.#items.filter(
      (item) => item.sender !== sender || (item.nonce >= account.nonce && !account.isContract),
    )
    this.#promote(sender)
    this.#enforce(sender)
  }

  expire(nowMs: number): void {
    while (this.#items[0] && nowMs - this.#items[0].addedMs >= this.#limits.lifetimeMs) {
      this.#drop(this.#items[0])
    }
  }

  executable(): Set<Hash> {
    return new Set(this.#items.filter((item) => item.isExecutable).map(({ hash }) => hash))
  }

  queued(): Set<Hash> {
    return new Set(this.#items.filter((item) => !item.isExecutable).map(({ hash }) => hash))
  }

  bestFirst(): Hash[] {
    const runs = new Map(this.#senders().map((sender) => [sender, this.#run(sender)]))
    const order: Hash[] = []
    for (;;) {
      const heads = [...runs.values()].flatMap(([head]) => head ?? [])
      const best = heads
        .filter((item) => this.#tip(item) >= 0n)
        .sort((a, b) => compare(this.#tip(b), this.#tip(a)) || a.arrival - b.arrival)[0]
      if (best === undefined) return order
      order.push(best.hash)
      runs.get(best.sender)?.shift()
    }
  }

  /** The cheapest executable ones wait, if all of them are worth less. */
  #displace(missing: number, tip: bigint): boolean {
    const victims = this.#victims('executable', missing, tip)
    for (const victim of victims ?? []) {
      victim.isExecutable = false
      this.#enforcePlaces(victim.sender)
    }
    this.displaced += victims?.length ?? 0
    return victims !== undefined
  }

  /** One after the other the cheapest, until they have so many slots; undefined if one is too dear. */
  #victims(kind: 'executable' | 'queued', missing: number, tip?: bigint, spared?: Address) {
    const gone: Item[] = []
    while (slotsOf(gone) < missing) {
      const runOf = ({ sender }: Item) => this.#run(sender).filter((item) => !gone.includes(item))
      const priceOf = (item: Item) =>
        kind === 'executable' ? this.#runTip(runOf(item)) : this.#tip(item)
      const left =
        kind === 'executable'
          ? this.#items.filter((item) => runOf(item).at(-1) === item)
          : this.#items.filter((item) => !item.isExecutable && !gone.includes(item))
      const victim = this.#cheapest(
        left.filter(({ sender }) => sender !== spared),
        priceOf,
      )
      if (victim === undefined || (tip !== undefined && priceOf(victim) >= tip)) return undefined
      gone.push(victim)
    }
    if (gone.length > 1) this.severalWent += 1
    return gone
  }

  #missingExecutable(slots: number): number {
    const taken = slotsOf(this.#items.filter((item) => item.isExecutable))
    return taken + slots - this.#limits.executableSlotsMax
  }

  #missingQueued(slots: number): number {
    const taken = slotsOf(this.#items.filter((item) => !item.isExecutable))
    return taken + slots - this.#limits.queuedSlotsMax
  }

  #makeRoom(item: Item): string | undefined {
    const run = this.#run(item.sender)
    const account = this.#accounts.get(item.sender)!
    const isNext = item.nonce === account.nonce + BigInt(run.length)
    const hasPlace = item.origin !== 'peer' || run.length < EXECUTABLE_OF_PEER
    if (isNext && hasPlace) {
      const missing = this.#missingExecutable(item.slots)
      return this.#evict(this.#victims('executable', missing, this.#runTip([...run, item])))
    }
    const queuedHere = this.#of(item.sender).filter((other) => !other.isExecutable)
    if (item.origin === 'peer' && queuedHere.length >= QUEUED_OF_PEER) return 'ACCOUNT_FULL'
    return this.#evict(this.#victims('queued', this.#missingQueued(item.slots), this.#tip(item)))
  }

  /** A larger one needs more room than it is given, from others than its own account. */
  #makeReplacementRoom(held: Item, item: Item): string | undefined {
    const more = item.slots - held.slots
    if (more <= 0) return undefined
    const before = this.#run(item.sender).filter(({ nonce }) => nonce < item.nonce)
    const tip = held.isExecutable ? this.#runTip([...before, item]) : this.#tip(item)
    const [kind, missing] = held.isExecutable
      ? (['executable', this.#missingExecutable(more)] as const)
      : (['queued', this.#missingQueued(more)] as const)
    return this.#evict(this.#victims(kind, missing, tip, item.sender))
  }

  #evict(victims: readonly Item[] | undefined): string | undefined {
    if (victims === undefined) return 'POOL_FULL'
    for (const victim of victims) this.#drop(victim)
    return undefined
  }

  #promote(sender: Address): void {
    const account = this.#accounts.get(sender)!
    for (;;) {
      const run = this.#run(sender)
      const nonce = account.nonce + BigInt(run.length)
      const next = this.#of(sender).find((item) => item.nonce === nonce)
      if (next === undefined) return
      if (next.origin === 'peer' && run.length >= EXECUTABLE_OF_PEER) return
      if (sum(run) + next.cost > account.balance) return
      const missing = this.#missingExecutable(next.slots)
      if (missing > 0 && !this.#displace(missing, this.#runTip([...run, next]))) return
      next.isExecutable = true
    }
  }

  #drop(item: Item): void {
    if (item.isExecutable) {
      for (const later of this.#run(item.sender)) {
        if (later.nonce > item.nonce) later.isExecutable = false
      }
    }
    this.#items = this.#items.filter((other) => other !== item)
    this.#enforce(item.sender)
  }

  #enforcePlaces(sender: Address): void {
    const fromPeers = this.#of(sender)
      .filter((item) => !item.isExecutable && item.origin === 'peer')
      .sort((a, b) => compare(a.nonce, b.nonce))
    const surplus = fromPeers.slice(QUEUED_OF_PEER)
    this.#items = this.#items.filter((item) => !surplus.includes(item))
  }

  #enforce(sender: Address): void {
    this.#enforcePlaces(sender)
    this.#trim()
  }

  #trim(): void {
    const victims = this.#victims('queued', this.#missingQueued(0))!
    this.#items = this.#items.filter((item) => !victims.includes(item))
  }

  #cheapest(items: readonly Item[], price: (item: Item) => bigint): Item | undefined {
    return [...items].sort((a, b) => compare(price(a), price(b)) || b.arrival - a.arrival)[0]
  }

  #tip({ feeCap, tipCap }: Pick<Item, 'feeCap' | 'tipCap'>): bigint {
    return feeCap - this.baseFee < tipCap ? feeCap - this.baseFee : tipCap
  }

  #runTip(run: readonly Item[]): bigint {
    return run.map((item) => this.#tip(item)).sort(compare)[0]!
  }

  #senders(): Address[] {
    return [...new Set(this.#items.map(({ sender }) => sender))]
  }

  #of(sender: Address): Item[] {
    return this.#items.filter((item) => item.sender === sender)
  }

  #run(sender: Address): Item[] {
    return this.#of(sender)
      .filter((item) => item.isExecutable)
      .sort((a, b) => compare(a.nonce, b.nonce))
  }

  #itemOf(newcomer: Newcomer): Item {
    const { hash, sender, tx } = newcomer.transaction
    const feeCap = 'maxFeePerGas' in tx ? tx.maxFeePerGas : tx.gasPrice
    const tipCap = 'maxPriorityFeePerGas' in tx ? tx.maxPriorityFeePerGas : tx.gasPrice
    const cost = costOf(newcomer.transaction)
    const slots = Math.ceil(newcomer.transaction.raw.length / 8_192)
    const [arrival, isExecutable] = [this.#arrivals++, false]
    const fees = { feeCap, tipCap, cost }
    return { ...newcomer, hash, sender, nonce: tx.nonce, ...fees, slots, arrival, isExecutable }
  }
}

function slotsOf(items: readonly Item[]): number {
  return items.reduce((total, { slots }) => total + slots, 0)
}

function sum(items: readonly Item[]): bigint {
  return items.reduce((total, { cost }) => total + cost, 0n)
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
