/** The parts of the simulator that everything above rests on. */
import { describe, expect, it } from 'vitest'
import { CUT_SHAPES, type CutShape, drawCuts } from '../../../node/simulation/engine/cut-shapes.ts'
import { SimulatedGossip } from '../../../node/simulation/engine/gossip.ts'
import { GOOD_WIRE, SimulatedNetwork } from '../../../node/simulation/engine/network.ts'
import { EPOCH_MS, NodeClock } from '../../../node/simulation/engine/node-clock.ts'
import { REPLY_MS_MAX, SimulatedRequests } from '../../../node/simulation/engine/requests.ts'
import { Scheduler } from '../../../node/simulation/engine/scheduler.ts'
import { SeededRng } from '../../../node/simulation/engine/seeded-rng.ts'
import { Trace } from '../../../node/simulation/engine/trace.ts'
import { WriteLog } from '../../../node/simulation/engine/write-log.ts'

function network(size: number, quality = GOOD_WIRE) {
  const scheduler = new Scheduler()
  const rng = new SeededRng('test')
  return { scheduler, rng, wires: new SimulatedNetwork(size, { scheduler, rng }, quality) }
}

describe('simulation / engine', () => {
  it('events run by time, and of one time in the order they were asked for', () => {
    const scheduler = new Scheduler()
    const seen: string[] = []
    const cancel = scheduler.at(5, () => seen.push('cancelled'))
    scheduler.at(9, () => seen.push('last'))
    scheduler.at(5, () => seen.push('first'))
    scheduler.at(5, () => seen.push('second'))
    cancel()
    scheduler.runUntil(20)
    expect(seen).toEqual(['first', 'second', 'last'])
    expect(scheduler.nowMs).toBe(20)
  })

  it('a thousand random events come out sorted', () => {
    const scheduler = new Scheduler()
    const rng = new SeededRng('heap')
    const times: number[] = []
    for (let i = 0; i < 1_000; i++) {
      scheduler.at(rng.below(300), () => times.push(scheduler.nowMs))
    }
    scheduler.runUntil(1_000)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times).toHaveLength(1_000)
  })

  it('a seed gives the same numbers for ever, and streams by name are independent', () => {
    const draw = (rng: SeededRng) => Array.from({ length: 5 }, () => rng.below(1_000))
    const first = draw(new SeededRng('a'))
    expect(draw(new SeededRng('a'))).toEqual(first)
    expect(draw(new SeededRng('b'))).not.toEqual(first)
    const parent = new SeededRng('a')
    const child = draw(parent.fork('x'))
    expect(draw(parent)).toEqual(first)
    expect(draw(new SeededRng('a').fork('x'))).toEqual(child)
  })

  it('chance is even: the mean of many draws is in the middle', () => {
    const rng = new SeededRng('even')
    const draws = Array.from({ length: 20_000 }, () => rng.fraction())
    expect(draws.reduce((sum, x) => sum + x, 0) / draws.length).toBeCloseTo(0.5, 1)
    expect(draws.every((x) => x >= 0 && x < 1)).toBe(true)
  })

  it('a clock is late, drifts and is set, and its timers die with the machine', () => {
    const scheduler = new Scheduler()
    const clock = new NodeClock(scheduler, -8_000, 0.05)
    expect(clock.now()).toBe(EPOCH_MS - 8_000)
    scheduler.runUntil(1_000)
    expect(clock.now()).toBe(EPOCH_MS - 8_000 + 1_050)
    let rang = 0
    clock.setTimer(100, () => rang++)
    clock.stop()
    clock.setTimer(200, () => (rang += 10))
    scheduler.runUntil(2_000)
    expect(rang).toBe(10)
  })

  it('a cut wire carries nothing, not even what is on its way', () => {
    const { scheduler, wires } = network(2)
    const heard: string[] = []
    wires.send(0, 1, 10, () => heard.push('before'))
    scheduler.runUntil(1_000)
    wires.send(0, 1, 10, () => heard.push('under way'))
    wires.setCuts((from) => from === 0)
    wires.send(0, 1, 10, () => heard.push('while cut'))
    wires.send(1, 0, 10, () => heard.push('the other way'))
    wires.setCuts(() => false)
    scheduler.runUntil(5_000)
    expect(heard).toEqual(['before', 'the other way'])
  })

  it('without reordering messages arrive as they were sent; links are told of', () => {
    const { scheduler, wires } = network(2)
    const heard: number[] = []
    const linked: string[] = []
    wires.onLink((from, to) => linked.push(`${from}${to}`))
    for (let i = 0; i < 50; i++) wires.send(0, 1, 10, () => heard.push(i))
    scheduler.runUntil(10_000)
    expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => i))
    wires.setUp(1, false)
    wires.setUp(1, true)
    expect(linked).toEqual(['01', '10'])
  })

  it('loses and doubles as many messages as it is told to', () => {
    const { scheduler, wires } = network(2, { ...GOOD_WIRE, loss: 0.2, duplication: 0.5 })
    let heard = 0
    for (let i = 0; i < 2_000; i++) wires.send(0, 1, 10, () => heard++)
    scheduler.runUntil(60_000)
    expect(heard / 2_000).toBeCloseTo(1.5 * 0.8, 1)
  })

  it.each(CUT_SHAPES)('a partition of shape %s cuts something, and nobody who bridges', (shape) => {
    const cut = wiresCut(shape, new Set())
    expect(cut).toBeGreaterThan(0)
    expect(wiresCut(shape, new Set([0, 1, 2, 3, 4, 5, 6]))).toBe(0)
  })

  it('gossip comes once, and goes on only if it is accepted', () => {
    const { scheduler, wires } = network(4)
    const gossip = new SimulatedGossip<string>(wires, scheduler)
    const heard: string[] = []
    for (let node = 0; node < 4; node++) {
      gossip.join(node, (message, from) => {
        heard.push(`${node}<${from} ${message}`)
        return message === 'good' ? 'accept' : 'ignore'
      })
    }
    gossip.publish(0, { id: 'a', bytes: 10, message: 'good' }, [1])
    scheduler.runUntil(1_000)
    expect(heard.toSorted()).toEqual(['1<0 good', '2<1 good', '3<1 good'])
    gossip.publish(0, { id: 'b', bytes: 10, message: 'bad' }, [1])
    scheduler.runUntil(2_000)
    expect(heard.at(-1)).toBe('1<0 bad')
    expect(heard).toHaveLength(4)
  })

  it('a question has one answer: what the peer says, a part of it, or nothing in time', () => {
    const { scheduler, rng, wires } = network(2)
    const requests = new SimulatedRequests({ network: wires, scheduler, rng })
    const answers: string[] = []
    const ask = (items: readonly number[] | undefined) =>
      requests.ask<number>({
        ...{ from: 0, to: 1, bytesOf: () => 10, serve: () => items },
        done: ({ items: got, isWhole }) => answers.push(`${got.length} ${isWhole}`),
      })
    ask([1, 2, 3])
    scheduler.runUntil(1_000)
    ask(undefined)
    scheduler.runUntil(1_000 + 2 * REPLY_MS_MAX)
    requests.resets = 1
    ask([1, 2, 3])
    scheduler.runUntil(60_000)
    expect(answers.slice(0, 2)).toEqual(['3 true', '0 false'])
    expect(answers[2]).toMatch(/^[0-3] false$/)
  })

  it('a crash keeps what is synced and a beginning of the rest', () => {
    const lengths = new Set<number>()
    for (let seed = 0; seed < 50; seed++) {
      const log = new WriteLog<number>()
      for (let i = 0; i < 3; i++) log.write(i, i === 0)
      log.crash(new SeededRng(`crash ${seed}`))
      expect(log.entries).toEqual([0, 1, 2].slice(0, log.entries.length))
      lengths.add(log.entries.length)
    }
    expect([...lengths].toSorted((a, b) => a - b)).toEqual([1, 2, 3])
  })

  it('a trace tells apart what happened in another order', () => {
    const digestOf = (kinds: readonly string[]) => {
      const trace = new Trace(new Scheduler())
      for (const kind of kinds) trace.add(kind, 0, 1)
      return trace.digest
    }
    expect(digestOf(['a', 'b'])).toBe(digestOf(['a', 'b']))
    expect(digestOf(['a', 'b'])).not.toBe(digestOf(['b', 'a']))
  })
})

function wiresCut(shape: CutShape, bridging: ReadonlySet<number>): number {
  const cuts = drawCuts(shape, 7, new SeededRng(shape), bridging)
  let count = 0
  for (let from = 0; from < 7; from++) {
    for (let to = 0; to < 7; to++) if (from !== to && cuts(from, to)) count += 1
  }
  return count
}
