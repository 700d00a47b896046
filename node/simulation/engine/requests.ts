/**
 * One question, one stream of answers: it may end in the middle, when the wire is cut, when the
 * peer goes down, or because streams do that.
 */
import type { Cancel } from '../../ports.ts'
import type { SimulatedNetwork } from './network.ts'
import type { Scheduler } from './scheduler.ts'
import type { SeededRng } from './seeded-rng.ts'

/** No answer for so long is the end of the stream. */
export const REPLY_MS_MAX = 5_000
const QUESTION_BYTES = 64

export type Answer<Item> = {
  readonly items: readonly Item[]
  /** False: the stream broke, and there may have been more. */
  readonly isWhole: boolean
}

export type Question<Item> = {
  readonly from: number
  readonly to: number
  /** Asked of the peer when the question arrives; undefined: it does not answer. */
  readonly serve: () => readonly Item[] | undefined | Promise<readonly Item[] | undefined>
  readonly bytesOf: (item: Item) => number
  /** Called once, unless the asker is down by then. */
  readonly done: (answer: Answer<Item>) => void
}

export type RequestParts = {
  readonly network: SimulatedNetwork
  readonly scheduler: Scheduler
  readonly rng: SeededRng
}

export class SimulatedRequests {
  readonly #parts: RequestParts
  /** Part of the streams that break. */
  resets = 0

  constructor(parts: RequestParts) {
    this.#parts = parts
  }

  ask<Item>(question: Question<Item>): Cancel {
    const { network, scheduler } = this.#parts
    const { from, to } = question
    let isOver = false
    const finish = (answer: Answer<Item>): void => {
      if (isOver) return
      isOver = true
      cancelTimeout()
      if (network.isUp(from)) question.done(answer)
    }
    const cancelTimeout = scheduler.after(REPLY_MS_MAX, () => finish(BROKEN))
    network.send(from, to, QUESTION_BYTES, () => {
      const served = question.serve()
      if (served instanceof Promise) {
        void served.then((items) => this.#reply(question, items, finish))
      } else {
        this.#reply(question, served, finish)
      }
    })
    return () => {
      isOver = true
      cancelTimeout()
    }
  }

  #reply<Item>(
    { from, to, bytesOf }: Question<Item>,
    items: readonly Item[] | undefined,
    finish: (answer: Answer<Item>) => void,
  ): void {
    if (items === undefined) return
    const { network, rng } = this.#parts
    const breaks = this.resets > 0 && rng.chance(this.resets)
    const answer = breaks
      ? { items: items.slice(0, rng.below(items.length + 1)), isWhole: false }
      : { items, isWhole: true }
    const bytes = answer.items.reduce((sum, item) => sum + bytesOf(item), QUESTION_BYTES)
    network.send(to, from, bytes, () => finish(answer))
  }
}

const BROKEN: Answer<never> = { items: [], isWhole: false }
