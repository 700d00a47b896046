/**
 * A devnet in this process: real nodes in virtual time. Time stands still between two calls, so a
 * test sees exactly one state, and the same seed gives the same run.
 */
import { assert } from '../../../consensus/errors.ts'
import { type DevAccount, devAccounts } from '../../../genesis/accounts.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import { GOOD_WIRE } from '../../simulation/engine/network.ts'
import { Watcher } from '../../simulation/node/checks/watcher.ts'
import { Cluster } from '../../simulation/node/cluster.ts'
import type { SimulatedNode } from '../../simulation/node/simulated-node.ts'
import { simulatedGenesis, validatorKeys } from '../../simulation/node/validators.ts'
import { closed, stalled } from './errors.ts'
import { checkEpoch, checkGroups, stretchOf } from './input/check-arguments.ts'
import { SimulatedDevnetNode } from './simulated-devnet-node.ts'
import type { CreateDevnetOptions, Distance, TestDevnet, Violation } from './types.ts'

/** A wait ends in vain after so many times what it takes when nothing is wrong. */
const PATIENCE = 8
/** What a vote and its certificate take on top of the epochs that are waited for. */
const EPOCHS_BEHIND = 4
/** The last events that a failure shows. */
const TRACE_LINES = 40

export type SimulatedOptions = Required<
  Pick<CreateDevnetOptions, 'preset' | 'seed' | 'validators'>
> &
  Pick<CreateDevnetOptions, 'wire' | 'work'> & { readonly repeat: string }

export class SimulatedDevnet implements TestDevnet {
  readonly nodes: readonly SimulatedDevnetNode[]
  readonly accounts: readonly DevAccount[] = devAccounts()
  readonly seed: number
  readonly repeat: string
  readonly #genesis: Genesis
  readonly #cluster: Cluster
  readonly #watcher: Watcher
  #hasShown = false
  #isClosed = false

  private constructor(
    genesis: Genesis,
    { seed, repeat, validators, wire, work }: SimulatedOptions,
  ) {
    this.seed = seed
    this.repeat = repeat
    this.#genesis = genesis
    const keys = validatorKeys(validators)
    this.#watcher = new Watcher(() => this.#cluster.scheduler.nowMs)
    this.#cluster = new Cluster({
      genesis,
      seed: String(seed),
      members: keys.map(({ votingKey, coinbase }, i) => ({
        ...{ votingKey, coinbase },
        work: work?.[i] ?? 1,
      })),
      wire: { ...GOOD_WIRE, ...wire },
      traceLines: TRACE_LINES,
      observer: this.#watcher,
    })
    this.nodes = this.#cluster.nodes.map((node, index) => {
      const key = keys[index]
      assert(key !== undefined, 'every node has its keys')
      return new SimulatedDevnetNode(node, this.#cluster, this.#watcher, key.address)
    })
  }

  static async start(options: SimulatedOptions): Promise<SimulatedDevnet> {
    const genesis = await simulatedGenesis(options.preset, options.validators)
    const devnet = new SimulatedDevnet(genesis, options)
    await devnet.#cluster.start()
    return devnet
  }

  get chainId(): bigint {
    return this.#genesis.params.chainId
  }

  get genesisHash(): Genesis['hash'] {
    return this.#genesis.hash
  }

  get epochLength(): number {
    return this.#genesis.params.epochLength
  }

  get predeploys(): Genesis['predeploys'] {
    return this.#genesis.predeploys
  }

  get trace(): string {
    return this.#cluster.trace.digest
  }

  get elapsedMs(): number {
    return this.#cluster.scheduler.nowMs
  }

  async untilFinalized(epoch: number): Promise<void> {
    checkEpoch(epoch)
    const isThere = ({ node }: SimulatedNode) =>
      node.chain.finality.finalized.epoch >= BigInt(epoch)
    const condition = () => this.#witnesses().length > 0 && this.#witnesses().every(isThere)
    const lowest = this.#witnesses().map(({ node }) => Number(node.chain.finality.finalized.epoch))
    const epochs = Math.max(0, epoch - Math.min(...lowest)) + EPOCHS_BEHIND
    await this.#wait(
      condition,
      this.#secondsOf(epochs * this.epochLength),
      `epoch ${epoch} to be final`,
    )
  }

  async until(condition: () => boolean | Promise<boolean>, seconds?: number): Promise<void> {
    const waitSeconds = seconds ?? this.#secondsOf(EPOCHS_BEHIND * this.epochLength)
    await this.#wait(condition, waitSeconds, 'a condition of the test')
  }

  async advance(distance: Distance): Promise<void> {
    const stretch = stretchOf(distance, this.epochLength)
    if ('ms' in stretch) {
      this.#demandOpen()
      await this.#cluster.advance(stretch.ms)
      await this.#inspect()
      return
    }
    const { blocks } = stretch
    const goal = this.#highest() + BigInt(blocks)
    const isThere = () => this.#highest() >= goal
    await this.#wait(isThere, this.#secondsOf(blocks), `block ${goal}`)
  }

  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    this.#demandOpen()
    checkGroups(groups, this.nodes.length)
    const groupOf = new Map(groups.flatMap((group, i) => group.map((node) => [node, i] as const)))
    this.#cluster.board.setCuts((from, to) => {
      const group = groupOf.get(from)
      return group === undefined || group !== groupOf.get(to)
    })
  }

  async heal(): Promise<void> {
    this.#demandOpen()
    this.#cluster.board.setCuts(() => false)
    for (const { index } of this.nodes) this.#cluster.board.setAllowed(index, undefined)
  }

  check(): readonly Violation[] {
    const { violations } = this.#watcher
    if (violations.length > 0 && !this.#hasShown) {
      this.#hasShown = true
      process.stderr.write(`${this.#lastEvents().join('\n')}\nRepeat it: ${this.repeat}\n`)
    }
    return violations
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const node of this.nodes) node.close()
    await this.#cluster.stop()
  }

  /** Up, and never a liar: what they say of the chain counts. */
  #witnesses(): readonly SimulatedNode[] {
    return this.#cluster.nodes.filter(({ index, isUp }) => isUp && this.#watcher.isTrusted(index))
  }

  #highest(): bigint {
    const numbers = this.#cluster.nodes
      .filter(({ isUp }) => isUp)
      .map(({ node }) => node.chain.head.header.number)
    return numbers.reduce((highest, number) => (number > highest ? number : highest), 0n)
  }

  /** Within which so many blocks must have come. */
  #secondsOf(blocks: number): number {
    return (PATIENCE * (blocks + this.epochLength) * this.#genesis.params.idealBlockTimeMs) / 1000
  }

  async #wait(
    condition: () => boolean | Promise<boolean>,
    seconds: number,
    what: string,
  ): Promise<void> {
    this.#demandOpen()
    const isThere = await this.#cluster.advanceUntil(condition, seconds * 1000)
    await this.#inspect()
    if (!isThere) throw stalled(what, this.repeat, [...this.#lastEvents(), ...this.#heads()])
  }

  #demandOpen(): void {
    if (this.#isClosed) throw closed()
  }

  #inspect(): Promise<void> {
    return this.#cluster.complete(this.#watcher.inspect(this.#cluster))
  }

  #lastEvents(): readonly string[] {
    return ['The last events:', ...this.#cluster.trace.lines.slice(-TRACE_LINES)]
  }

  #heads(): readonly string[] {
    return this.#cluster.nodes.map((each) => {
      if (!each.isUp) return `node ${each.index}: down`
      const { head, finality } = each.node.chain
      const { justified, finalized } = finality
      const epochs = `justified ${justified.epoch}, finalized ${finalized.epoch}`
      return `node ${each.index}: head ${head.header.number} ${head.hash.slice(0, 10)}, ${epochs}`
    })
  }
}
