/**
 * An imported chain as a node: what JSON-RPC asks of any chain, from one that stands still. Nobody
 * works on it, nobody votes for it, and no peer is connected.
 */
import type { EthereumHeader } from '../../consensus/types.ts'
import { NodeNetworkReader } from '../api/network-reader.ts'
import type { BlockBuilder, BuiltPayload, ChainApi } from '../api.ts'
import { NodeEvents } from '../events.ts'
import { PayloadBuilder } from '../execution/payload.ts'
import { ImportedForks } from '../execution/rules/fork-config.ts'
import { BlockTracer } from '../execution/tracing/block-tracer.ts'
import type { Clock } from '../ports.ts'
import { decodeEthereumTransaction } from './decode.ts'
import type { ImportedChain } from './imported-chain.ts'
import { ImportedPool } from './imported-pool.ts'
import {
  ImportedChainReader,
  ImportedStateReader,
  ImportedTraceSource,
  type PendingSource,
} from './imported-readers.ts'

/** Seconds from the head to the block that would come next. */
const SLOT_SECONDS = 12n
/** Gas limit that a builder steers for, as geth's. */
const GAS_LIMIT_TARGET = 60_000_000n
const GAS_LIMIT_BOUND_DIVISOR = 1_024n
const ZERO_HASH = `0x${'00'.repeat(32)}` as const
const ZERO_ADDRESS = `0x${'00'.repeat(20)}` as const

export type ImportedNodeOptions = {
  readonly chain: ImportedChain
  readonly clientVersion: string
  readonly clock: Pick<Clock, 'now'>
}

export function createImportedNode({ chain, clientVersion, clock }: ImportedNodeOptions): ChainApi {
  const events = new NodeEvents()
  const pool = new ImportedPool(chain, events)
  const pending = pendingOf(chain, () => builder)
  const state = new ImportedStateReader(chain, pending)
  const builder = new PayloadBuilder({
    state,
    fees: chain.fees,
    candidates: () => pool.pending(),
    decode: (raw, place) => decodeEthereumTransaction(raw, chain.rules.at(place).common),
    gasLimitAfter,
  })
  const { genesis } = chain
  return {
    chainId: chain.forks.chainId,
    clientVersion,
    now: () => clock.now(),
    events,
    chain: new ImportedChainReader(chain, pending),
    state,
    trace: new BlockTracer(new ImportedTraceSource(chain)),
    pool,
    network: new NodeNetworkReader(undefined, undefined, clock),
    fees: chain.fees,
    forks: new ImportedForks(chain.forks, {
      genesis: { hash: genesis.hash, timestamp: genesis.header.timestamp },
      headTime: () => chain.head.header.timestamp,
    }),
    builder,
    health: () => ({ isReady: true, reason: undefined }),
  }
}

/** A slot after the head, with what the pool holds; built anew each time that it is asked for. */
function pendingOf(chain: ImportedChain, builder: () => BlockBuilder): PendingSource {
  let latest: BuiltPayload | undefined
  return {
    latest: () => latest,
    async build() {
      const { head } = chain
      const attributes = {
        timestamp: head.header.timestamp + SLOT_SECONDS,
        prevRandao: ZERO_HASH,
        feeRecipient: ZERO_ADDRESS,
        withdrawals: [],
        parentBeaconBlockRoot: ZERO_HASH,
      }
      latest = await builder().build(head, attributes, undefined, '0x')
      return latest
    },
  }
}

/** As near to the target as one block may go. */
function gasLimitAfter({ gasLimit }: EthereumHeader): bigint {
  const step = gasLimit / GAS_LIMIT_BOUND_DIVISOR - 1n
  if (gasLimit < GAS_LIMIT_TARGET) {
    return gasLimit + step < GAS_LIMIT_TARGET ? gasLimit + step : GAS_LIMIT_TARGET
  }
  return gasLimit - step > GAS_LIMIT_TARGET ? gasLimit - step : GAS_LIMIT_TARGET
}
