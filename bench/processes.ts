/** `hanzo` as a process for benchmarks, outside a test runner: the caller stops what it starts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../test/support/source-tree.ts'

type Event = Record<string, unknown>

export class BenchProcess {
  readonly #child: ChildProcess
  readonly #events: Event[] = []
  readonly #waiters = new Set<{ name: string; resolve: (event: Event) => void }>()
  readonly #ended: Promise<never>
  readonly #closed: Promise<void>

  constructor(args: readonly string[]) {
    this.#child = spawn(
      process.execPath,
      [join(ROOT, 'dist/node/cli/main.js'), ...args, '--json'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#onLine(line))
    }
    const closed = new Promise<void>((resolve) => this.#child.once('close', () => resolve()))
    this.#closed = closed
    this.#ended = closed.then(() => Promise.reject(new Error(`hanzo ${args[0]} has ended`)))
    this.#ended.catch(() => undefined)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  event(name: string): Promise<Event> {
    const past = this.#events.find((event) => event['event'] === name)
    if (past !== undefined) return Promise.resolve(past)
    const coming = new Promise<Event>((resolve) => this.#waiters.add({ name, resolve }))
    return Promise.race([coming, this.#ended])
  }

  events(name: string): readonly Event[] {
    return this.#events.filter((event) => event['event'] === name)
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGINT')
    await this.#closed
  }

  #onLine(line: string): void {
    if (!line.startsWith('{"event"')) return
    const event = JSON.parse(line) as Event
    this.#events.push(event)
    for (const waiter of this.#waiters) {
      if (waiter.name !== event['event']) continue
      this.#waiters.delete(waiter)
      waiter.resolve(event)
    }
  }
}

export function startBenchDevnet(args: readonly string[]): BenchProcess {
  return new BenchProcess(['devnet', ...args])
}

export function temporaryBenchDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'hanzo-bench-'))
}
