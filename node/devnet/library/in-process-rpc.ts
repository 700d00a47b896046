/** JSON-RPC of a simulated node without a socket: the same methods, the same answers. */
import { Registry } from 'prom-client'
import { type Answering, createAnswering } from '../../../rpc/dispatch/answering.ts'
import { DEFAULT_CALL_TIME_MS, DEFAULT_GAS_CAP } from '../../../rpc/options.ts'
import type { Node } from '../../node.ts'
import { resultOf } from './errors.ts'
import type { RpcProvider } from './types.ts'

const CLIENT = { address: 'simulated', isAdmin: true } as const
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

export class InProcessRpc implements RpcProvider {
  readonly #answering: Answering

  constructor({ api }: Node) {
    this.#answering = createAnswering(api, {
      callTimeMs: DEFAULT_CALL_TIME_MS,
      gasCap: DEFAULT_GAS_CAP,
      isDev: api.genesis.params.dev,
      log: SILENT,
      metricsRegistry: new Registry(),
    })
    this.#answering.feed.start()
  }

  async request({ method, params = [] }: Parameters<RpcProvider['request']>[0]): Promise<unknown> {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const answer = await this.#answering.dispatcher.answer(text, CLIENT)
    return resultOf(JSON.parse(answer ?? '{}'))
  }

  close(): void {
    this.#answering.feed.stop()
  }
}
