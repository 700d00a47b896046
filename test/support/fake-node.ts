/**
 * The second implementation of `NodeApi`: a chain, a pool and peers in memory, driven by the test.
 * Calls are answered by the test, because there is no EVM here.
 */

import { CodedError } from '../../consensus/errors.ts'
import type { Certificate, Evidence } from '../../consensus/finality/types.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { buildGenesis } from '../../genesis/build-genesis.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { StateError } from '../../node/api/state-reader.ts'
import type {
  AccountProof,
  BlockBuilder,
  FinalityReader,
  FinalityStatus,
  NetworkReader,
  NodeApi,
  NodeHealth,
  PeerSummary,
  PoolContent,
  PoolReader,
  StateReader,
  TraceReader,
  ValidatorSummary,
  WorkDesk,
} from '../../node/api.ts'
import { decodeTransaction } from '../../node/crypto/decode-transaction.ts'
import { createSharedCommon } from '../../node/crypto/shared-common.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import { type EthereumSummary, type HeadChange, NodeEvents } from '../../node/events.ts'
import type { CallOutcome, CallRequest, Overrides } from '../../node/execution/call-types.ts'
import { FeeMarket } from '../../node/execution/rules/fee-market.ts'
import { HanzoForks } from '../../node/execution/rules/fork-config.ts'
import { createHanzoRules } from '../../node/execution/rules/hanzo-rules.ts'
import type { AccountRecord, StateView } from '../../node/state/types.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { FakeChain } from './fake-chain.ts'
import { COINBASE } from './mined-blocks.ts'

export const VALIDATOR: Address = `0x${'11'.repeat(20)}`
const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`

export type CallHandler = (
  request: CallRequest,
  overrides: Overrides | undefined,
  block: EthereumSummary,
) => CallOutcome | Promise<CallOutcome>

export type TraceHandler = (
  what: 'transaction' | 'block' | 'rawBlock' | 'call',
  ...asked: readonly unknown[]
) => unknown

export class FakeNode implements NodeApi {
  readonly genesis: Genesis
  readonly chainId: bigint
  readonly fees: FeeMarket
  readonly builder: BlockBuilder = {
    build: (parent) => Promise.reject(nothingExecutes(parent)),
  }
  readonly forks: HanzoForks
  readonly clientVersion = 'hanzo/0.0.0-fake'
  readonly events = new NodeEvents()
  readonly chain: FakeChain
  readonly pool: FakePool
  readonly state: StateReader
  readonly trace: TraceReader
  readonly network = new FakeNetwork()
  readonly work: WorkDesk
  readonly finality = new FakeFinality()
  /** For those who list the methods: nothing here can be controlled. */
  dev: DevControls | undefined
  nowMs = 1_800_000_000_000
  nodeHealth: NodeHealth = { isReady: true, reason: undefined }
  onCall: CallHandler = () => ({ kind: 'ok', output: '0x', gasUsed: 21_000n })

  /** Nothing executes here: the test says what a trace is. */
  onTrace: TraceHandler = () => ({})

  private constructor(genesis: Genesis) {
    this.genesis = genesis
    this.chainId = genesis.params.chainId
    this.fees = new FeeMarket(createHanzoRules(createSharedCommon(genesis)))
    this.forks = new HanzoForks(genesis.hash)
    this.chain = new FakeChain(genesis)
    this.pool = new FakePool(this)
    this.chain.pendingTransactions = () => this.pool.pending()
    this.state = fakeState(this)
    this.trace = fakeTrace(this)
    this.work = fakeWork(this)
  }

  static async create(): Promise<FakeNode> {
    return new FakeNode(
      await buildGenesis({
        preset: 'instant',
        validators: [{ address: VALIDATOR, coinbase: COINBASE }],
        timestamp: 1_800_000_000n,
      }),
    )
  }

  now(): number {
    return this.nowMs
  }

  health(): NodeHealth {
    return this.nodeHealth
  }

  /** Seals the whole pool into a block, and tells everybody. */
  mine(): HeadChange {
    const change = this.chain.extend(this.pool.take())
    this.events.emit('head', change)
    return change
  }

  reorg(depth: number): HeadChange {
    const change = this.chain.reorg(depth)
    this.events.emit('head', change)
    return change
  }
}

/** What the test sets; at first genesis is final and nobody votes. */
export class FakeFinality implements FinalityReader {
  readonly certificates = new Map<bigint, Certificate>()
  records: readonly ValidatorSummary[] = []
  caught: readonly Evidence[] = []
  current: FinalityStatus = {
    headEpoch: 0n,
    justified: { epoch: 0n, hash: ZERO_WORD },
    finalized: { epoch: 0n, hash: ZERO_WORD },
    participation: 0,
    certifiedEpoch: 0n,
    isCertifyOverdue: false,
    stakeReachable: 0,
    isPartitionSuspected: false,
    missing: [],
    validator: undefined,
    voting: 'off',
    lost: undefined,
    safetyFault: undefined,
  }

  status(): FinalityStatus {
    return this.current
  }

  async certificate(epoch: bigint): Promise<Certificate | undefined> {
    return this.certificates.get(epoch)
  }

  async validators() {
    return { dynasty: 3n, validators: this.records }
  }

  evidence(): readonly Evidence[] {
    return this.caught
  }
}

/** First come, first mined; every transaction is the sender's next. */
class FakePool implements PoolReader {
  readonly #node: FakeNode
  readonly #common
  readonly #transactions = new Map<Hash, SignedTransaction>()
  /** What `submit` throws instead of accepting, when a test sets it. */
  refusal: CodedError<{ readonly code: string }> | undefined

  constructor(node: FakeNode) {
    this.#node = node
    this.#common = createSharedCommon(node.genesis)
  }

  take(): readonly SignedTransaction[] {
    const transactions = this.pending()
    this.#transactions.clear()
    return transactions
  }

  get(hash: Hash): SignedTransaction | undefined {
    return this.#transactions.get(hash)
  }

  pending(): readonly SignedTransaction[] {
    return [...this.#transactions.values()]
  }

  content(): { readonly pending: PoolContent; readonly queued: PoolContent } {
    const pending = new Map<Address, SignedTransaction[]>()
    for (const entry of this.pending()) {
      pending.set(entry.sender, [...(pending.get(entry.sender) ?? []), entry])
    }
    return { pending, queued: new Map() }
  }

  status() {
    return { pending: this.#transactions.size, queued: 0 }
  }

  async nextNonce(address: Address): Promise<bigint> {
    const accounts = this.#node.chain.accountsAt(this.#node.chain.head().hash)
    const waiting = this.pending().filter((entry) => entry.sender === address)
    return (accounts?.get(address)?.nonce ?? 0n) + BigInt(waiting.length)
  }

  async submit(raw: Uint8Array): Promise<Hash> {
    if (this.refusal !== undefined) throw this.refusal
    const transaction = decodeTransaction(raw, this.#common)
    this.#transactions.set(transaction.hash, transaction)
    this.#node.events.emit('pendingTransaction', transaction)
    return transaction.hash
  }
}

class FakeNetwork implements NetworkReader {
  readonly peerId = '16Uiu2HAm1'
  readonly multiaddrs = ['/ip4/127.0.0.1/tcp/30303']
  peerList: readonly PeerSummary[] = []
  progress: ReturnType<NetworkReader['syncing']>
  partition: readonly string[] | undefined

  peers(): readonly PeerSummary[] {
    return this.peerList
  }

  syncing() {
    return this.progress
  }

  async setPartition(allowed: readonly string[] | undefined): Promise<void> {
    this.partition = allowed
  }

  async disconnect(peerId: string): Promise<void> {
    this.peerList = this.peerList.filter(({ id }) => id !== peerId)
  }
}

/** The refusal of a transaction, as the pool of a node words it. */
export class PoolError extends CodedError<{ readonly code: 'NONCE_TOO_LOW' }> {}

function fakeState(node: FakeNode): StateReader {
  const view = (block: EthereumSummary): StateView => {
    const accounts = node.chain.accountsAt(block.hash)
    return {
      stateRoot: block.header.stateRoot,
      account: async (address): Promise<AccountRecord | undefined> => accounts?.get(address),
      storage: async (address, slot) =>
        node.genesis.alloc.get(address)?.storage.get(slot) ?? ZERO_WORD,
      code: async (codeHash) => node.chain.codes.get(codeHash) ?? new Uint8Array(),
    }
  }
  return {
    at: async (block) => view(block),
    prove: async (block, address, slots): Promise<AccountProof> => {
      const state = view(block)
      const storageProof = slots.map(async (slot) => ({
        slot,
        value: await state.storage(address, slot),
        proof: ['0xc0'] as const,
      }))
      return { accountProof: ['0xc0'], storageProof: await Promise.all(storageProof) }
    },
    call: async (block, request, overrides) => node.onCall(request, overrides, block),
    estimateGas: async (block, request, overrides) => {
      const outcome = await node.onCall(request, overrides, block)
      return outcome.kind === 'ok' ? { kind: 'ok', gas: outcome.gasUsed } : outcome
    },
    createAccessList: async () => ({ kind: 'failed', reason: 'nothing executes here' }),
    simulate: (block) => Promise.reject(nothingExecutes(block)),
  }
}

function nothingExecutes({ hash }: EthereumSummary): StateError {
  return new StateError({ code: 'UNAVAILABLE', hash })
}

function fakeTrace(node: FakeNode): TraceReader {
  const blockTrace = async (asked: unknown): Promise<readonly never[]> =>
    (await asked) as readonly never[]
  return {
    transaction: async (...asked) => node.onTrace('transaction', ...asked),
    block: (...asked) => blockTrace(node.onTrace('block', ...asked)),
    rawBlock: (...asked) => blockTrace(node.onTrace('rawBlock', ...asked)),
    call: async (...asked) => node.onTrace('call', ...asked),
  }
}

function fakeWork(node: FakeNode): WorkDesk {
  const word = (byte: string): Hash => `0x${byte.repeat(32)}`
  return {
    sealer: {
      isMining: true,
      coinbase: COINBASE,
      backend: 'cpu',
      adapter: 'CPU twin, 1 thread',
      isSoftware: true,
      kernel: 'reference',
      macsPerSecond: 300_000_000.5,
      dutyPercent: 50,
      blocksSealed: 3,
    },
    getWork: async () => ({
      workId: word('01'),
      sealHash: word('02'),
      genesisHash: node.genesis.hash,
      shape: 'T0',
      kind: 0,
      difficulty: 2n ** 20n,
      theta: word('03'),
      epochSeed: word('04'),
      jobId: word('00'),
      rootA: word('05'),
      rootB: word('06'),
      expiresAt: 1_800_000_060n,
    }),
    submitWork: async (workId) =>
      workId === word('01')
        ? { ok: true, code: null, blockHash: word('07') }
        : { ok: false, code: 'WORK_UNKNOWN', blockHash: null },
    verifyProof: async (headerRlp) =>
      headerRlp.length < 500
        ? { ok: false, code: 'E_PARAM', condemns: 'header', macs: 0, ms: 0.01 }
        : {
            ok: true,
            code: null,
            condemns: null,
            blockHash: word('08'),
            ticket: word('09'),
            theta: word('0a'),
            macs: 16_384,
            ms: 0.2,
          },
    epochOf: async () => ({
      difficulty: 2n ** 20n,
      seed: word('04'),
      rootA: word('05'),
      rootB: word('06'),
    }),
  }
}
