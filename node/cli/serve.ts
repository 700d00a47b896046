/**
 * A node that serves: the node itself and JSON-RPC in front of it, started together and stopped
 * in reverse. What `hanzo node` and `hanzo dev` have in common.
 */
import { Registry } from 'prom-client'
import { DEFAULT_CALL_TIME_MS, DEFAULT_GAS_CAP } from '../../rpc/options.ts'
import { RpcServer } from '../../rpc/server.ts'
import { Node } from '../node.ts'
import type { NodeOptions } from '../options.ts'
import { loadAdminToken, prepareDataDirectory } from '../storage/data-directory.ts'
import type { Logger } from './log.ts'

export type ServeOptions = {
  readonly node: Omit<NodeOptions, 'registry' | 'log'>
  readonly rpcPort: number
  /** Where the metrics are counted; a new registry if not given. */
  readonly registry?: Registry
  readonly log: Logger
}

export type ServedNode = {
  readonly node: Node
  readonly rpcUrl: string
  readonly wsUrl: string
  /** For people: what the node mines with, or that it does not. */
  readonly adapter: string
  stop(): Promise<void>
}

/** Only this machine may call: a devnet's keys are public. */
const RPC_HOST = '127.0.0.1'

export async function serve(options: ServeOptions): Promise<ServedNode> {
  const { log } = options
  const adminToken = await loadAdminToken(await prepareDataDirectory(options.node.dataDir))
  const registry = options.registry ?? new Registry()
  const node = await Node.start({ ...options.node, registry, log })
  const server = RpcServer.create(node.api, {
    host: RPC_HOST,
    port: options.rpcPort,
    corsOrigins: [],
    allowedHosts: [],
    adminToken,
    metricsRegistry: registry,
    log: log.child({ module: 'rpc' }),
    gasCap: DEFAULT_GAS_CAP,
    callTimeMs: DEFAULT_CALL_TIME_MS,
    isDev: options.node.genesis.params.dev,
  })
  try {
    await server.start()
  } catch (error) {
    await node.stop()
    throw error
  }
  return {
    node,
    rpcUrl: server.url,
    wsUrl: server.url.replace(/^http/, 'ws'),
    adapter: node.api.work.sealer?.adapter ?? 'none, this node does not mine',
    async stop() {
      await server.stop()
      await node.stop()
    },
  }
}
