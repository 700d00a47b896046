/** The attacker's process as the benchmark sees it: told to begin and to stop, and what it did. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { ROOT } from '../../test/support/source-tree.ts'
import type { FloodName } from './attacks/floods.ts'
import type { Deeds, KnownCheckpoint, Target } from './attacks/target.ts'

export type Order =
  | {
      readonly kind: 'begin'
      readonly flood: FloodName
      readonly target: Target
      readonly checkpoint: KnownCheckpoint
    }
  | { readonly kind: 'stop' }

/** What it did since it began, and what that took of its own processor. */
export type Account = Deeds & { readonly cpuSeconds: number }

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'deeds'; readonly deeds: Account }

export class Attacker {
  readonly #child: ChildProcess
  readonly #target: Target

  private constructor(child: ChildProcess, target: Target) {
    this.#child = child
    this.#target = target
  }

  static async start({
    genesis,
    address,
  }: {
    readonly genesis: Genesis
    readonly address: string
  }): Promise<Attacker> {
    const child = fork(join(ROOT, 'bench/floods/attacker-child.ts'), {
      execArgv: ['--import', 'tsx'],
    })
    const { params, hash } = genesis
    const target = { chainId: Number(params.chainId), genesisHash: hash, address }
    const attacker = new Attacker(child, target)
    await attacker.#report('ready')
    return attacker
  }

  /** Resolves when it floods. */
  async begin(flood: FloodName, checkpoint: KnownCheckpoint): Promise<void> {
    this.#order({ kind: 'begin', flood, target: this.#target, checkpoint })
    await this.#report('ready')
  }

  /** Resolves when all its connections are closed. */
  async stop(): Promise<Account> {
    this.#order({ kind: 'stop' })
    const report = await this.#report('deeds')
    if (report.kind !== 'deeds') throw new Error('the attacker said something else')
    return report.deeds
  }

  async end(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#child.once('close', () => resolve()))
    this.#child.kill()
    await closed
  }

  #order(order: Order): void {
    this.#child.send(order)
  }

  #report(kind: Report['kind']): Promise<Report> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the attacker has ended'))
      const take = (report: Report) => {
        if (report.kind !== kind) return
        this.#child.off('close', ended)
        this.#child.off('message', take)
        resolve(report)
      }
      this.#child.once('close', ended)
      this.#child.on('message', take)
    })
  }
}
