/**
 * Well-formed requests of every method of the official schema, in every form that it allows:
 * blocks by number, tag, hash and EIP-1898, found and not found, in full and not.
 */
import type { Hash, Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import { RECIPIENT } from '../signed-transactions.ts'
import { REFUSAL, type SchemaChain } from './schema-chain.ts'

export type Request = {
  readonly params: readonly unknown[]
  /** The answer is an error of this code; undefined: a result. */
  readonly error?: number
  /** Ethereum knows this form, the schema does not. */
  readonly isBeyondSchema?: true
}
export type Requests = Readonly<Record<string, readonly Request[]>>

export type Facts = {
  readonly chain: SchemaChain
  /** A block with every type of transaction, and one without any. */
  readonly full: Hash
  readonly empty: Hash
  /** In the pool, of each type. */
  readonly pending: readonly Hash[]
  readonly logFilter: Hex
  readonly blockFilter: Hex
  readonly pendingFilter: Hex
}

const UNKNOWN = `0x${'ee'.repeat(32)}`
const NOWHERE = '0xffffff'
const TAGS = ['earliest', 'finalized', 'safe', 'latest', 'pending']
const SLOT = `0x${'00'.repeat(31)}01`
const BLOCK_UNKNOWN = -32000
const ok = (...params: unknown[]): Request => ({ params })
const fails = (error: number, ...params: unknown[]): Request => ({ params, error })
const beyond = (...params: unknown[]): Request => ({ params, isBeyondSchema: true })

/** `tail` is what follows the block. */
function byNumber(head: readonly unknown[], tail: readonly unknown[] = []): readonly Request[] {
  return [...TAGS, '0x0', '0x1', '0x2'].map((block) => ok(...head, block, ...tail))
}

function byAnything({ full }: Facts, ...head: readonly unknown[]): readonly Request[] {
  return [
    ok(...head),
    ...byNumber(head),
    ok(...head, full),
    beyond(...head, { blockNumber: '0x2' }),
    beyond(...head, { blockHash: full }),
    beyond(...head, { blockHash: full, requireCanonical: true }),
    fails(BLOCK_UNKNOWN, ...head, NOWHERE),
    fails(BLOCK_UNKNOWN, ...head, UNKNOWN),
  ]
}

export async function factsOf(chain: SchemaChain): Promise<Facts> {
  const { rpc } = chain
  const hashOf = async (number: Hex): Promise<Hash> =>
    ((await rpc('eth_getBlockByNumber', number, false)) as { hash: Hash }).hash
  return {
    chain,
    full: await hashOf('0x2'),
    empty: await hashOf('0x3'),
    pending: chain.waiting,
    logFilter: (await rpc('eth_newFilter', { fromBlock: '0x0' })) as Hex,
    blockFilter: (await rpc('eth_newBlockFilter')) as Hex,
    pendingFilter: (await rpc('eth_newPendingTransactionFilter')) as Hex,
  }
}

/** Well-formed requests by method. */
export function requestsOf(facts: Facts): Requests {
  return {
    ...aboutChain(),
    ...aboutBlocks(facts),
    ...aboutTransactions(facts),
    ...aboutState(facts),
    ...aboutExecution(facts),
    ...aboutLogs(facts),
    ...aboutTraces(facts),
  }
}

function aboutChain(): Requests {
  const plain =
    'eth_accounts eth_baseFee eth_blobBaseFee eth_blockNumber eth_capabilities eth_chainId ' +
    'eth_coinbase eth_config eth_gasPrice eth_maxPriorityFeePerGas eth_syncing net_version ' +
    'txpool_content txpool_status debug_getBadBlocks eth_newBlockFilter ' +
    'eth_newPendingTransactionFilter'
  return {
    ...Object.fromEntries(plain.split(' ').map((method) => [method, [ok()]])),
    eth_feeHistory: [
      ...byNumber(['0x3'], [[]]),
      ...byNumber(['0x3'], [[10, 50.5, 100]]),
      ok('0x0', 'latest', []),
      ok('0x400', 'latest', [50]),
      beyond('0x3', 'latest'),
      beyond(3, 'latest', [50]),
      fails(BLOCK_UNKNOWN, '0x1', NOWHERE, []),
    ],
  }
}

function aboutBlocks({ full, empty }: Facts): Requests {
  const hashes = [full, empty, UNKNOWN]
  const numbers = [...byNumber([]), ok(NOWHERE)]
  const raw = [...byNumber([]), beyond(full), fails(BLOCK_UNKNOWN, NOWHERE)]
  return {
    eth_getBlockByNumber: [
      ...byNumber([], [true]),
      ...byNumber([], [false]),
      ok(NOWHERE, true),
      beyond('latest'),
    ],
    eth_getBlockByHash: hashes.flatMap((hash) => [ok(hash, true), ok(hash, false), beyond(hash)]),
    eth_getBlockTransactionCountByNumber: numbers,
    eth_getBlockTransactionCountByHash: hashes.map((hash) => ok(hash)),
    eth_getBlockReceipts: [
      ...numbers,
      ...hashes.map((hash) => ok(hash)),
      beyond({ blockHash: full }),
      beyond({ blockNumber: '0x2' }),
    ],
    eth_getBlockAccessList: [...numbers, ...hashes.map((hash) => ok(hash))],
    debug_getRawBlockAccessList: [fails(-32001, '0x1'), fails(-32001, NOWHERE)],
    debug_getRawBlock: raw,
    debug_getRawHeader: raw,
    debug_getRawReceipts: raw,
  }
}

function aboutTransactions({ chain, full, empty, pending }: Facts): Requests {
  const mined = [...Object.values(chain.shown), UNKNOWN]
  const places = ['0x0', '0x1', '0x2', '0x3', '0x4', '0x5', '0xff']
  const senders = devAccounts().slice(0, 9)
  return {
    eth_getTransactionByHash: mined.map((hash) => ok(hash)),
    eth_getTransactionReceipt: [...mined, ...pending].map((hash) => ok(hash)),
    eth_getTransactionByBlockHashAndIndex: [full, empty, UNKNOWN].flatMap((block) =>
      places.map((place) => ok(block, place)),
    ),
    eth_getTransactionByBlockNumberAndIndex: [...TAGS, '0x1', '0x2', NOWHERE].flatMap((block) =>
      places.map((place) => ok(block, place)),
    ),
    debug_getRawTransaction: [...mined, ...pending].map((hash) => ok(hash)),
    txpool_contentFrom: [...senders.map(({ address }) => ok(address)), ok(RECIPIENT)],
  }
}

function aboutState(facts: Facts): Requests {
  const { contract } = facts.chain
  const addresses = [devAccounts()[0]?.address, contract, PREDEPLOYS.AI, RECIPIENT]
  const each = (...rest: unknown[]): readonly Request[] =>
    addresses.flatMap((address) => byAnything(facts, address, ...rest))
  return {
    eth_getBalance: each(),
    eth_getCode: each(),
    eth_getTransactionCount: each(),
    eth_getStorageAt: [...each(SLOT), ...byAnything(facts, contract, '0x1')],
    eth_getProof: byAnything(facts, contract, [SLOT, '0x2', '0x']).concat(
      addresses.map((address) => ok(address, [], 'latest')),
    ),
    eth_getStorageValues: byAnything(facts, { [contract]: [SLOT, '0x2'], [RECIPIENT]: ['0x0'] }),
  }
}

function aboutExecution(facts: Facts): Requests {
  const { contract } = facts.chain
  const from = devAccounts()[0]?.address
  const succeeds = { from, to: contract }
  const reverts = { from, to: contract, input: REFUSAL }
  return {
    eth_call: [...byAnything(facts, succeeds), fails(3, reverts), ok({ input: '0x00' }), ok({})],
    eth_estimateGas: [
      ok(succeeds),
      ...byNumber([succeeds]),
      beyond(succeeds, facts.full),
      beyond(succeeds, { blockHash: facts.full }),
      fails(BLOCK_UNKNOWN, succeeds, NOWHERE),
      fails(3, reverts),
      ok({ from, to: RECIPIENT }),
    ],
    eth_createAccessList: [
      ok(succeeds),
      ...byNumber([succeeds]),
      ok(reverts),
      fails(BLOCK_UNKNOWN, succeeds, NOWHERE),
    ],
    testing_buildBlockV1: [null, []].map((transactions) =>
      ok(facts.empty, payloadAttributes(), transactions, '0x'),
    ),
  }
}

function payloadAttributes() {
  return {
    timestamp: `0x${(4_000_000_000).toString(16)}`,
    prevRandao: UNKNOWN,
    suggestedFeeRecipient: RECIPIENT,
    withdrawals: [],
    parentBeaconBlockRoot: UNKNOWN,
  }
}

function aboutLogs({ chain, full, logFilter, blockFilter, pendingFilter }: Facts): Requests {
  const topic = `0x${'00'.repeat(31)}0b`
  const filters = [
    {},
    { fromBlock: 'earliest', toBlock: 'latest' },
    { fromBlock: '0x0', toBlock: '0x3', address: chain.contract, topics: [topic] },
    { fromBlock: '0x0', address: [chain.contract, RECIPIENT], topics: [null, [topic, UNKNOWN]] },
    { fromBlock: 'safe', toBlock: 'finalized', address: RECIPIENT },
  ]
  const ids = [logFilter, blockFilter, pendingFilter]
  return {
    eth_getLogs: [...filters, { blockHash: full }].map((filter) => ok(filter)),
    eth_newFilter: filters.map((filter) => ok(filter)),
    eth_getFilterChanges: [...ids, ...ids].map((id) => ok(id)).concat(fails(BLOCK_UNKNOWN, '0x1')),
    eth_getFilterLogs: [ok(logFilter), fails(BLOCK_UNKNOWN, blockFilter)],
    eth_uninstallFilter: [ok('0x1'), ok(pendingFilter)],
  }
}

function aboutTraces({ chain, full, empty }: Facts): Requests {
  const tracers = ['callTracer', 'prestateTracer', '4byteTracer', 'noopTracer', 'flatCallTracer']
  const configs = [
    {},
    { disableStack: true, disableStorage: true, enableMemory: true, enableReturnData: true },
    ...tracers.map((tracer) => ({ tracer })),
    { tracer: 'prestateTracer', tracerConfig: { diffMode: true } },
    { tracer: 'muxTracer', tracerConfig: { callTracer: { withLog: true } } },
  ]
  const each = (subject: unknown): readonly Request[] => [
    ok(subject),
    ...configs.map((config) => ok(subject, config)),
  ]
  return {
    debug_traceTransaction: [
      ...each(chain.shown.logs),
      ...Object.values(chain.shown).map((hash) => ok(hash)),
      fails(BLOCK_UNKNOWN, UNKNOWN),
    ],
    debug_traceBlockByHash: [...each(full), ok(empty), fails(BLOCK_UNKNOWN, UNKNOWN)],
    debug_traceBlockByNumber: [...each('0x2'), ok('latest'), fails(BLOCK_UNKNOWN, NOWHERE)],
  }
}
