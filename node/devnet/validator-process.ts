/**
 * One validator as an operating-system process: started, watched, stopped.
 *
 * Starting -> Ready -> Stopping -> Exited; an exit in Starting or Ready is an end nobody asked for.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import {
  type HeadMessage,
  isValidatorMessage,
  type ReadyMessage,
  type ValidatorMessage,
} from './messages.ts'

/** A node writes its last batch and closes its sockets in far less; then it is killed. */
export const STOP_TIMEOUT_MS = 10_000
/** Enough to explain a death; older lines are in the node's own log file. */
const LAST_LINES_MAX = 20

export type ValidatorExit = {
  readonly index: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it said of itself, if it could. */
  readonly sentence: string | undefined
  readonly lastLines: readonly string[]
}

export type ValidatorProcessOptions = {
  readonly index: number
  readonly command: string
  readonly args: readonly string[]
  readonly onLine: (index: number, line: string) => void
  readonly onHead: (index: number, head: HeadMessage) => void
  readonly onExit: (exit: ValidatorExit) => void
}

export class ValidatorProcess {
  readonly index: number
  /** Settles once: when the node serves, or when it ended before. */
  readonly ready: Promise<ReadyMessage | ValidatorExit>
  readonly exited: Promise<ValidatorExit>
  readonly #child: ChildProcess
  readonly #lastLines: string[] = []
  #sentence: string | undefined
  #isStopping = false

  constructor(options: ValidatorProcessOptions) {
    this.index = options.index
    this.#child = spawn(options.command, [...options.args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C reaches the supervisor alone, which then stops its validators in order.
      detached: true,
    })
    this.#readLines(options)
    this.exited = this.#watchExit(options)
    this.ready = Promise.race([this.#watchReady(options), this.exited])
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Asks the process to end, and ends it after {@link STOP_TIMEOUT_MS}. */
  async stop(): Promise<ValidatorExit> {
    this.#isStopping = true
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    try {
      return await this.exited
    } finally {
      clearTimeout(timer)
    }
  }

  /** At once, without a word to it. */
  async kill(): Promise<ValidatorExit> {
    this.#isStopping = true
    this.#child.kill('SIGKILL')
    return this.exited
  }

  #readLines(options: ValidatorProcessOptions): void {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.#lastLines.push(line)
        if (this.#lastLines.length > LAST_LINES_MAX) this.#lastLines.shift()
        options.onLine(this.index, line)
      })
    }
  }

  #watchReady(options: ValidatorProcessOptions): Promise<ReadyMessage> {
    return new Promise((resolve) => {
      this.#child.on('message', (raw) => {
        if (!isValidatorMessage(raw)) return
        const message: ValidatorMessage = raw
        if (message.type === 'ready') resolve(message)
        else if (message.type === 'head') options.onHead(this.index, message)
        else this.#sentence = message.sentence
      })
    })
  }

  #watchExit(options: ValidatorProcessOptions): Promise<ValidatorExit> {
    return new Promise((resolve) => {
      const settle = (code: number | null, signal: NodeJS.Signals | null) => {
        const exit: ValidatorExit = {
          index: this.index,
          code,
          signal,
          sentence: this.#sentence,
          lastLines: [...this.#lastLines],
        }
        resolve(exit)
        options.onExit(exit)
      }
      this.#child.once('error', (error) => {
        this.#sentence ??= error.message
        if (this.#child.pid === undefined) settle(null, null)
      })
      // `close` rather than `exit`: the last lines have been read by then.
      this.#child.once('close', settle)
    })
  }
}

export function isExit(outcome: ReadyMessage | ValidatorExit): outcome is ValidatorExit {
  return !('type' in outcome)
}
