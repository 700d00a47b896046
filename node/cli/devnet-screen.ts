/**
 * What a person sees of a running devnet: a line a block, told once although every validator
 * reports it, and a line for whatever is out of the ordinary.
 */
import type { DevnetConfig } from '../devnet/config.ts'
import type { DevnetEvents } from '../devnet/devnet.ts'
import type { HeadMessage } from '../devnet/messages.ts'
import type { ValidatorExit } from '../devnet/validator-process.ts'
import { formatLogLine } from './log-line.ts'

/** Blocks already shown; far more than validators can differ by. */
const SHOWN_BLOCKS_MAX = 256

export type DevnetScreen = {
  readonly events: DevnetEvents
  starting(validators: number, preset: string, directory: string): void
  ready(config: DevnetConfig, banner: string): void
  stopping(): void
}

export function createDevnetScreen(options: {
  readonly isJson: boolean
  readonly isVerbose: boolean
}): DevnetScreen {
  const say = (event: string, fields: Record<string, unknown>, text: string) =>
    console.log(options.isJson ? JSON.stringify({ event, ...fields }) : text)
  const blocks = new BlockLines(say)
  return {
    events: {
      onReady: (index, pid) => say('validatorReady', { index, pid }, `validator ${index} is ready`),
      onHead: (index, head) => blocks.show(index, head),
      onLost: (exit, isRestarting) => sayLost(say, exit, isRestarting),
      onLine: (index, line) => {
        if (!options.isVerbose && !isTrouble(line)) return
        say('log', { index, line }, `[${index}] ${formatLogLine(line)}`)
      },
    },
    starting: (validators, preset, directory) =>
      say(
        'starting',
        { validators, preset, directory },
        `Starting ${validators} validators (preset ${preset}) in ${directory}`,
      ),
    ready: (config, banner) => {
      blocks.learn(config)
      say('ready', { ...config }, banner)
    },
    stopping: () => say('stopping', {}, 'Stopping the validators'),
  }
}

/** `headOf`: the validator that told of it first. */
type SeenHead = HeadMessage & { readonly headOf: number }

type Say = (event: string, fields: Record<string, unknown>, text: string) => void

class BlockLines {
  readonly #say: Say
  readonly #shown = new Set<string>()
  readonly #sealers = new Map<string, number>()
  /** Heads that came before the banner wait for it. */
  #held: SeenHead[] | undefined = []
  #lastTimestamp: number | undefined

  constructor(say: Say) {
    this.#say = say
  }

  learn(config: DevnetConfig): void {
    for (const { index, coinbase } of config.validators) this.#sealers.set(coinbase, index)
    const held = this.#held ?? []
    this.#held = undefined
    for (const head of held) this.#write(head)
  }

  show(index: number, head: HeadMessage): void {
    if (this.#shown.has(head.hash)) return
    this.#shown.add(head.hash)
    for (const old of this.#shown) {
      if (this.#shown.size <= SHOWN_BLOCKS_MAX) break
      this.#shown.delete(old)
    }
    const seen = { ...head, headOf: index }
    if (this.#held === undefined) this.#write(seen)
    else this.#held.push(seen)
  }

  #write(head: SeenHead): void {
    const sealer = this.#sealers.get(head.coinbase)
    const seconds = this.#lastTimestamp === undefined ? 0 : head.timestamp - this.#lastTimestamp
    this.#lastTimestamp = head.timestamp
    const parts = [
      `block ${head.number}`,
      `${head.hash.slice(0, 10)}…`,
      sealer === undefined ? `by ${head.coinbase}` : `by validator ${sealer}`,
      `${head.transactions} tx`,
      `${seconds < 0 ? '' : '+'}${seconds} s`,
      `${head.peers} peers`,
      ...(head.removed === 0 ? [] : [`reorg of ${head.removed}`]),
    ]
    this.#say('block', { ...head, sealer }, parts.join('  '))
  }
}

function sayLost(say: Say, exit: ValidatorExit, isRestarting: boolean): void {
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`
  const next = isRestarting ? 'it is started again' : 'start the devnet with --restart to revive it'
  const why = exit.sentence === undefined ? '' : ` (${exit.sentence})`
  say(
    'validatorLost',
    { ...exit, isRestarting },
    `validator ${exit.index} ended by ${how}${why}: ${next}`,
  )
}

/** Warnings and errors are shown even when logs are not asked for. */
function isTrouble(line: string): boolean {
  const level = /"level":(\d+)/.exec(line)?.[1]
  return level === undefined || Number(level) >= 40
}
