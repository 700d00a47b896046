/**
 * The `hanzo` command as a real process, the way a user runs it: compiled, with its output read
 * line by line and every process ended when the test ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll } from 'vitest'
import type { DevnetConfig } from '../../node/devnet/config.ts'
import { ROOT } from './source-tree.ts'

const MAIN = join(ROOT, 'dist/node/cli/main.js')

/** What a slow machine needs to stop four validators. */
const STOP_TIMEOUT_MS = 30_000

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

type Waiter = {
  readonly matches: (line: string) => boolean
  readonly resolve: (line: string) => void
  readonly reject: (error: Error) => void
}

export class HanzoProcess {
  readonly lines: string[] = []
  readonly exited: Promise<Exit>
  readonly #child: ChildProcess
  readonly #waiters = new Set<Waiter>()

  constructor(args: readonly string[], environment: Record<string, string> = {}) {
    if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run \`npm run build\` first.`)
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null)
        createInterface({ input: stream }).on('line', (line) => this.#onLine(line))
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        for (const waiter of this.#waiters) waiter.reject(this.#ended())
        this.#waiters.clear()
        resolve({ code, signal })
      })
    })
    running.add(this)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get output(): string {
    return this.lines.join('\n')
  }

  /** The first line, past or to come, that `matches`. Rejects when the process ends before. */
  line(matches: (line: string) => boolean): Promise<string> {
    const past = this.lines.find(matches)
    if (past !== undefined) return Promise.resolve(past)
    if (this.#child.exitCode !== null) return Promise.reject(this.#ended())
    return new Promise((resolve, reject) => this.#waiters.add({ matches, resolve, reject }))
  }

  /** The JSON line with this `event` (commands with `--json`), past or to come. */
  async event(
    name: string,
    matches: (event: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    const isIt = (line: string) => {
      const event = parseEvent(line)
      return event?.['event'] === name && matches(event)
    }
    return parseEvent(await this.line(isIt)) ?? {}
  }

  /** Every event with this name so far. */
  events(name: string): Record<string, unknown>[] {
    return this.lines
      .map(parseEvent)
      .filter((event) => event !== undefined)
      .filter((event) => event['event'] === name)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async stop(): Promise<Exit> {
    running.delete(this)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.exited
    this.#child.kill('SIGINT')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    try {
      return await this.exited
    } finally {
      clearTimeout(timer)
    }
  }

  #onLine(line: string): void {
    this.lines.push(line)
    for (const waiter of this.#waiters) {
      if (!waiter.matches(line)) continue
      this.#waiters.delete(waiter)
      waiter.resolve(line)
    }
  }

  #ended(): Error {
    return new Error(`hanzo has ended; it said:\n${this.lines.slice(-40).join('\n')}`)
  }
}

const running = new Set<HanzoProcess>()
const directories: string[] = []

afterAll(async () => {
  await Promise.all([...running].map((process) => process.stop()))
  await Promise.all(directories.map((path) => rm(path, { recursive: true, force: true })))
})

/** A new directory that is removed when the test file is done. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
  directories.push(path)
  return path
}

/** Runs a command to its end. */
export async function runHanzo(
  ...args: readonly string[]
): Promise<Exit & { readonly output: string }> {
  const process = new HanzoProcess(args)
  const exit = await process.exited
  return { ...exit, output: process.output }
}

/** Starts a devnet with `--json` and waits until all its validators serve. */
export async function startDevnet(
  args: readonly string[],
): Promise<{ process: HanzoProcess; config: DevnetConfig }> {
  const process = new HanzoProcess(['devnet', '--json', ...args])
  const ready = await process.event('ready')
  return { process, config: ready as unknown as DevnetConfig }
}

function parseEvent(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}
