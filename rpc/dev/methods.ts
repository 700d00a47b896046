/**
 * The methods of development chains, `evm_`, `anvil_` and `hardhat_`: one implementation with the
 * names that tools call it by. Spec: docs/dev-rpc.md.
 */
import type { NodeApi } from '../../node/api.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import { paramInvalid } from '../errors.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { bool, text } from '../params/primitives.ts'
import { accountMethods } from './accounts.ts'
import { named } from './aliases.ts'
import { historyMethods } from './history.ts'
import { miningMethods } from './mining.ts'

const HARDFORK = 'Osaka'

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
    ...accountMethods(dev),
    ...historyMethods(dev, modules),
    ...named('metadata', ['anvil', 'hardhat'], metadata),
    ...named('setLoggingEnabled', ['anvil', 'hardhat'], setLogging),
    anvil_nodeInfo: method({
      description: 'The head, the rules and the prices',
      params: [],
      handler: () => nodeInfoOf(dev, api),
    }),
    anvil_setRpcUrl: method({
      description: 'Refused: this chain is no fork of another',
      params: [required('url', text)],
      handler: () => {
        throw paramInvalid('this chain is no fork of another')
      },
    }),
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
  const snapshots = [...dev.snapshots].map(
    ([
      id,
      {
        hash: block,
        header: { number },
      },
    ]) => [quantity(id), { blockNumber: Number(number), blockHash: block }],
  )
  return {
    clientVersion: api.clientVersion,
    chainId: Number(api.chainId),
    instanceId: api.genesis.hash,
    latestBlockNumber: Number(header.number),
    latestBlockHash: hash,
    forkedNetwork: null,
    snapshots: Object.fromEntries(snapshots),
  }
}
