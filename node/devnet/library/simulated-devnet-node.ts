/** One node of a simulated devnet, as a test handles it. */
import type { Address, Hex } from '../../../consensus/types.ts'
import type { Watcher } from '../../simulation/node/checks/watcher.ts'
import type { Cluster } from '../../simulation/node/cluster.ts'
import type { DiskSnapshot } from '../../simulation/node/disk/memory-disk.ts'
import type { SimulatedNode } from '../../simulation/node/simulated-node.ts'
import { strategyOf } from '../../simulation/node/strategies/strategies.ts'
import type { StrategyName } from '../../simulation/strategy-names.ts'
import { closed, DevnetTestError } from './errors.ts'
import { InProcessRpc } from './in-process-rpc.ts'
import { checkStrategy } from './input/check-arguments.ts'
import type { CrashOptions, DevnetNode, RpcProvider } from './types.ts'

export class SimulatedDevnetNode implements DevnetNode {
  readonly index: number
  readonly address: Address
  readonly #node: SimulatedNode
  readonly #cluster: Cluster
  readonly #watcher: Watcher
  #rpc: InProcessRpc | undefined
  #backup: DiskSnapshot | undefined
  #isClosed = false

  constructor(node: SimulatedNode, cluster: Cluster, watcher: Watcher, address: Address) {
    this.index = node.index
    this.address = address
    this.#node = node
    this.#cluster = cluster
    this.#watcher = watcher
  }

  get votingKey(): Hex {
    const { votingKey } = this.#node.parts
    if (votingKey === undefined) throw this.#impossible('a voting key of a node that does not vote')
    return votingKey
  }

  get coinbase(): Address {
    return this.#node.parts.coinbase
  }

  get isUp(): boolean {
    return this.#node.isUp
  }

  async request(call: Parameters<RpcProvider['request']>[0]): Promise<unknown> {
    this.#demandOpen()
    if (!this.isUp) throw new DevnetTestError({ code: 'NODE_DOWN', node: this.index })
    this.#rpc ??= new InProcessRpc(this.#node.node)
    return this.#rpc.request(call)
  }

  async rpc<Result = unknown>(method: string, ...params: readonly unknown[]): Promise<Result> {
    return (await this.request({ method, params })) as Result
  }

  async crash({ losesUnsynced = false }: CrashOptions = {}): Promise<void> {
    this.#demandOpen()
    this.#closeRpc()
    this.#node.crash(losesUnsynced ? 'power' : 'process')
  }

  async restart(): Promise<void> {
    this.#demandOpen()
    this.#closeRpc()
    if (this.isUp) await this.#cluster.complete(this.#node.stop())
    await this.#cluster.complete(this.#node.start())
  }

  behave(strategy: StrategyName): void {
    this.#demandOpen()
    checkStrategy(strategy)
    this.#node.tampering = strategyOf(strategy, { node: this.#node, nodes: this.#cluster.nodes })
    if (strategy !== 'honest') this.#watcher.distrust(this.index)
  }

  takeBackup(): void {
    this.#demandOpen()
    this.#backup = this.#node.disk.snapshot()
  }

  restoreBackup(): void {
    this.#demandOpen()
    if (this.isUp) throw this.#impossible('a backup put under a node that is up: crash it first')
    if (this.#backup === undefined) throw this.#impossible('a backup that was never taken')
    this.#watcher.onDiskLost(this.index)
    this.#node.disk.restore(this.#backup)
  }

  /** With its devnet: from now on it throws CLOSED. */
  close(): void {
    this.#isClosed = true
    this.#closeRpc()
  }

  #closeRpc(): void {
    this.#rpc?.close()
    this.#rpc = undefined
  }

  #demandOpen(): void {
    if (this.#isClosed) throw closed()
  }

  #impossible(what: string): DevnetTestError {
    return new DevnetTestError({ code: 'NOT_POSSIBLE', what }, `There is no such thing: ${what}.`)
  }
}
