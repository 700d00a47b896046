/**
 * The same tests on real processes: one `hanzo node` a validator, over TCP, in real time. Faults
 * go in by the admin methods of JSON-RPC and by signals.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DevAccount, devAccounts } from '../../../genesis/accounts.ts'
import { presetParams } from '../../../genesis/params.ts'
import { Devnet } from '../devnet.ts'
import { closed, stalled } from './errors.ts'
import { freeBasePorts } from './free-base-ports.ts'
import { checkEpoch, checkGroups, stretchOf } from './input/check-arguments.ts'
import { OutsideChecks } from './outside-checks.ts'
import { ProcessDevnetNode } from './process-devnet-node.ts'
import type { CreateDevnetOptions, Distance, TestDevnet, Violation } from './types.ts'

/** How often nodes are asked how far they are. */
const LOOK_MS = 200
/** Machines are slower than virtual time: a wait ends in vain after so many times its due. */
const PATIENCE = 12
const PATIENCE_SECONDS_MIN = 120
/** What a vote and its certificate take on top of the epochs that are waited for. */
const EPOCHS_BEHIND = 4

export type ProcessOptions = Required<Pick<CreateDevnetOptions, 'preset' | 'validators'>> &
  Pick<CreateDevnetOptions, 'basePorts'> & { readonly repeat: string }

export class ProcessDevnet implements TestDevnet {
  readonly nodes: readonly ProcessDevnetNode[]
  readonly accounts: readonly DevAccount[] = devAccounts()
  readonly seed = undefined
  readonly repeat: string
  readonly trace = ''
  readonly #devnet: Devnet
  readonly #directory: string
  readonly #checks = new OutsideChecks(() => this.elapsedMs)
  readonly #startedMs = performance.now()
  #hasShown = false
  #isClosed = false

  private constructor(devnet: Devnet, directory: string, repeat: string) {
    this.#devnet = devnet
    this.#directory = directory
    this.repeat = repeat
    this.nodes = devnet.config.validators.map(
      (validator) => new ProcessDevnetNode(devnet, directory, validator),
    )
  }

  static async start({
    preset,
    validators,
    basePorts,
    repeat,
  }: ProcessOptions): Promise<ProcessDevnet> {
    const directory = await mkdtemp(join(tmpdir(), 'hanzo-devnet-'))
    try {
      const ports = basePorts ?? (await freeBasePorts(validators))
      const devnet = await Devnet.start({
        directory: join(directory, 'net'),
        ...{ preset, validatorCount: validators, isReal: false, reset: false, restart: false },
        measureDifficulty: async () => presetParams('cpu', {}).genesisDifficulty,
        ...{ gpu: 'cpu', gpuDutyPercent: 100, logLevel: 'warn' },
        ...{ baseRpcPort: ports.rpc, baseP2pPort: ports.p2p },
        events: { onLine() {}, onHead() {}, onLost() {}, onReady() {} },
      })
      return new ProcessDevnet(devnet, directory, repeat)
    } catch (error) {
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  get chainId(): bigint {
    return this.#devnet.genesis.params.chainId
  }

  get genesisHash(): TestDevnet['genesisHash'] {
    return this.#devnet.genesis.hash
  }

  get epochLength(): number {
    return this.#devnet.genesis.params.epochLength
  }

  get predeploys(): TestDevnet['predeploys'] {
    return this.#devnet.genesis.predeploys
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  async untilFinalized(epoch: number): Promise<void> {
    checkEpoch(epoch)
    const condition = async () => {
      const epochs = await Promise.all(this.#up().map((node) => node.finalizedEpoch()))
      return epochs.length > 0 && epochs.every((each) => each >= epoch)
    }
    const seconds = this.#secondsOf((epoch + EPOCHS_BEHIND) * this.epochLength)
    await this.#wait(condition, seconds, `epoch ${epoch} to be final`)
  }

  async until(condition: () => boolean | Promise<boolean>, seconds?: number): Promise<void> {
    const waitSeconds = seconds ?? this.#secondsOf(EPOCHS_BEHIND * this.epochLength)
    await this.#wait(condition, waitSeconds, 'a condition of the test')
  }

  async advance(distance: Distance): Promise<void> {
    const stretch = stretchOf(distance, this.epochLength)
    this.#demandOpen()
    if ('ms' in stretch) {
      await sleep(stretch.ms)
      await this.#checks.look(this.#up())
      return
    }
    const { blocks } = stretch
    const goal = (await this.#highest()) + blocks
    const condition = async () => (await this.#highest()) >= goal
    await this.#wait(condition, this.#secondsOf(blocks), `block ${goal}`)
  }

  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    this.#demandOpen()
    checkGroups(groups, this.nodes.length)
    await Promise.all(
      this.nodes.map((node) => {
        const group = groups.find((members) => members.includes(node.index)) ?? []
        const members = this.nodes.filter(({ index }) => group.includes(index))
        return node.setPartition(members.map(({ peerId }) => peerId))
      }),
    )
  }

  async heal(): Promise<void> {
    this.#demandOpen()
    await Promise.all(this.nodes.map((node) => node.setPartition(undefined)))
  }

  check(): readonly Violation[] {
    const { violations } = this.#checks
    if (violations.length > 0 && !this.#hasShown) {
      this.#hasShown = true
      process.stderr.write(`Repeat it: ${this.repeat}\n`)
    }
    return violations
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const node of this.nodes) node.close()
    await this.#devnet.stop()
    await rm(this.#directory, { recursive: true, force: true })
  }

  #demandOpen(): void {
    if (this.#isClosed) throw closed()
  }

  #up(): readonly ProcessDevnetNode[] {
    return this.nodes.filter(({ isUp }) => isUp)
  }

  async #highest(): Promise<number> {
    return Math.max(0, ...(await Promise.all(this.#up().map((node) => node.headNumber()))))
  }

  #secondsOf(blocks: number): number {
    const { idealBlockTimeMs } = this.#devnet.genesis.params
    return Math.max(PATIENCE_SECONDS_MIN, (PATIENCE * blocks * idealBlockTimeMs) / 1000)
  }

  async #wait(
    condition: () => boolean | Promise<boolean>,
    seconds: number,
    what: string,
  ): Promise<void> {
    this.#demandOpen()
    const endMs = performance.now() + seconds * 1000
    while (!(await condition())) {
      if (performance.now() >= endMs) throw stalled(what, this.repeat, await this.#describe())
      await sleep(LOOK_MS)
    }
    await this.#checks.look(this.#up())
  }

  async #describe(): Promise<readonly string[]> {
    return Promise.all(
      this.nodes.map(async (node) => {
        if (!node.isUp) return `node ${node.index}: down`
        const [head, final] = [await node.headNumber(), await node.finalizedEpoch()]
        return `node ${node.index}: head ${head}, finalized ${final}`
      }),
    )
  }
}
