/**
 * A node: parts are opened in the order in which they need each other, and closed in reverse. The
 * network and the sealer start last, when everything behind them answers.
 */

import { hexToBytes } from '@ethereumjs/util'
import { addressOfKey } from '../genesis/validator-keys.ts'
import type { ProofBackend } from '../gpu/backend.ts'
import { createNodeApi } from './api/node-api.ts'
import type { NodeApi } from './api.ts'
import { Chain } from './chain/chain.ts'
import type { SealedBlock } from './chain/sealed-block.ts'
import { ConsensusDriver } from './consensus-driver.ts'
import { SenderRecovery } from './crypto/sender-recovery.ts'
import { DevChain } from './dev/dev-chain.ts'
import { NodeEvents } from './events.ts'
import { Executor } from './execution/executor.ts'
import { PrecompileThreads } from './execution/precompiles/precompile-threads.ts'
import { CertifyWatch } from './finality/certify-watch.ts'
import { DutyCourier } from './finality/duty-courier.ts'
import { DutyTransactions } from './finality/duty-transactions.ts'
import { openFinality } from './finality/open-finality.ts'
import { ReachWatch } from './finality/reach-watch.ts'
import { Mempool } from './mempool/mempool.ts'
import { DEFAULT_MEMPOOL_OPTIONS, DEV_MEMPOOL_OPTIONS } from './mempool/options.ts'
import { registerNodeMetrics } from './metrics.ts'
import { type NodeOptions, type P2pOptions, ZERO_COINBASE } from './options.ts'
import { PeerServices } from './peer-services.ts'
import { type Clock, systemClock, systemRng } from './ports.ts'
import { openSearch } from './sealer/open-search.ts'
import { Sealer } from './sealer/sealer.ts'
import { TemplateBuilder } from './sealer/template.ts'
import { WorkDesk } from './sealer/work-desk.ts'
import type { DataDirectory } from './storage/data-directory.ts'
import type { KeyValueStore } from './storage/database.ts'
import { type Disk, systemDisk } from './storage/disk.ts'

type Closer = () => Promise<void> | void

export class Node {
  readonly api: NodeApi
  readonly #parts: NodeParts
  readonly #closers: Closer[]
  #stopped: Promise<void> | undefined

  private constructor(parts: NodeParts, closers: Closer[]) {
    this.api = parts.api
    this.#parts = parts
    this.#closers = closers
  }

  /** Opens the data directory and starts. What fails closes what was opened before it. */
  static async start(options: NodeOptions): Promise<Node> {
    const closers: Closer[] = []
    try {
      return new Node(await openParts(options, closers), closers)
    } catch (error) {
      await closeAll(closers).catch((failure: unknown) => {
        options.log.warn({ err: failure }, 'What was opened did not close')
      })
      throw error
    }
  }

  get chain(): Chain {
    return this.#parts.chain
  }

  get sealer(): Sealer | undefined {
    return this.#parts.sealer
  }

  get peers(): PeerServices | undefined {
    return this.#parts.peers
  }

  /** Resolves when nothing runs any more and everything is on disk. */
  stop(): Promise<void> {
    // Asked again in the middle, the rest must not be closed beside the part that still closes.
    this.#stopped ??= closeAll(this.#closers)
    return this.#stopped
  }
}

type NodeParts = {
  readonly api: NodeApi
  readonly chain: Chain
  readonly sealer: Sealer | undefined
  readonly peers: PeerServices | undefined
}

/** In reverse. A part that fails to close keeps none of the others open, least the database. */
async function closeAll(closers: Closer[]): Promise<void> {
  const failures: unknown[] = []
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, 'Parts of the node did not close')
}

/** What everything else stands on. */
type Foundation = {
  readonly store: KeyValueStore
  readonly chain: Chain
  readonly pool: Mempool
  readonly directory: DataDirectory
  readonly disk: Disk
  readonly clock: Clock
  readonly events: NodeEvents
  readonly driver: ConsensusDriver
}

async function openParts(options: NodeOptions, closers: Closer[]): Promise<NodeParts> {
  const foundation = await openFoundation(options, closers)
  const { chain, pool, driver } = foundation
  const peers = options.p2p && (await openPeers(options.p2p, options, foundation))
  if (peers !== undefined) driver.setGossip(peers.gossip)
  const finality = await openFinality(options, foundation, peers)
  const backend = await openSearch(options)
  if (backend !== options.ports?.backend) closers.push(() => backend?.close())
  const dev = options.devControls === true ? new DevChain(foundation) : undefined
  const log = options.log.child({ module: 'finality' })
  const duties = openDuties(options, chain)
  if (duties && peers) new DutyCourier({ chain, pool, duties, sync: peers.sync, log })
  const sealing = createSealing(options, foundation, { peers, backend, dev, duties })
  const { sealer } = sealing
  dev?.join({ sealer, finality })
  const coinbase = options.coinbase ?? ZERO_COINBASE
  const certified = new CertifyWatch(chain, log)
  const readers = { options, peers, coinbase, certified, dev }
  const api = createNodeApi({ ...foundation, ...sealing, ...readers })
  new ReachWatch(chain, () => api.finality.status(), log)
  if (options.registry !== undefined) {
    const macsDone = () => backend?.macsDone ?? 0n
    const sources = { chain, certified, finality: api.finality, pool, sealer, macsDone }
    registerNodeMetrics(options.registry, { ...sources, sync: peers?.sync })
  }
  if (peers !== undefined) {
    closers.push(() => peers.stop())
    await peers.start()
  }
  closers.push(() => finality.stop())
  finality.start()
  if (sealer !== undefined) {
    driver.setSealer(sealer)
    closers.push(() => sealer.stop())
    sealer.start()
  }
  return { api, chain, sealer, peers }
}

async function openFoundation(options: NodeOptions, closers: Closer[]): Promise<Foundation> {
  const { genesis, log, ports = {}, exclude = [], joinFork, devControls = false } = options
  const { clock = systemClock, disk = systemDisk, verifyProof, recoverSigner } = ports
  const directory = await disk.prepare(options.dataDir)
  const store = await disk.openStore(directory)
  closers.push(() => store.close())
  const recovery = ports.openRecovery?.() ?? SenderRecovery.start()
  closers.push(() => recovery.close())
  const recoverStore = () => store.recover()
  // After the chain, whose imports may need them, and what asks it.
  const threads = new PrecompileThreads()
  closers.push(() => threads.close())
  const openExecutor = ports.openExecutor ?? ((parts) => Executor.open({ ...parts, threads }))
  const chain = await Chain.open(
    { genesis, path: directory.path, exclude, joinFork },
    {
      ...{ store, recoverStore, recovery, clock, openExecutor, verifyProof, recoverSigner },
      log: log.child({ module: 'chain' }),
    },
  )
  closers.push(() => chain.close())
  const limits = genesis.params.dev ? DEV_MEMPOOL_OPTIONS : DEFAULT_MEMPOOL_OPTIONS
  const pool = await Mempool.open(
    { ...limits, needsBaseFee: devControls, journalFile: directory.poolJournalFile },
    { chain, recovery, clock, files: disk.files, log: log.child({ module: 'pool' }) },
  )
  closers.push(() => pool.close())
  chain.setKnownTransactions(pool)
  const events = new NodeEvents()
  const driver = new ConsensusDriver({ chain, pool, events, clock, log })
  return { store, chain, pool, directory, disk, clock, events, driver }
}

function openPeers(
  p2p: P2pOptions,
  { log, registry, ports }: NodeOptions,
  foundation: Foundation,
): Promise<PeerServices> {
  const openNetwork = ports?.openNetwork
  return PeerServices.open(p2p, { ...foundation, log, registry, openNetwork })
}

type Sealing = {
  readonly templates: TemplateBuilder
  readonly desk: WorkDesk
  readonly sealer: Sealer | undefined
}

/** What a validator tells the chain of finality: with its blocks, or by the pool. */
function openDuties({ votingKey: privateKey, seal }: NodeOptions, chain: Chain) {
  if (privateKey === undefined || (seal !== undefined && seal.certify !== true)) return undefined
  return new DutyTransactions(chain, { address: addressOfKey(hexToBytes(privateKey)), privateKey })
}

type SealingParts = {
  readonly peers: PeerServices | undefined
  readonly backend: ProofBackend | undefined
  readonly dev: DevChain | undefined
  readonly duties: DutyTransactions | undefined
}

function createSealing(
  { seal, coinbase = ZERO_COINBASE, ports, log }: NodeOptions,
  { chain, pool, clock }: Foundation,
  { peers, backend, dev, duties }: SealingParts,
): Sealing {
  const publish = (block: SealedBlock) => peers?.gossip.publishBlock(block)
  const templates = new TemplateBuilder({
    chain,
    clock,
    candidates: () => pool.candidates(),
    poolSettled: () => pool.settled(),
    onRefused: (refused) => pool.onRefused(refused),
    ...(dev && { choose: (parent) => dev.choose(parent) }),
    ...(duties && { firstOn: (parent) => duties.dueOn(parent) }),
  })
  const desk = new WorkDesk({ chain, templates, clock, publish })
  if (seal === undefined || backend === undefined) return { templates, desk, sealer: undefined }
  const rng = ports?.rng ?? systemRng
  const pendingCount = () => pool.status().pending
  const obstacle = () => obstacleTo(chain, peers)
  const modules = { chain, templates, backend, clock, rng, pendingCount, obstacle, publish }
  const sealer = new Sealer(
    { ...seal, coinbase },
    { ...modules, log: log.child({ module: 'sealer' }) },
  )
  return { templates, desk, sealer }
}

/** Why this node should not seal now. */
function obstacleTo(chain: Chain, peers: PeerServices | undefined): string | undefined {
  if (!chain.isWritable) return 'the disk takes no writes'
  if (chain.finality.fault !== undefined) return 'safety fault'
  if (peers?.sync.isBehind === true) return 'behind the network'
  return undefined
}
