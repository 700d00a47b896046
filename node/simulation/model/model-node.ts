/**
 * A node of tier 0: the real tree, finality machine and duty, with a shell that does at once, on
 * virtual time, what the real shell does with sockets and files. Honest or not, it is this one.
 * Long because everything in it touches the one state of a node.
 *
 * Spec: docs/simulator.md, "Tier 0".
 */
import { assert } from '../../../consensus/errors.ts'
import { takeOffice } from '../../../consensus/finality/duty-state.ts'
import type { FinalityEffect, Verdict } from '../../../consensus/finality/finality-state.ts'
import type { FinalityVote, SignedVote } from '../../../consensus/finality/types.ts'
import { SIBLINGS_MAX } from '../../../consensus/tree/block-tree.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import { TICK_MS } from '../../finality/finality-driver.ts'
import { NodeClock } from '../engine/node-clock.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import { WriteLog } from '../engine/write-log.ts'
import type { Behaviour } from './behaviour.ts'
import type { ModelBlock } from './model-block.ts'
import { type DiskEntry, ModelChain } from './model-chain.ts'
import { idOf, MESSAGE_BYTES } from './model-message.ts'
import { ModelSealer } from './model-sealer.ts'
import { ModelSync } from './model-sync.ts'
import type { ModelMessage, ModelWorld } from './model-world.ts'
import { addressOfKey, signWithToken } from './token-signature.ts'
import { VoteRecord } from './vote-record.ts'

export type NodeOptions = {
  readonly index: number
  /** Part of all work. */
  readonly workShare: number
  /** undefined: it does not vote. */
  readonly key: number | undefined
  readonly behaviour: Behaviour | undefined
}

/** What is alive only while the process is. */
type Life = {
  readonly chain: ModelChain
  readonly sync: ModelSync
  readonly sealer: ModelSealer
  isWritable: boolean
}

/** After a write that failed, so long until the disk is tried again. */
const RECOVER_MS = 5_000

export class ModelNode {
  readonly index: number
  readonly options: NodeOptions
  readonly address: Address
  readonly clock: NodeClock
  readonly rng: SeededRng
  readonly disk = new WriteLog<DiskEntry>()
  readonly record: VoteRecord
  readonly #world: ModelWorld
  #life: Life | undefined
  isDiskFull = false
  /** The block that this node's software has wrong. */
  misjudged: Hash | undefined

  constructor(options: NodeOptions, world: ModelWorld) {
    this.index = options.index
    this.options = options
    this.address = addressOfKey(options.key ?? 1_000 + options.index)
    this.clock = new NodeClock(world.scheduler)
    this.record = new VoteRecord(this.clock)
    this.rng = world.rng.fork(`node ${options.index}`)
    this.#world = world
  }

  get isHonest(): boolean {
    return this.options.behaviour === undefined
  }

  /** It tells nobody what it hears. */
  get isSilent(): boolean {
    return this.options.behaviour?.isSilent === true
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  /** Only while it is up. */
  get chain(): ModelChain {
    return this.#alive.chain
  }

  get sync(): ModelSync {
    return this.#alive.sync
  }

  get isWritable(): boolean {
    return this.#life?.isWritable === true
  }

  get #alive(): Life {
    assert(this.#life !== undefined, 'the node is up')
    return this.#life
  }

  start(): void {
    assert(this.#life === undefined, 'a node starts once')
    const { gossip, network } = this.#world
    const sync = new ModelSync(this, this.#world)
    const sealer = new ModelSealer(this, this.#world)
    this.#life = {
      chain: this.#open(),
      sync,
      sealer,
      isWritable: true,
    }
    gossip.join(this.index, (message, from) => {
      // Who serves two sides must not be bound by what either has made final.
      if (this.isSilent && message.kind !== 'block') return 'ignore'
      const verdict = this.#onGossip(message, from)
      return this.isSilent ? 'ignore' : verdict
    })
    this.#world.observer.onStart(this)
    network.setUp(this.index, true)
    sync.start()
    sealer.schedule()
    this.#tick()
  }

  /** The power goes. */
  crash(): void {
    this.clock.stop()
    if (this.record.isBetween) {
      this.#world.coverage.hit('crash between the record of a vote and its signature')
    }
    this.record.crash()
    this.#life = undefined
    this.#world.gossip.leave(this.index)
    this.#world.network.setUp(this.index, false)
    const lost = this.disk.crash(this.rng)
    if (lost > 0) this.#world.coverage.hit('crash that lost writes')
  }

  /** Takes a block from a peer or from the sealer. */
  import(block: ModelBlock, nowMs = this.clock.now()): ReturnType<ModelChain['import']> {
    if (!this.isWritable) return 'full'
    if (this.isDiskFull) {
      this.#reopenLater()
      return 'full'
    }
    return this.chain.import(block, nowMs)
  }

  takeCertificate(certificate: Parameters<ModelChain['settle']>[0] & { kind: 'certificate' }) {
    if (!this.isWritable) return 'ignore'
    return this.chain.settle(certificate)
  }

  publish(message: ModelMessage, to?: readonly number[]): void {
    if (this.isSilent && to === undefined) return
    const { gossip, trace } = this.#world
    const id = idOf(message)
    trace.add(`publish ${message.kind}`, this.index, 0, () => id)
    gossip.publish(this.index, { id, bytes: MESSAGE_BYTES[message.kind], message }, to)
  }

  /** Signs with this node's key, whatever its record says. */
  sign(vote: FinalityVote, validator: number): SignedVote {
    const { executor, observer } = this.#world
    const key = this.options.key
    assert(key !== undefined, 'who signs has a key')
    const signed = signWithToken(vote, validator, key, executor.separator)
    observer.onSigned(this, signed)
    return signed
  }

  onSealed(block: ModelBlock): void {
    const outcome = this.import(block, Number.POSITIVE_INFINITY)
    this.#world.trace.add('seal', this.index, block.body, () => `${block.body} ${outcome}`)
    if (this.options.behaviour?.onSealed?.(this, block, this.#world)) return
    this.publish({ kind: 'block', block })
  }

  #open(): ModelChain {
    const { params, config, executor } = this.#world
    return new ModelChain({
      ...{ params, config, executor, disk: this.disk },
      misjudged: () => this.misjudged,
      listener: {
        onHead: (removed, isLighter) => this.#onHead(removed, isLighter),
        onImported: (block) => this.sync.adopt(block.hash),
        onEffects: (effects) => this.#perform(effects),
      },
    })
  }

  /** As `Reopening` does: everything is read from the disk again. */
  #reopenLater(): void {
    const life = this.#alive
    if (!life.isWritable) return
    life.isWritable = false
    this.#world.coverage.hit('disk full')
    this.#tryToReopen()
  }

  #tryToReopen(): void {
    this.clock.setTimer(RECOVER_MS, () => {
      if (this.isDiskFull) {
        this.#tryToReopen()
        return
      }
      const { duty } = this.chain.finality
      const chain = this.#open()
      chain.finality.duty = duty
      this.#life = { ...this.#alive, chain, isWritable: true }
      this.#alive.sealer.schedule()
    })
  }

  #tick(): void {
    this.#consider()
    if (this.isWritable) this.options.behaviour?.onTick?.(this, this.#world)
    this.clock.setTimer(TICK_MS, () => this.#tick())
  }

  #consider(): void {
    if (!this.isWritable) return
    const { options, chain } = this
    if (options.key !== undefined) {
      takeOffice(chain.finality, this.address, this.record.last)
    }
    const isSigning = this.record.isWriting
    chain.count({ kind: 'head', isSynced: !this.sync.isBehind, isSigning })
  }

  #onHead(removed: number, isLighter: boolean): void {
    const head = this.chain.tree.head()
    const { trace, observer } = this.#world
    trace.add(
      'head',
      this.index,
      Number(head.number),
      () => `${head.number} ${head.hash.slice(-6)}`,
    )
    observer.onHead(this, removed, isLighter)
    this.#alive.sealer.schedule()
    this.#consider()
  }

  #onGossip(message: ModelMessage, from: number): Verdict {
    if (!this.isWritable) return 'ignore'
    switch (message.kind) {
      case 'block':
        return this.#onBlock(message.block, from)
      case 'vote':
        return this.chain.count(message)
      case 'certificate':
        return this.chain.settle(message)
      case 'evidence':
        return this.chain.count(message)
    }
  }

  #onBlock(block: ModelBlock, from: number): Verdict {
    const { tree } = this.chain
    const { header, hash } = block
    if (header.number <= tree.finalized.number || tree.get(hash) !== undefined) return 'ignore'
    if (tree.siblingCount(header.parentHash, header.coinbase) >= SIBLINGS_MAX) return 'ignore'
    const outcome = this.import(block)
    if (outcome === 'unknown-parent') this.sync.onOrphan(block, from)
    if (outcome === 'future') this.#importLater(block, from)
    return outcome === 'imported' ? 'accept' : 'ignore'
  }

  #importLater(block: ModelBlock, from: number): void {
    const aheadMs = Number(block.header.timestamp) * 1000 - this.clock.now()
    this.#world.coverage.hit('block from the future')
    if (aheadMs > 60_000) return
    this.clock.setTimer(aheadMs - 9_000, () => {
      if (this.import(block) === 'unknown-parent') this.sync.onOrphan(block, from)
    })
  }

  #perform(effects: readonly FinalityEffect[]): void {
    for (const effect of effects) {
      this.#world.observer.onEffect(this, effect)
      this.#performOne(effect)
    }
  }

  #performOne(effect: FinalityEffect): void {
    switch (effect.kind) {
      case 'sign':
        this.#sign(effect.vote, effect.validator)
        return
      case 'publish-vote':
        this.#publishVote(effect.signed)
        return
      case 'certified':
        this.publish({ kind: 'certificate', certificate: effect.certificate })
        return
      case 'publish-evidence':
        this.chain.keepEvidence(effect.evidence)
        this.publish({ kind: 'evidence', evidence: effect.evidence })
        return
      case 'fetch-block':
      case 'fetch-certificates':
        this.sync.seekCertified()
        return
      case 'assembled':
      case 'justified':
      case 'finalized':
      case 'doppelganger':
      case 'recovered':
      case 'safety-fault':
        return
    }
  }

  #publishVote(signed: SignedVote): void {
    if (this.options.behaviour?.onVote?.(this, signed, this.#world)) return
    this.publish({ kind: 'vote', signed })
  }

  /** Written, synced; then signed; then counted and published. */
  #sign(vote: FinalityVote, validator: number): void {
    const canWrite = () => this.isWritable && !this.isDiskFull
    const sign = () => {
      if (!this.isWritable) return
      this.chain.count({ kind: 'own-vote', signed: this.sign(vote, validator) })
    }
    this.record.write(vote, canWrite, sign, () => this.#consider())
  }
}
