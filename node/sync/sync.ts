/**
 * Keeps this node on the heaviest chain that its peers have: exchanges statuses, decides when a
 * claim is worth a range sync, and sees to it that one runs at a time.
 *
 * A claim of more work that a gossiped block will settle anyway is given a moment first; one that
 * persists is followed without any gossip, so that a healed partition needs no new block.
 * Spec: docs/spec/network.md, Q4, S1, S7.
 */
import { setMaxListeners } from 'node:events'
import type { Logger } from 'pino'
import type { Hash } from '../../consensus/types.ts'
import type { Chain } from '../chain/chain.ts'
import type { ImportOutcome } from '../chain/import/import-outcome.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'
import type { NodeEvents } from '../events.ts'
import { type Clock, pause } from '../ports.ts'
import { BehindWatch } from './behind-watch.ts'
import { Blame, isOfInvalidBlock } from './blame.ts'
import { CertificateSync, mayHoldCertificates } from './certified/certificate-sync.ts'
import { incompatibility, localStatus, OTHER_FINALITY } from './local-status.ts'
import { PeerBook, type PeerClaim } from './peer-book.ts'
import { runRangeSync } from './range/range-sync.ts'
import { type SyncNetwork, SyncRequests } from './requests.ts'
import { UnknownParents } from './unknown-parent.ts'
import type { Status } from './wire.ts'

/** How often peers are asked for their status, and we tell ours. */
export const STATUS_INTERVAL_MS = 10_000
/** A claim this many blocks ahead is followed at once: gossip alone would not close the gap. */
const FOLLOW_AT_ONCE_BLOCKS = 8n
/** How long a smaller lead may be settled by gossip before it is followed. */
export const GOSSIP_GRACE_MS = 1_500
/** A peer with another finality has so long to ask for our certificates. */
const PARTING_MS = 2_000
/** Requests of sync at a time, more than there can be: above it Node warns of a leak. */
const REQUESTS_MAX = 256

export type SyncModules = {
  readonly chain: Chain
  readonly network: SyncNetwork
  readonly events: NodeEvents
  readonly clock: Clock
  readonly log: Logger
}

type Run = {
  readonly peerId: string
  readonly startNumber: bigint
  readonly targetNumber: bigint
  readonly controller: AbortController
}

export class Sync {
  readonly peers = new PeerBook()
  readonly #modules: SyncModules
  readonly #requests: SyncRequests
  readonly #orphans: UnknownParents
  readonly #certificates: CertificateSync
  readonly #behind: BehindWatch
  readonly #blame: Blame
  readonly #stop = new AbortController()
  /** Peers whose status is being asked for. */
  readonly #asking = new Set<string>()
  #run: Run | undefined
  #isGraceRunning = false

  constructor(modules: SyncModules) {
    this.#modules = modules
    this.#blame = new Blame(modules.network, modules.log)
    this.#behind = new BehindWatch(modules.chain, modules.clock)
    // Every request under way listens: a status each peer, a few walks, the batches of a run.
    setMaxListeners(REQUESTS_MAX, this.#stop.signal)
    this.#requests = new SyncRequests(modules.network)
    this.#certificates = new CertificateSync({
      ...modules,
      requests: this.#requests,
      signal: this.#stop.signal,
    })
    this.#orphans = new UnknownParents({
      ...modules,
      requests: this.#requests,
      signal: this.#stop.signal,
      isRangeSyncing: () => this.#run !== undefined,
      onRefused: (peerId, outcome) => this.onRefused(peerId, outcome),
      onTooDeep: (peerId) => void this.#exchangeStatus(peerId),
    })
  }

  start(): void {
    void this.#statusLoop()
  }

  stop(): void {
    this.#stop.abort()
    this.#run?.controller.abort()
  }

  get orphanCount(): number {
    return this.#orphans.count
  }

  /** undefined unless a range sync is closing a gap of more than two epochs. */
  progress(): { startingBlock: bigint; currentBlock: bigint; highestBlock: bigint } | undefined {
    const run = this.#run
    const currentBlock = this.#modules.chain.head.header.number
    if (!run || run.targetNumber - currentBlock <= this.#behind.blocksMax) return undefined
    return { startingBlock: run.startNumber, currentBlock, highestBlock: run.targetNumber }
  }

  /** Sealing on the head would be waste. */
  get isBehind(): boolean {
    return this.#behind.isBehind
  }

  /** Nobody is known to have a better chain than ours; a peer that claimed in vain is not asked. */
  get isAtRest(): boolean {
    if (this.#run !== undefined) return false
    if (this.#heavierPeers().some(({ failures }) => failures === 0)) return false
    return !this.peers.all().some(({ id }) => this.#isProved(id))
  }

  /** It has told its status, and all that it claims is here: the work, and what is final. */
  isCovered(peerId: string): boolean {
    const status = this.peers.get(peerId)?.status
    if (status === undefined || this.#isProved(peerId)) return false
    const { totalDifficulty, finalizedEpoch } = localStatus(this.#modules.chain)
    return status.totalDifficulty <= totalDifficulty && status.finalizedEpoch <= finalizedEpoch
  }

  onPeerConnected(peerId: string): void {
    this.peers.connect(peerId, this.#modules.clock.now())
    void this.#exchangeStatus(peerId)
  }

  onPeerDisconnected(peerId: string): void {
    this.peers.disconnect(peerId)
    this.#certificates.forget(peerId)
    if (this.#run?.peerId === peerId) this.#run.controller.abort()
  }

  /** A status that a peer sent, asked for or not. */
  onStatus(peerId: string, status: Status): void {
    const reason = incompatibility(this.#modules.chain, status)
    if (reason !== undefined) {
      void this.#part(peerId, reason)
      return
    }
    this.peers.update(peerId, status)
    const { finality } = this.#modules.chain
    if (mayHoldCertificates(finality, status)) void this.#askCertificates(peerId)
    this.#consider()
  }

  /** Says goodbye, after each side could ask what the other's finality rests on. */
  async #part(peerId: string, reason: string): Promise<void> {
    const { network, clock } = this.#modules
    if (reason === OTHER_FINALITY) {
      await this.#certificates.askBelow(peerId)
      await pause(clock, PARTING_MS, this.#stop.signal)
    }
    await network.disconnect(peerId, reason)
  }

  /** A certificate is here whose block or whose predecessors are not: somebody has them. */
  seekCertified(): void {
    for (const { id } of this.peers.all()) void this.#askCertificates(id)
  }

  async #askCertificates(peerId: string): Promise<void> {
    await this.#certificates.ask(peerId)
    this.#consider()
  }

  /** A block that can't be attached yet: it waits for its parent, which is fetched. */
  onOrphan(block: SealedBlock, peerId: string): void {
    this.#orphans.add(block, peerId)
  }

  /** What an outcome costs the peer that sent the block. */
  onRefused(peerId: string, outcome: ImportOutcome): void {
    if (outcome.kind === 'invalid') this.#blame.charge(peerId, outcome.action, outcome.code)
  }

  async #statusLoop(): Promise<void> {
    const { clock } = this.#modules
    const { signal } = this.#stop
    while (!signal.aborted) {
      await pause(clock, STATUS_INTERVAL_MS, signal)
      for (const { id } of this.peers.all()) {
        // Side by side: a slow peer must not keep us from hearing of the others.
        if (!signal.aborted) void this.#exchangeStatus(id)
      }
    }
  }

  async #exchangeStatus(peerId: string): Promise<void> {
    const { chain, log } = this.#modules
    if (this.#asking.has(peerId)) return
    this.#asking.add(peerId)
    try {
      const ours = localStatus(chain)
      this.onStatus(peerId, await this.#requests.status(peerId, ours, this.#stop.signal))
    } catch (error) {
      log.debug({ err: error, peer: peerId }, 'No status from a peer')
    } finally {
      this.#asking.delete(peerId)
    }
  }

  /** Follows the heaviest claim, at once or after gossip had its chance. */
  #consider(): void {
    const { chain, clock } = this.#modules
    if (this.#run !== undefined || this.#stop.signal.aborted) return
    const proved = this.peers.all().find(({ id, status }) => status && this.#isProved(id))
    if (proved !== undefined) return void this.#follow(proved)
    const [best] = this.#heavierPeers()
    if (best?.status === undefined) return
    const lead = best.status.headNumber - chain.tree.head().number
    if (lead >= FOLLOW_AT_ONCE_BLOCKS) return void this.#follow(best)
    if (this.#isGraceRunning) return
    this.#isGraceRunning = true
    clock.setTimer(GOSSIP_GRACE_MS, () => {
      this.#isGraceRunning = false
      const [still] = this.#heavierPeers()
      if (still !== undefined && this.#run === undefined) void this.#follow(still)
    })
  }

  #isProved(peerId: string): boolean {
    return this.#certificates.provedBy(peerId) !== undefined
  }

  #heavierPeers(): readonly PeerClaim[] {
    return this.peers.heavierThan(this.#modules.chain.tree.head().totalDifficulty)
  }

  async #follow(claim: PeerClaim): Promise<void> {
    const { chain, clock, log } = this.#modules
    const { id: peerId, status } = claim
    if (status === undefined || this.#stop.signal.aborted) return
    const controller = new AbortController()
    const startNumber = chain.head.header.number
    const targetNumber = status.headNumber
    this.#begin({ peerId, startNumber, targetNumber, controller })
    const peerIds = () => [peerId, ...this.#otherPeers(peerId)]
    const certified = this.#certificates.provedBy(peerId)
    try {
      const options = { peerId, headNumber: targetNumber, peerIds, certified }
      const modules = { chain, clock, requests: this.#requests }
      const isKept = await runRangeSync(options, modules, controller.signal)
      if (isKept) this.peers.kept(peerId)
      else this.peers.failed(peerId)
      log.debug({ peer: peerId, number: chain.head.header.number }, 'Followed a heavier chain')
    } catch (error) {
      if (!this.#stop.signal.aborted) await this.#onRunFailed(peerId, certified, error)
    } finally {
      this.#certificates.forget(peerId)
      this.#end()
    }
    if (mayHoldCertificates(chain.finality, status)) void this.#askCertificates(peerId)
    this.#consider()
  }

  #otherPeers(peerId: string): readonly string[] {
    return this.#heavierPeers()
      .map(({ id }) => id)
      .filter((id) => id !== peerId)
  }

  #begin(run: Run): void {
    this.#run = run
    this.#behind.onRunBegins()
    if (this.progress() !== undefined) {
      const { startNumber: number, targetNumber: target, peerId: peer } = run
      this.#modules.log.info({ number, target, peer }, 'Syncing')
      this.#modules.events.emit('syncing', true)
    }
  }

  #end(): void {
    const { chain, events, log } = this.#modules
    const run = this.#run
    this.#run = undefined
    if (run && run.targetNumber - run.startNumber > this.#behind.blocksMax) {
      log.info({ number: chain.head.header.number }, 'Stopped syncing')
      events.emit('syncing', false)
    }
  }

  /** Whatever happened, the peer's claim is not followed again before it says it anew. */
  async #onRunFailed(peerId: string, certified: Hash | undefined, error: unknown): Promise<void> {
    this.peers.failed(peerId)
    this.#modules.log.debug({ err: error, peer: peerId }, 'A range sync ended early')
    // Where two thirds of the stake hold valid what we do not, who serves it is not to blame.
    const mayBeFault = certified !== undefined && isOfInvalidBlock(error)
    if (mayBeFault && (await this.#certificates.isInvalidHere(peerId, certified))) return
    this.#blame.chargeRun(peerId, error)
  }
}
