/**
 * Controls of a development chain: one door to the sealer, the chain, the pool and the time, which
 * keeps them in step. What writes a state or takes blocks back holds the sealer meanwhile, so that
 * no block is made of what was before.
 *
 * Spec: docs/dev-rpc.md. Long because it has one short method for each wish.
 */
import { assert } from '../../consensus/errors.ts'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import { GAS_LIMIT_MIN } from '../../genesis/params.ts'
import { summaryOf } from '../chain/block-summary.ts'
import type { Chain } from '../chain/chain.ts'
import type { ChainParts } from '../chain/open-chain.ts'
import type { BlockSummary } from '../events.ts'
import type { FinalityDriver } from '../finality/finality-driver.ts'
import type { Mempool } from '../mempool/mempool.ts'
import type { Clock } from '../ports.ts'
import type { Sealer, SealRequest } from '../sealer/sealer.ts'
import type { BlockChoice } from '../sealer/template.ts'
import type { KeyValueStore } from '../storage/database.ts'
import type { SignedTransaction } from '../transaction.ts'
import type { DevControls, MineRequest } from './controls.ts'
import { DevError } from './dev-error.ts'
import { DevTime } from './dev-time.ts'
import { rewindChain } from './rewind.ts'
import { dumpState, readDump } from './state-dump.ts'
import type { EditRecord } from './state-edits.ts'
import { type StateEdit, writeEdit, writeState } from './state-writer.ts'

/** Made and sealed one by one: about a minute's work. */
export const MINE_BLOCKS_MAX = 10_000n
/** Changes of the chain that wait for the one at work; the next is refused as BUSY. */
export const CHANGES_WAITING_MAX = 1_024
/** A gas limit moves by less than this fraction of the parent's. */
const GAS_LIMIT_BOUND_DIVISOR = 1024n

export type DevModules = {
  readonly chain: Chain
  readonly store: KeyValueStore
  readonly pool: Mempool
  readonly clock: Clock
}

/** What is opened later than the templates that ask what comes next. */
export type DevParties = {
  readonly sealer: Sealer | undefined
  readonly finality: FinalityDriver
}

type Snapshot = { readonly head: BlockSummary; readonly edits: EditRecord | undefined }

export class DevChain implements DevControls {
  readonly #modules: DevModules
  readonly #time: DevTime
  readonly #snapshots = new Map<number, Snapshot>()
  readonly #impersonated = new Set<Address>()
  #parties: DevParties | undefined
  #isAutoImpersonating = false
  #nextSnapshot = 0
  #gasLimit: bigint | undefined
  #revision = 0
  /** The change at work, and those behind it. */
  #lastChange: Promise<unknown> = Promise.resolve()
  #changesWaiting = 0

  constructor(modules: DevModules) {
    const { chain, clock } = modules
    this.#modules = modules
    this.#time = new DevTime(clock)
    this.#time.onBlock(chain.head.header.timestamp)
    chain.events.on('head', ({ added }) => {
      for (const { header } of added) this.#time.onBlock(header.timestamp)
      this.#gasLimit = undefined
    })
  }

  join(parties: DevParties): void {
    this.#parties = parties
  }

  /** For the templates of blocks. */
  choose({ header }: BlockSummary): BlockChoice {
    const gasLimit = this.#gasLimit ?? header.gasLimit
    return { timestamp: this.#time.after(header.timestamp), gasLimit }
  }

  get now(): bigint {
    const { header } = this.#modules.chain.head
    const next = this.#time.after(header.timestamp)
    return next > header.timestamp ? next : header.timestamp + 1n
  }

  get timeOffset(): bigint {
    return this.#time.offset
  }

  get isAutomine(): boolean {
    return this.#sealer.pace.kind === 'on-transaction'
  }

  get blockInterval(): bigint | undefined {
    const { pace } = this.#sealer
    return pace.kind === 'interval' ? BigInt(pace.seconds) : undefined
  }

  get timestampInterval(): bigint | undefined {
    return this.#time.interval
  }

  get snapshots(): ReadonlyMap<number, BlockSummary> {
    return new Map([...this.#snapshots].map(([id, { head }]) => [id, head]))
  }

  get impersonated(): ReadonlySet<Address> {
    return this.#impersonated
  }

  get nextBaseFee(): bigint {
    return nextBaseFee(this.#modules.chain.head.header)
  }

  get revision(): number {
    return this.#revision
  }

  async mine({ blocks, interval, timestamp }: MineRequest): Promise<readonly BlockSummary[]> {
    if (blocks > MINE_BLOCKS_MAX) {
      throw new DevError({ code: 'TOO_MANY_BLOCKS', blocks, blocksMax: MINE_BLOCKS_MAX })
    }
    if (timestamp !== undefined) this.#verifyLater(timestamp)
    // As in anvil the interval lies before the first block too, unless that has a time of its own.
    if (interval && timestamp === undefined && !this.#time.isNextSet) {
      this.#time.increase(interval)
    }
    const mined: BlockSummary[] = []
    let request: SealRequest = timestamp === undefined ? {} : { timestamp }
    for (let count = 0n; count < blocks; count++) {
      const block = await this.#sealer.sealNow(request)
      mined.push(block)
      request = interval ? { timestamp: block.header.timestamp + interval } : {}
    }
    await this.#modules.pool.settled()
    return mined
  }

  increaseTime(seconds: bigint): void {
    this.#time.increase(seconds)
    this.#revision++
  }

  setTime(timestamp: bigint): void {
    this.#time.reset(timestamp)
    this.#revision++
  }

  setNextTimestamp(timestamp: bigint): void {
    this.#verifyLater(timestamp)
    this.#time.setNext(timestamp)
    this.#revision++
  }

  setTimestampInterval(seconds: bigint | undefined): void {
    this.#time.setInterval(seconds)
    this.#revision++
  }

  setAutomine(isOn: boolean): void {
    this.#sealer.setPace(isOn ? { kind: 'on-transaction' } : { kind: 'manual' })
  }

  setBlockInterval(seconds: bigint): void {
    const interval = { kind: 'interval', seconds: Number(seconds) } as const
    this.#sealer.setPace(seconds === 0n ? { kind: 'manual' } : interval)
  }

  setCoinbase(coinbase: Address): void {
    this.#sealer.setCoinbase(coinbase)
    this.#revision++
  }

  setNextBaseFee(wanted: bigint): void {
    const { nextBaseFee: baseFee } = this
    if (wanted !== baseFee) throw new DevError({ code: 'BASE_FEE_FIXED', baseFee })
  }

  setGasLimit(gasLimit: bigint): void {
    const { gasLimit: parent } = this.#modules.chain.head.header
    const step = parent / GAS_LIMIT_BOUND_DIVISOR - 1n
    const lowest = parent - step > GAS_LIMIT_MIN ? parent - step : GAS_LIMIT_MIN
    const highest = parent + step
    if (gasLimit < lowest || gasLimit > highest) {
      throw new DevError({ code: 'GAS_LIMIT_BOUND', lowest, highest })
    }
    this.#gasLimit = gasLimit
    this.#revision++
  }

  async write(edit: StateEdit): Promise<void> {
    const { chain, store } = this.#modules
    await this.#inTurn(() =>
      this.#rework(async (parts) => {
        await writeState(parts, store, chain.head, edit)
        return []
      }),
    )
  }

  dump(): Promise<Uint8Array> {
    const { chain, store } = this.#modules
    return dumpState(store, chain.state, chain.head)
  }

  async load(dump: Uint8Array): Promise<void> {
    const edit = new Map(await readDump(dump))
    // They are what they were in block 0 and what the blocks since have made of them.
    for (const address of Object.values(this.#modules.chain.genesis.predeploys)) {
      edit.delete(address)
    }
    await this.write(edit)
  }

  snapshot(): Promise<number> {
    return this.#inTurn(async () => {
      const { head, state } = this.#modules.chain
      const id = this.#nextSnapshot++
      this.#snapshots.set(id, { head, edits: await state.edits.of(head.hash) })
      return id
    })
  }

  revert(id: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const snapshot = this.#snapshots.get(id)
      if (snapshot === undefined) return false
      for (const later of [...this.#snapshots.keys()]) {
        if (later >= id) this.#snapshots.delete(later)
      }
      await this.#rewindTo(snapshot.head, snapshot)
      return true
    })
  }

  rollback(depth: bigint): Promise<void> {
    return this.#inTurn(async () => {
      const target = await this.#ancestor(depth)
      await this.#rewindTo(target)
      for (const [id, { head }] of this.#snapshots) {
        if (head.header.number > target.header.number) this.#snapshots.delete(id)
      }
    })
  }

  async reorg(
    depth: bigint,
    transactions: readonly (readonly SignedTransaction[])[],
  ): Promise<void> {
    if (depth > MINE_BLOCKS_MAX) {
      throw new DevError({ code: 'TOO_MANY_BLOCKS', blocks: depth, blocksMax: MINE_BLOCKS_MAX })
    }
    await this.rollback(depth)
    for (let index = 0; index < Number(depth); index++) {
      await this.#sealer.sealNow({ transactions: transactions[index] ?? [] })
    }
    await this.#modules.pool.settled()
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      const { chain } = this.#modules
      const first = await summaryOf(chain.blocks, chain.genesis.hash)
      await this.#rewindTo(first, { edits: undefined })
      await this.drop()
      this.#snapshots.clear()
      this.#impersonated.clear()
      this.#isAutoImpersonating = false
    })
  }

  impersonate(address: Address): void {
    this.#verifyAlone()
    this.#impersonated.add(address)
  }

  stopImpersonating(address: Address): void {
    this.#impersonated.delete(address)
  }

  setAutoImpersonate(isOn: boolean): void {
    this.#verifyAlone()
    this.#isAutoImpersonating = isOn
  }

  mayImpersonate(address: Address): boolean {
    return this.#isAutoImpersonating || this.#impersonated.has(address)
  }

  submitAs(transaction: SignedTransaction): Promise<Hash> {
    this.#verifyAlone()
    return this.#modules.pool.submitAs(transaction)
  }

  drop(hash?: Hash): Promise<number> {
    this.#revision++
    return this.#modules.pool.drop(hash)
  }

  async dropOf(sender: Address): Promise<number> {
    const { pending, queued } = this.#modules.pool.content()
    const held = [...(pending.get(sender) ?? []), ...(queued.get(sender) ?? [])]
    const counts = await Promise.all(held.map(({ hash }) => this.drop(hash)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async #ancestor(depth: bigint): Promise<BlockSummary> {
    const { blocks, head } = this.#modules.chain
    const { number: height } = head.header
    if (depth > height) throw new DevError({ code: 'ABOVE_HEIGHT', depth, height })
    const hash = await blocks.canonicalHash(height - depth)
    assert(hash !== undefined, 'every number up to the head has its block')
    return summaryOf(blocks, hash)
  }

  /** Time goes on from the block that is left, as after anvil's. */
  async #rewindTo(
    to: BlockSummary,
    restored?: { readonly edits: EditRecord | undefined },
  ): Promise<void> {
    const { chain, store } = this.#modules
    await this.#rework(async (parts) => {
      const removed = await rewindChain(parts, store, chain.genesis, to)
      if (restored !== undefined) await writeEdit(parts, store, to, restored.edits)
      if (removed.length > 0) await this.#parties?.finality.forgetVotes()
      return removed
    })
    await this.#modules.pool.trimJournal()
    this.#time.reset(to.header.timestamp)
  }

  /**
   * With the sealer held, and one change after another: what goes back by so many blocks, or to one
   * that it remembers, must find them where they were.
   */
  async #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    if (this.#changesWaiting >= CHANGES_WAITING_MAX) {
      throw new DevError({ code: 'BUSY', waitingMax: CHANGES_WAITING_MAX })
    }
    this.#changesWaiting += 1
    const done = this.#lastChange.then(() => this.#holding(change))
    const leave = (): void => {
      this.#changesWaiting -= 1
    }
    // The next one goes its way whether this one is made or not; its caller hears of it.
    this.#lastChange = done.then(leave, leave)
    return done
  }

  /** Between two imports; then the pool looks at all accounts again. */
  async #rework(job: (parts: ChainParts) => Promise<readonly BlockSummary[]>): Promise<void> {
    this.#verifyAlone()
    const { chain, pool } = this.#modules
    await chain.rework(job)
    await pool.refresh()
    this.#revision++
  }

  #holding<Result>(job: () => Promise<Result>): Promise<Result> {
    const sealer = this.#parties?.sealer
    return sealer === undefined ? job() : sealer.holdWhile(job)
  }

  #verifyAlone(): void {
    if (this.#modules.chain.genesis.validators.length > 1) {
      throw new DevError({ code: 'SHARED_CHAIN' })
    }
  }

  #verifyLater(timestamp: bigint): void {
    const parent = this.#modules.chain.head.header.timestamp
    if (timestamp <= parent) throw new DevError({ code: 'TIME_NOT_LATER', timestamp, parent })
  }

  get #sealer(): Sealer {
    const sealer = this.#parties?.sealer
    if (sealer === undefined) throw new DevError({ code: 'NO_SEALER' })
    return sealer
  }
}
