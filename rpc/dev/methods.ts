/**
 * The methods of development chains, `evm_`, `anvil_` and `hardhat_`: one implementation with the
 * names that tools call it by. Spec: docs/dev-rpc.md.
 */
import type { NodeApi } from '../../node/api.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { bool, hash } from '../params/primitives.ts'
import { accountMethods } from './accounts.ts'
import { named } from './aliases.ts'
import { historyMethods } from './history.ts'
import { mineDetailedMethods } from './mine-detailed.ts'
import { miningMethods } from './mining.ts'
import { refusedMethods } from './refused.ts'
import { tokenMethods } from './tokens.ts'

const HARDFORK = 'Osaka'
/** Of this program, in its own name or behind that of another. */
const VERSION = /hanzo\/v?([0-9][0-9A-Za-z.+-]*)/

export function devMethods(dev: DevControls, modules: NodeModules): MethodTable {
  const { api } = modules
  const metadata = method({
    description: 'What chain this is, and its snapshots',
    params: [],
    handler: () => metadataOf(dev, api),
  })
  const setLogging = method({
    description: 'Taken and of no effect: logs are chosen at start',
    params: [required('isOn', bool)],
    handler: () => null,
  })
  return {
    ...miningMethods(dev),
    ...accountMethods(dev, modules),
    ...mineDetailedMethods(dev, modules),
    ...tokenMethods(dev, modules),
    ...historyMethods(dev, modules),
    ...named('metadata', ['anvil', 'hardhat'], metadata),
    ...named('setLoggingEnabled', ['anvil', 'hardhat'], setLogging),
    anvil_nodeInfo: method({
      description: 'The head, the rules and the prices',
      params: [],
      handler: () => nodeInfoOf(dev, api),
    }),
    anvil_getGenesisTime: method({
      description: 'The time of block 0, in seconds',
      params: [],
      handler: () => Number(api.genesis.timestamp),
    }),
    anvil_getBlobByHash: method({
      description: 'Null: this chain takes no blobs',
      params: [required('versionedHash', hash)],
      handler: () => null,
    }),
    anvil_getBlobsByTransactionHash: method({
      description: 'Null: this chain takes no blobs',
      params: [required('hash', hash)],
      handler: () => null,
    }),
    ...refusedMethods(),
  }
}

function nodeInfoOf(dev: DevControls, api: NodeApi) {
  const { hash, header } = api.chain.head()
  return {
    currentBlockNumber: quantity(header.number),
    currentBlockTimestamp: Number(header.timestamp),
    currentBlockHash: hash,
    hardFork: HARDFORK,
    transactionOrder: 'fees',
    environment: {
      baseFee: quantity(dev.nextBaseFee),
      chainId: Number(api.chainId),
      gasLimit: quantity(header.gasLimit),
      gasPrice: quantity(dev.nextBaseFee),
    },
    forkConfig: { forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null },
  }
}

function metadataOf(dev: DevControls, api: NodeApi) {
  const { hash, header } = api.chain.head()
  const snapshots = [...dev.snapshots].map(([id, at]) => [
    quantity(id),
    [Number(at.header.number), at.hash],
  ])
  return {
    clientVersion: api.clientVersion,
    clientSemver: VERSION.exec(api.clientVersion)?.[1] ?? null,
    clientCommitSha: null,
    chainId: Number(api.chainId),
    instanceId: api.genesis.hash,
    latestBlockNumber: Number(header.number),
    latestBlockHash: hash,
    forkedNetwork: null,
    snapshots: Object.fromEntries(snapshots),
  }
}
