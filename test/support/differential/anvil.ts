/**
 * Anvil as a real process on a free port: revm with Celo's transfer precompile, booted from our own
 * genesis.json. Blocks are made on demand, in the order in which transactions came.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import type { GenesisFile } from '../../../genesis/genesis-file.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { ROOT } from '../source-tree.ts'

const BINARY = join(ROOT, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil')

/** Our package depends on the binary for this platform alone. */
export const ANVIL_IS_EXPECTED = process.platform === 'linux' && process.arch === 'x64'

const ARGUMENTS = [
  '--celo',
  '--hardfork=osaka',
  '--no-mining',
  '--order=fifo',
  '--port=0',
  // Its own accounts and contracts would be on top of the genesis file.
  '--accounts=0',
  '--disable-default-create2-deployer',
  // EIP-7825 is off by default.
  '--enable-tx-gas-limit',
]

export type RpcCall = { readonly method: string; readonly params: readonly unknown[] }

export class Anvil {
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #url: string

  private constructor(child: ChildProcess, directory: string, url: string) {
    this.#child = child
    this.#directory = directory
    this.#url = url
  }

  /** `more` are arguments of anvil beside those that make it our twin. */
  static async start(genesis: GenesisFile, more: readonly string[] = []): Promise<Anvil> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run \`npm ci\`.`)
    const directory = await mkdtemp(join(tmpdir(), 'hanzo-anvil-'))
    const path = join(directory, 'genesis.json')
    await writeFile(path, JSON.stringify(genesis))
    const child = spawn(
      BINARY,
      [...ARGUMENTS, ...more, `--gas-limit=${BigInt(genesis.gasLimit)}`, '--init', path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    return new Anvil(child, directory, await listeningUrl(child))
  }

  async call<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const [result] = await this.batch([{ method, params }])
    return result as Result
  }

  /** Results in the order of the calls. Throws at the first that failed. */
  async batch(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    if (calls.length === 0) return []
    const body = calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call }))
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answers = (await response.json()) as readonly RpcAnswer[]
    const byId = new Map(answers.map((answer) => [answer.id, answer]))
    return calls.map((call, id) => {
      const answer = byId.get(id)
      if (answer?.result === undefined) {
        throw new Error(`anvil refuses ${JSON.stringify(call)}: ${JSON.stringify(answer?.error)}`)
      }
      return answer.result
    })
  }

  /** Root of the whole state as it stands, cheats since the last block included. */
  async stateRoot(): Promise<Hash> {
    const anyone: Address = `0x${'00'.repeat(20)}`
    const proof = await this.call<{ accountProof: readonly Hex[] }>(
      'eth_getProof',
      anyone,
      [],
      'latest',
    )
    const [root = '0x'] = proof.accountProof
    return `0x${Buffer.from(keccak256(Buffer.from(root.slice(2), 'hex'))).toString('hex')}`
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('close', resolve))
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await exited
    }
    await rm(this.#directory, { recursive: true, force: true })
  }
}

type RpcAnswer = { readonly id: number; readonly result?: unknown; readonly error?: unknown }

function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const { stdout } = child
    if (stdout === null) throw new Error('anvil has an output')
    createInterface({ input: stdout }).on('line', (line) => {
      said.push(line)
      const [, address] = /^Listening on (\S+)$/.exec(line) ?? []
      if (address !== undefined) resolve(`http://${address}`)
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`anvil has ended; it said:\n${said.join('\n')}`)))
  })
}
