/**
 * So many peers of the attacker at once. Who is cut off is followed by a new identity, as soon as
 * the rate of identities allows; what they send together keeps to a rate as well, for an attacker
 * without one would take a core from the victim on a machine that has two.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Intruder } from './intruder.ts'
import type { Deeds, Flood, Target } from './target.ts'

/** New ones of all together: what a node that listens to the world lets in of one address. */
export const IDENTITIES_PER_SECOND = 16
const TICK_MS = 10
/** A first crew that is not in by then is one that the victim does not want. */
const GATHERING_MS_MAX = 3_000

export type CrewPlan = {
  readonly size: number
  /** Acts of all members together. */
  readonly actsPerSecond: number
  /** False: not now, the victim does not take in as much. */
  readonly act: (member: Intruder, count: number) => boolean
  /** How long it goes on before anybody looks: what shows after a time out shows then. */
  readonly headStartMs?: number
  /** Of a new member, before its first act. */
  readonly greet?: (member: Intruder) => void
}

export class Crew implements Flood {
  readonly #target: Target
  readonly #plan: CrewPlan
  readonly #members = new Set<Intruder>()
  readonly #left: Promise<void>[] = []
  #turn = 0
  #entering = 0
  #sent = 0
  #identities = 0
  #cutOff = 0
  #startMs = 0
  #isOver = false
  #loops: Promise<void>[] = []

  private constructor(target: Target, plan: CrewPlan) {
    this.#target = target
    this.#plan = plan
  }

  static async gather(target: Target, plan: CrewPlan): Promise<Crew> {
    const crew = new Crew(target, plan)
    crew.#loops = [crew.#recruit()]
    const startMs = performance.now()
    while (crew.#members.size < plan.size && performance.now() - startMs < GATHERING_MS_MAX) {
      await sleep(TICK_MS)
    }
    crew.#startMs = performance.now()
    crew.#loops.push(crew.#act())
    await sleep(plan.headStartMs ?? 0)
    return crew
  }

  async stop(): Promise<Deeds> {
    this.#isOver = true
    const seconds = (performance.now() - this.#startMs) / 1000
    await Promise.all(this.#loops)
    for (const member of this.#members) this.#left.push(member.leave())
    await Promise.all(this.#left)
    return { seconds, sent: this.#sent, identities: this.#identities, cutOff: this.#cutOff }
  }

  async #recruit(): Promise<void> {
    const joining: Promise<void>[] = []
    while (!this.#isOver) {
      for (const member of this.#members) if (!member.isIn) this.#lose(member)
      if (this.#members.size + this.#entering < this.#plan.size) joining.push(this.#enter())
      await sleep(1000 / IDENTITIES_PER_SECOND)
    }
    await Promise.all(joining)
  }

  async #enter(): Promise<void> {
    this.#entering += 1
    this.#identities += 1
    try {
      const member = await Intruder.enter(this.#target)
      this.#members.add(member)
      this.#plan.greet?.(member)
    } catch {
      // Refused at the door.
      this.#cutOff += 1
    } finally {
      this.#entering -= 1
    }
  }

  #lose(member: Intruder): void {
    this.#members.delete(member)
    this.#cutOff += 1
    this.#left.push(member.leave())
  }

  /** What could not be sent when it was due is not made up for. */
  async #act(): Promise<void> {
    const { actsPerSecond, act } = this.#plan
    let lastMs = performance.now()
    let due = 0
    while (!this.#isOver) {
      await sleep(TICK_MS)
      const nowMs = performance.now()
      due = (due % 1) + ((nowMs - lastMs) * actsPerSecond) / 1000
      lastMs = nowMs
      for (let i = 1; i <= due; i++) {
        const member = this.#next()
        if (member !== undefined && act(member, this.#sent)) this.#sent += 1
      }
    }
  }

  #next(): Intruder | undefined {
    const members = [...this.#members].filter(({ isIn }) => isIn)
    this.#turn += 1
    return members[this.#turn % Math.max(1, members.length)]
  }
}
