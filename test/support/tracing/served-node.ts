/** A real node behind a real server, and blocks on it when the test says so. */
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import type { Hash } from '../../../consensus/types.ts'
import type { Node } from '../../../node/node.ts'
import { RpcServer } from '../../../rpc/server.ts'
import { type Rpc, rpcClient } from '../rpc-client.ts'
import { signTransaction } from '../signed-transactions.ts'
import { startTestNode } from '../test-node.ts'

const ignore = (): void => undefined

export class ServedNode {
  readonly node: Node
  readonly rpc: Rpc
  readonly #nonces = new Map<number, bigint>()

  private constructor(node: Node, rpc: Rpc) {
    this.node = node
    this.rpc = rpc
  }

  static async start(): Promise<ServedNode> {
    const node = await startTestNode()
    const server = RpcServer.create(node.api, {
      ...{ host: '127.0.0.1', port: 0, corsOrigins: [], allowedHosts: [] },
      metricsRegistry: new Registry(),
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      ...{ gasCap: 50_000_000n, callTimeMs: 5_000, isDev: true },
    })
    await server.start()
    onTestFinished(() => server.stop())
    return new ServedNode(node, rpcClient(server.url))
  }

  /** Puts a transaction of the n-th funded account into the pool, with its next nonce. */
  async send(account: number, fields: Record<string, unknown> = {}): Promise<Hash> {
    const nonce = this.#nonces.get(account) ?? 0n
    this.#nonces.set(account, nonce + 1n)
    const raw = signTransaction(this.node.api.genesis, account, { nonce, ...fields })
    return (await this.rpc('eth_sendRawTransaction', raw)) as Hash
  }

  /** Seals what is in the pool; returns the block's hash. */
  async seal(): Promise<Hash> {
    return (await this.node.sealer!.sealNow({ timestamp: 0n })).hash
  }
}
