/** One validator process of a devnet under test. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address, Hex } from '../../../consensus/types.ts'
import { dataDirectory } from '../../storage/data-directory.ts'
import type { DevnetValidator } from '../config.ts'
import type { Devnet } from '../devnet.ts'
import { validatorKeyPath } from '../prepare.ts'
import { closed, DevnetTestError, resultOf } from './errors.ts'
import type { CrashOptions, DevnetNode, RpcProvider } from './types.ts'

/** A node that does not answer for so long does not answer. */
const ANSWER_MS_MAX = 20_000

export class ProcessDevnetNode implements DevnetNode {
  readonly index: number
  readonly address: Address
  readonly coinbase: Address
  readonly peerId: string
  readonly #devnet: Devnet
  readonly #directory: string
  readonly #validator: DevnetValidator
  #isUp = true
  #isClosed = false
  #votingKey: Hex | undefined
  /** Kept for a node that starts again amid a partition. */
  #allowed: readonly string[] | undefined

  constructor(devnet: Devnet, directory: string, validator: DevnetValidator) {
    this.#devnet = devnet
    this.#directory = directory
    this.#validator = validator
    this.index = validator.index
    this.address = validator.address
    this.coinbase = validator.coinbase
    this.peerId = validator.p2p.split('/p2p/')[1] ?? ''
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get votingKey(): Hex {
    const path = validatorKeyPath(join(this.#directory, 'net'), this.index)
    this.#votingKey ??= readFileSync(path, 'utf8').trim() as Hex
    return this.#votingKey
  }

  request(call: Parameters<RpcProvider['request']>[0]): Promise<unknown> {
    return this.#post(call, {})
  }

  async rpc<Result = unknown>(method: string, ...params: readonly unknown[]): Promise<Result> {
    return (await this.request({ method, params })) as Result
  }

  async crash({ losesUnsynced = false }: CrashOptions = {}): Promise<void> {
    this.#demandOpen()
    if (losesUnsynced) throw impossible('a power cut for a process')
    this.#isUp = false
    await this.#devnet.kill(this.index)
  }

  async restart(): Promise<void> {
    this.#demandOpen()
    this.#isUp = false
    await this.#devnet.restart(this.index)
    this.#isUp = true
    if (this.#allowed !== undefined) await this.setPartition(this.#allowed)
  }

  /** With its devnet: from now on it throws CLOSED. */
  close(): void {
    this.#isClosed = true
  }

  behave(): never {
    throw impossible('a process that lies')
  }

  takeBackup(): never {
    throw impossible('a backup of a running process')
  }

  restoreBackup(): never {
    throw impossible('a backup of a running process')
  }

  /** undefined: it speaks to everybody again. */
  async setPartition(allowed: readonly string[] | undefined): Promise<void> {
    this.#allowed = allowed
    if (!this.#isUp) return
    const [method, params] = allowed ? ['hanzo_partition', [allowed]] : ['hanzo_heal', []]
    await this.#post({ method: String(method), params: [...(params ?? [])] }, await this.#admin())
  }

  async headNumber(): Promise<number> {
    return Number(await this.rpc<Hex>('eth_blockNumber'))
  }

  async finalizedEpoch(): Promise<number> {
    const status = await this.rpc<{ finalized: { epoch: Hex } }>('hanzo_finalityStatus')
    return Number(status.finalized.epoch)
  }

  #demandOpen(): void {
    if (this.#isClosed) throw closed()
  }

  async #admin(): Promise<Record<string, string>> {
    const { adminTokenFile } = dataDirectory(this.#validator.dataDir)
    return { authorization: `Bearer ${(await readFile(adminTokenFile, 'utf8')).trim()}` }
  }

  async #post(
    { method, params = [] }: Parameters<RpcProvider['request']>[0],
    headers: Record<string, string>,
  ): Promise<unknown> {
    this.#demandOpen()
    if (!this.#isUp) throw new DevnetTestError({ code: 'NODE_DOWN', node: this.index })
    const response = await fetch(this.#validator.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    return resultOf(await response.json())
  }
}

function impossible(what: string): DevnetTestError {
  const sentence = `There is no such thing as ${what}: use the transport \`simulated\`.`
  return new DevnetTestError({ code: 'NOT_POSSIBLE', what }, sentence)
}
