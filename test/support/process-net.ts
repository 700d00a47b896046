/**
 * Validators as processes of the `hanzo` command, each under a test's hand: killed, paused, cut
 * off, started again; and a watch over what they call final meanwhile.
 */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import {
  GENESIS_FILE,
  prepareDevnet,
  validatorDirectory,
  validatorKeyPath,
} from '../../node/devnet/prepare.ts'
import { dataDirectory } from '../../node/storage/data-directory.ts'
import { loadIdentity } from '../../p2p/identity.ts'
import { freePortRanges } from './free-ports.ts'
import { HanzoProcess, temporaryDirectory } from './hanzo-process.ts'
import { type BlockAnswer, type Rpc, rpcClient } from './rpc-client.ts'
import { CLOCK_FILE, clockEnvironment } from './set-clock.ts'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }
const LOOK_MS = 250
const run = promisify(execFile)

export type FinalityAnswer = {
  readonly finalized: { readonly epoch: string; readonly hash: Hash }
  readonly voting: string
  readonly safetyFault: { readonly code: string } | null
}

export class ProcessNode {
  readonly index: number
  readonly dataDir: string
  readonly address: string
  readonly rpc: Rpc
  readonly url: string
  readonly #args: readonly string[]
  #process: HanzoProcess | undefined

  constructor(index: number, dataDir: string, address: string, rpcPort: number, args: string[]) {
    this.index = index
    this.dataDir = dataDir
    this.address = address
    this.url = `http://127.0.0.1:${rpcPort}`
    this.rpc = rpcClient(this.url)
    this.#args = [...args, '--data-dir', dataDir, '--rpc-port', String(rpcPort), '--json']
  }

  get isUp(): boolean {
    return this.#process !== undefined
  }

  get peerId(): string {
    return this.address.slice(this.address.lastIndexOf('/') + 1)
  }

  /** What the process of this run has said. */
  get output(): string {
    return this.#process?.output ?? ''
  }

  /** Resolves when it serves. */
  async start(...more: readonly string[]): Promise<void> {
    const environment = clockEnvironment(join(this.dataDir, CLOCK_FILE))
    const process = new HanzoProcess([...this.#args, ...more], environment)
    this.#process = process
    try {
      await process.event('ready')
    } catch (error) {
      this.#process = undefined
      throw error
    }
  }

  async kill(): Promise<void> {
    const process = this.#process
    this.#process = undefined
    process?.signal('SIGKILL')
    await process?.exited
  }

  async stop(): Promise<void> {
    const process = this.#process
    this.#process = undefined
    await process?.stop()
  }

  async pause(milliseconds: number): Promise<void> {
    const process = this.#process
    this.#process = undefined
    process?.signal('SIGSTOP')
    await sleep(milliseconds)
    process?.signal('SIGCONT')
    this.#process = process
  }

  /** Moves the clock of the process, for this run and later ones. */
  async setClock(offsetMs: number): Promise<void> {
    await writeFile(join(this.dataDir, CLOCK_FILE), String(offsetMs))
  }

  /** What a full disk does: no file of the process grows any more; undefined: they may again. */
  async limitFiles(bytes: number | undefined): Promise<void> {
    const soft = bytes === undefined ? 'unlimited' : String(bytes)
    await run('prlimit', [`--pid=${this.#process?.pid}`, `--fsize=${soft}:unlimited`])
  }

  /** Bytes that the process holds in memory. */
  async residentBytes(): Promise<number> {
    const text = await readFile(`/proc/${this.#process?.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1] ?? 0) * 1024
  }

  /** Bytes of its JavaScript objects, garbage among them. */
  async heapBytes(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text()
    return Number(/^hanzo_heap_bytes (\d+)/m.exec(text)?.[1])
  }

  async admin(method: string, ...params: unknown[]): Promise<unknown> {
    const token = (await readFile(join(this.dataDir, 'admin.token'), 'utf8')).trim()
    return rpcClient(this.url, { authorization: `Bearer ${token}` })(method, ...params)
  }

  async head(tag = 'latest'): Promise<{ readonly number: number; readonly hash: Hash }> {
    const block = (await this.rpc('eth_getBlockByNumber', tag, false)) as BlockAnswer
    return { number: Number(block.number), hash: block.hash }
  }

  async hashAt(number: number): Promise<Hash | undefined> {
    const tag = `0x${number.toString(16)}`
    const block = (await this.rpc('eth_getBlockByNumber', tag, false)) as BlockAnswer | null
    return block?.hash
  }

  async finality(): Promise<FinalityAnswer> {
    return (await this.rpc('hanzo_finalityStatus')) as FinalityAnswer
  }
}

export type ProcessNetOptions = {
  readonly validators: number
  /** Nodes without a key beside them. */
  readonly followers?: number
}

export class ProcessNet {
  readonly genesis: Genesis
  readonly directory: string
  readonly nodes: readonly ProcessNode[]

  private constructor(genesis: Genesis, directory: string, nodes: readonly ProcessNode[]) {
    this.genesis = genesis
    this.directory = directory
    this.nodes = nodes
  }

  /** All of them serve. Preset instant: a block a second, found by the CPU. */
  static async start({ validators, followers = 0 }: ProcessNetOptions): Promise<ProcessNet> {
    const directory = join(await temporaryDirectory(), 'net')
    const genesis = await prepareDevnet({
      ...{ directory, preset: 'instant', validatorCount: validators, isReal: false, reset: false },
      measureDifficulty: async () => 0n,
    })
    const count = validators + followers
    const ports = await freePortRanges(count)
    const addresses: string[] = []
    for (let i = 0; i < count; i++) {
      const { identityFile } = dataDirectory(validatorDirectory(directory, i))
      const peerId = peerIdFromPrivateKey(await loadIdentity(identityFile, QUIET))
      addresses.push(`/ip4/127.0.0.1/tcp/${ports.p2p + i}/p2p/${peerId.toString()}`)
    }
    const nodes = addresses.map((address, i) => {
      const others = addresses.filter((other) => other !== address)
      const key = ['--validator-key', validatorKeyPath(directory, i), '--mine', '--gpu', 'cpu']
      return new ProcessNode(i, validatorDirectory(directory, i), address, ports.rpc + i, [
        ...['node', '--genesis', join(directory, GENESIS_FILE), '--log-level', 'warn'],
        ...['--p2p-port', String(ports.p2p + i), '--gpu-duty', '25'],
        ...others.flatMap((other) => ['--bootnode', other]),
        ...(i < validators ? key : []),
      ])
    })
    await Promise.all(nodes.map((node) => node.start()))
    return new ProcessNet(genesis, directory, nodes)
  }

  get up(): readonly ProcessNode[] {
    return this.nodes.filter(({ isUp }) => isUp)
  }

  async finalizedEpoch(): Promise<number> {
    const all = await Promise.all(this.up.map((node) => node.finality()))
    return Math.min(...all.map(({ finalized }) => Number(finalized.epoch)))
  }
}

/** Reads `finalized` as a client does that goes from node to node; remembers every answer. */
export class FinalizedWatch {
  /** What was wrong, in words. */
  readonly offences: string[] = []
  reads = 0
  readonly #net: ProcessNet
  readonly #hashes = new Map<number, Hash>()
  readonly #highest = new Map<number, number>()
  readonly #stop = new AbortController()
  readonly #loop: Promise<void>

  constructor(net: ProcessNet) {
    this.#net = net
    this.#loop = this.#run()
  }

  /** Highest number that any node has ever called final. */
  get highest(): number {
    return Math.max(0, ...this.#highest.values())
  }

  /** An operator has put an old copy in the place of its data: clients of it read that. */
  onSetBack(node: ProcessNode): void {
    this.#highest.delete(node.index)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#stop.signal.aborted; turn++) {
      const { up } = this.#net
      const node = up[turn % Math.max(1, up.length)]
      // A node that is being killed does not answer: the client goes on to the next.
      if (node !== undefined) await this.#read(node).catch(() => undefined)
      await sleep(LOOK_MS / 2)
    }
  }

  async #read(node: ProcessNode): Promise<void> {
    const { number, hash } = await node.head('finalized')
    this.reads += 1
    const before = this.#highest.get(node.index) ?? 0
    if (number < before) this.offences.push(`node ${node.index}: ${before}, then ${number}`)
    const known = this.#hashes.get(number) ?? hash
    if (known !== hash) this.offences.push(`block ${number}: ${known} and ${hash} are final`)
    this.#hashes.set(number, hash)
    this.#highest.set(node.index, Math.max(before, number))
  }
}
