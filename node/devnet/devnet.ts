/**
 * A devnet of validator processes: prepared, started together, watched, stopped in order.
 *
 * Every validator is an ordinary `hanzo node`; the supervisor only starts it with the right
 * flags and listens. Spec: docs/spec/interface.md, "Commands".
 */
import '../../p2p/polyfill.ts'
import { fileURLToPath } from 'node:url'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { devAccounts } from '../../genesis/accounts.ts'
import { addEthereumChain } from '../../genesis/add-ethereum-chain.ts'
import type { Genesis } from '../../genesis/types.ts'
import { loadIdentity } from '../../p2p/identity.ts'
import { dataDirectory } from '../storage/data-directory.ts'
import type { DevnetConfig, DevnetValidator } from './config.ts'
import type { HeadMessage, ReadyMessage } from './messages.ts'
import { firstTakenPort } from './ports.ts'
import {
  DevnetError,
  GENESIS_FILE,
  type PrepareOptions,
  prepareDevnet,
  validatorDirectory,
  validatorKeyPath,
} from './prepare.ts'
import { isExit, type ValidatorExit, ValidatorProcess } from './validator-process.ts'

export type DevnetOptions = PrepareOptions & {
  readonly gpu: 'auto' | 'webgpu' | 'cpu'
  /** Share of this machine's time for searching, all validators together, in percent. */
  readonly gpuDutyPercent: number
  readonly baseRpcPort: number
  readonly baseP2pPort: number
  /** Start a validator again that ended by itself. */
  readonly restart: boolean
  readonly logLevel: string
  /** The validators answer `evm_` and `anvil_` methods. */
  readonly devRpc?: boolean
  readonly events: DevnetEvents
}

export type DevnetEvents = {
  readonly onLine: (index: number, line: string) => void
  readonly onHead: (index: number, head: HeadMessage) => void
  /** A validator ended that nobody stopped. */
  readonly onLost: (exit: ValidatorExit, isRestarting: boolean) => void
  readonly onReady: (index: number, pid: number) => void
}

/** The validators themselves warn of what is wrong with their identity files. */
const NO_LOG = { debug() {}, info() {}, warn() {}, error() {} }

/** A validator that dies at once is not started again faster than this. */
const RESTART_DELAY_MS = 1_000

export class Devnet {
  readonly genesis: Genesis
  readonly #options: DevnetOptions
  readonly #bootnodes: readonly string[]
  readonly #processes = new Map<number, ValidatorProcess>()
  /** What each validator said when it last served; kept when it ends, for the description. */
  readonly #ready = new Map<number, ReadyMessage>()
  /** Those whose process serves now: an exit of another one is the business of who started it. */
  readonly #serving = new Set<number>()
  /** Resolves when the last validator has ended by itself: there is nothing left to watch. */
  readonly allLost: Promise<void>
  readonly #resolveAllLost: () => void
  #isStopping = false

  private constructor(genesis: Genesis, options: DevnetOptions, bootnodes: readonly string[]) {
    this.genesis = genesis
    this.#options = options
    this.#bootnodes = bootnodes
    let resolve = (): void => undefined
    this.allLost = new Promise((resolveLost) => {
      resolve = resolveLost
    })
    this.#resolveAllLost = resolve
  }

  /** Resolves when every validator serves. Throws {@link DevnetError}; nothing runs on then. */
  static async start(options: DevnetOptions): Promise<Devnet> {
    const indices = Array.from({ length: options.validatorCount }, (_, index) => index)
    const taken = await firstTakenPort(
      indices.flatMap((index) => [options.baseRpcPort + index, options.baseP2pPort + index]),
    )
    if (taken !== undefined) throw new DevnetError({ code: 'PORT_TAKEN', port: taken })
    const genesis = await prepareDevnet(options)
    const bootnodes = await Promise.all(indices.map((index) => bootnodeAddress(options, index)))
    const devnet = new Devnet(genesis, options, bootnodes)
    try {
      await Promise.all(indices.map((index) => devnet.#startValidator(index)))
    } catch (error) {
      await devnet.stop()
      throw error
    }
    return devnet
  }

  get config(): DevnetConfig {
    const { genesis } = this
    const validators = genesis.validators.map(({ index }) => this.#describe(index))
    return {
      chainId: Number(genesis.params.chainId),
      genesisHash: genesis.hash,
      accounts: devAccounts(),
      validators,
      predeploys: genesis.predeploys,
      addEthereumChain: addEthereumChain(
        genesis.params.chainId,
        validators.map(({ rpcUrl }) => rpcUrl),
      ),
    }
  }

  /** Ends a validator as a crash does; it is not started again by itself. */
  async kill(index: number): Promise<void> {
    this.#serving.delete(index)
    await this.#processes.get(index)?.kill()
    this.#processes.delete(index)
  }

  /** Starts a validator anew on its directory, stopping it in order before if it runs. */
  async restart(index: number): Promise<void> {
    this.#serving.delete(index)
    await this.#processes.get(index)?.stop()
    await this.#startValidator(index)
  }

  /** Stops every validator and waits for its end; tells those that had to be killed. */
  async stop(): Promise<readonly ValidatorExit[]> {
    this.#isStopping = true
    const validators = [...this.#processes.values()]
    const exits = await Promise.all(validators.map((validator) => validator.stop()))
    return exits.filter(({ signal }) => signal === 'SIGKILL')
  }

  async #startValidator(index: number): Promise<void> {
    const validator = new ValidatorProcess({
      index,
      command: process.execPath,
      args: this.#commandLine(index),
      onLine: this.#options.events.onLine,
      onHead: this.#options.events.onHead,
      onExit: (exit) => this.#onExit(exit),
    })
    this.#processes.set(index, validator)
    const outcome = await validator.ready
    if (isExit(outcome)) {
      const reason = outcome.sentence ?? (outcome.lastLines.join('\n') || 'it said nothing.')
      throw new DevnetError({ code: 'VALIDATOR_FAILED', index, reason })
    }
    this.#ready.set(index, outcome)
    this.#serving.add(index)
    this.#options.events.onReady(index, outcome.pid)
  }

  #onExit(exit: ValidatorExit): void {
    // One that never served is the business of whoever waits for it.
    if (this.#isStopping || !this.#serving.delete(exit.index)) return
    const isRestarting = this.#options.restart
    this.#options.events.onLost(exit, isRestarting)
    this.#processes.delete(exit.index)
    if (isRestarting) setTimeout(() => this.#bringBack(exit.index), RESTART_DELAY_MS)
    else if (this.#processes.size === 0) this.#resolveAllLost()
  }

  #bringBack(index: number): void {
    if (this.#isStopping) return
    this.#startValidator(index).catch((error: unknown) => {
      if (!(error instanceof DevnetError)) throw error
      this.#options.events.onLine(index, error.message)
      setTimeout(() => this.#bringBack(index), RESTART_DELAY_MS)
    })
  }

  #commandLine(index: number): string[] {
    const { directory, gpu, gpuDutyPercent, validatorCount, logLevel, devRpc } = this.#options
    const others = this.#bootnodes.filter((_, other) => other !== index)
    return [
      ...loaderArguments(),
      fileURLToPath(new URL(`../cli/main${entryExtension()}`, import.meta.url)),
      'node',
      ...['--genesis', `${directory}/${GENESIS_FILE}`],
      ...['--data-dir', validatorDirectory(directory, index)],
      ...['--rpc-port', String(this.#options.baseRpcPort + index)],
      ...['--p2p-port', String(this.#options.baseP2pPort + index)],
      ...['--validator-key', validatorKeyPath(directory, index)],
      ...['--gpu', gpu],
      ...['--gpu-duty', String(Math.max(1, Math.floor(gpuDutyPercent / validatorCount)))],
      ...['--log-level', logLevel],
      '--mine',
      '--json',
      ...(devRpc === true ? ['--dev-rpc'] : []),
      ...others.flatMap((address) => ['--bootnode', address]),
    ]
  }

  #describe(index: number): DevnetValidator {
    const ready = this.#ready.get(index)
    const validator = this.genesis.validators[index]
    if (ready === undefined || validator === undefined) {
      throw new DevnetError({ code: 'VALIDATOR_FAILED', index, reason: 'it is not ready yet.' })
    }
    const { address, coinbase } = validator
    const { rpcUrl, wsUrl, p2p, adapter } = ready
    const dataDir = validatorDirectory(this.#options.directory, index)
    return { index, address, coinbase, rpcUrl, wsUrl, p2p, dataDir, adapter }
  }
}

async function bootnodeAddress(options: DevnetOptions, index: number): Promise<string> {
  const { identityFile } = dataDirectory(validatorDirectory(options.directory, index))
  const peerId = peerIdFromPrivateKey(await loadIdentity(identityFile, NO_LOG))
  return `/ip4/127.0.0.1/tcp/${options.baseP2pPort + index}/p2p/${peerId.toString()}`
}

/** Sources need the loader that this process may have been given in another way. */
function loaderArguments(): readonly string[] {
  const { execArgv } = process
  const isLoaded = execArgv.some((argument) => argument.includes('tsx'))
  return entryExtension() === '.ts' && !isLoaded ? ['--import', 'tsx'] : execArgv
}

/** The validators run what the supervisor runs: compiled files, or the sources in development. */
function entryExtension(): string {
  return import.meta.url.endsWith('.ts') ? '.ts' : '.js'
}
