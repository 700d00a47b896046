/** The node for its readers, put together from the parts. */
import type { Address } from '../../consensus/types.ts'
import type { NodeApi, NodeHealth, PoolReader } from '../api.ts'
import type { Chain } from '../chain/chain.ts'
import { decodeTransaction } from '../crypto/decode-transaction.ts'
import type { DevControls } from '../dev/controls.ts'
import type { NodeEvents } from '../events.ts'
import { PayloadBuilder } from '../execution/payload.ts'
import { FeeMarket } from '../execution/rules/fee-market.ts'
import { HanzoForks } from '../execution/rules/fork-config.ts'
import type { CertifyWatch } from '../finality/certify-watch.ts'
import { DEFAULT_CLIENT_VERSION, type NodeOptions } from '../options.ts'
import type { PeerServices } from '../peer-services.ts'
import type { Clock } from '../ports.ts'
import type { Sealer } from '../sealer/sealer.ts'
import type { TemplateBuilder } from '../sealer/template.ts'
import type { WorkDesk } from '../sealer/work-desk.ts'
import { NodeChainReader } from './chain-reader.ts'
import { NodeFinalityReader } from './finality-reader.ts'
import { NodeNetworkReader } from './network-reader.ts'
import { PendingBlocks } from './pending-blocks.ts'
import { NodeStateReader } from './state-reader.ts'
import { createTraceReader } from './trace-reader.ts'
import { NodeWorkReader } from './work-reader.ts'

export type NodeApiParts = {
  readonly options: NodeOptions
  readonly chain: Chain
  readonly pool: PoolReader
  readonly peers: PeerServices | undefined
  readonly templates: TemplateBuilder
  readonly desk: WorkDesk
  readonly sealer: Sealer | undefined
  readonly events: NodeEvents
  readonly clock: Clock
  readonly coinbase: Address
  readonly certified: CertifyWatch
  readonly dev: DevControls | undefined
}

export function createNodeApi(parts: NodeApiParts): NodeApi {
  const { options, chain, pool, peers, templates, desk, sealer, events, clock, coinbase } = parts
  const currentCoinbase = () => sealer?.summary().coinbase ?? coinbase
  const revision = revisionOf(parts)
  const pending = new PendingBlocks({
    ...{ chain, templates, clock, revision },
    coinbase: currentCoinbase,
  })
  const state = new NodeStateReader(chain, pending)
  const fees = new FeeMarket(chain.rules)
  return {
    genesis: options.genesis,
    chainId: options.genesis.params.chainId,
    fees,
    forks: new HanzoForks(options.genesis.hash),
    builder: options.genesis.params.dev ? builderOf({ chain, pool, state, fees }) : undefined,
    clientVersion: options.clientVersion ?? DEFAULT_CLIENT_VERSION,
    now: () => clock.now(),
    events,
    chain: new NodeChainReader(chain, pending),
    state,
    trace: createTraceReader(chain),
    pool,
    network: new NodeNetworkReader(peers?.network, peers?.sync, clock),
    work: new NodeWorkReader({ chain, desk, sealer, coinbase }),
    finality: new NodeFinalityReader(chain, parts.certified),
    dev: parts.dev,
    health: () => healthOf(chain, peers),
  }
}

/** A developer who has just sent something, or written the state, sees it in the pending block. */
function revisionOf({ dev, events }: NodeApiParts): () => number {
  if (dev === undefined) return () => 0
  let sent = 0
  events.on('pendingTransaction', () => sent++)
  return () => sent + dev.revision
}

/** Under our rules, but without a reward: nobody computes anything for such a block. */
function builderOf(parts: Pick<NodeApi, 'fees' | 'pool' | 'state'> & Pick<NodeApiParts, 'chain'>) {
  const { chain, pool, state, fees } = parts
  return new PayloadBuilder({
    state,
    fees,
    candidates: () => pool.pending(),
    decode: (raw) => decodeTransaction(raw, chain.common),
    gasLimitAfter: ({ gasLimit }) => gasLimit,
  })
}

/** Ready: it answers from a chain that it believes to be the current one. */
function healthOf(chain: Chain, peers: PeerServices | undefined): NodeHealth {
  if (!chain.isWritable) return { isReady: false, reason: 'the disk takes no writes' }
  if (chain.finality.fault !== undefined) return { isReady: false, reason: 'safety fault' }
  if (chain.finality.lost !== undefined) {
    return { isReady: false, reason: 'recovering what was final' }
  }
  if (peers?.sync.progress() !== undefined) return { isReady: false, reason: 'syncing' }
  return { isReady: true, reason: undefined }
}
