/** Every method, by name. The order of the docs is the order here. */
import { isNode } from '../node/api.ts'
import { rawMethods } from './debug/raw.ts'
import { traceMethods } from './debug/trace.ts'
import { devMethods } from './dev/methods.ts'
import { blockAccessListMethods } from './eth/block-access-lists.ts'
import { blockMethods } from './eth/blocks.ts'
import { callMethods } from './eth/call.ts'
import { chainMethods } from './eth/chain.ts'
import { configMethods } from './eth/config.ts'
import { feeMethods } from './eth/fees.ts'
import { fillMethods } from './eth/fill-transaction.ts'
import { logMethods } from './eth/logs.ts'
import { sendMethods } from './eth/send.ts'
import { simulateMethods } from './eth/simulate.ts'
import { stateMethods } from './eth/state.ts'
import { storageValueMethods } from './eth/storage-values.ts'
import { subscribeMethods } from './eth/subscribe.ts'
import { transactionMethods } from './eth/transactions.ts'
import { chainParamsMethods } from './hanzo/chain-params.ts'
import { computeProofMethods } from './hanzo/compute-proof.ts'
import { emissionMethods } from './hanzo/emission.ts'
import { finalityMethods } from './hanzo/finality.ts'
import { peerMethods } from './hanzo/peers.ts'
import { statsMethods } from './hanzo/stats.ts'
import { workMethods } from './hanzo/work.ts'
import { type MethodTable, method } from './method.ts'
import type { NodeModules, RpcModules } from './modules.ts'
import { netMethods } from './net.ts'
import { otterscanAccountMethods } from './otterscan/accounts.ts'
import { otterscanBlockMethods } from './otterscan/blocks.ts'
import { otterscanSearchMethods } from './otterscan/search.ts'
import { buildBlockMethods } from './testing/build-block.ts'
import { txpoolMethods } from './txpool.ts'

export function createMethods(modules: RpcModules): MethodTable {
  const { api } = modules
  const methods: MethodTable = {
    ...chainMethods(modules),
    ...configMethods(modules),
    ...stateMethods(modules),
    ...storageValueMethods(modules),
    ...callMethods(modules),
    ...simulateMethods(modules),
    ...feeMethods(modules),
    ...fillMethods(modules),
    ...sendMethods(modules),
    ...blockMethods(modules),
    ...blockAccessListMethods(),
    ...transactionMethods(modules),
    ...logMethods(modules),
    ...subscribeMethods(modules),
    ...netMethods(modules),
    ...txpoolMethods(modules),
    ...rawMethods(modules),
    ...(api.builder && buildBlockMethods(api.builder, modules)),
    ...traceMethods(modules),
    ...otterscanAccountMethods(modules),
    ...otterscanBlockMethods(modules),
    ...otterscanSearchMethods(modules),
    ...(isNode(api) && ownMethods({ ...modules, api })),
  }
  return { ...methods, rpc_modules: modulesMethod(methods) }
}

/** About our own consensus: an imported chain has none of it. */
function ownMethods(modules: NodeModules): MethodTable {
  return {
    ...chainParamsMethods(modules),
    ...computeProofMethods(modules),
    ...workMethods(modules),
    ...emissionMethods(modules),
    ...statsMethods(modules),
    ...finalityMethods(modules),
    ...peerMethods(modules),
    ...(modules.api.dev && devMethods(modules.api.dev, modules)),
  }
}

/** Namespaces and their version, in geth's form. */
function modulesMethod(methods: MethodTable) {
  const names = Object.keys(methods).map((name) => name.slice(0, name.indexOf('_')))
  const answer = Object.fromEntries([...new Set([...names, 'rpc'])].map((name) => [name, '1.0']))
  return method({
    description: 'Namespaces that this node serves',
    params: [],
    handler: () => answer,
  })
}
