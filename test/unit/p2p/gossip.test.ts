import { afterEach, describe, expect, it } from 'vitest'
import { NetworkError } from '../../../p2p/errors.ts'
import type { Verdict } from '../../../p2p/options.ts'
import { bytes, connectAll, stopEverything, TestNetwork, untilMeshed } from './test-network.ts'

afterEach(stopEverything)

/** a - b - c, where b judges as told. */
async function lineOfThree(
  verdict: Verdict | 'throw',
): Promise<[TestNetwork, TestNetwork, TestNetwork]> {
  const onGossip = async (): Promise<Verdict> => {
    if (verdict === 'throw') throw new Error('a bug')
    return verdict
  }
  const [a, b, c] = [
    await TestNetwork.start(),
    await TestNetwork.start({ onGossip }),
    await TestNetwork.start(),
  ]
  await connectAll([a, b])
  await connectAll([b, c])
  return [a, b, c]
}

describe('p2p / gossip', () => {
  it('delivers what one of two publishes, as plain bytes, with its sender', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    await connectAll([a, b])
    expect(await a.network.publish('block', bytes(100))).toEqual({ recipients: 1 })
    await b.untilReceived(1)
    expect(b.received).toEqual([{ topic: 'block', payload: bytes(100), peer: a.id }])
    expect(Buffer.isBuffer(b.received[0]?.payload)).toBe(false)
  })

  it('delivers to all of four nodes, each once', async () => {
    const nodes = await Promise.all([1, 2, 3, 4].map(() => TestNetwork.start()))
    await connectAll(nodes)
    const [first, ...others] = nodes
    await first!.network.publish('block', bytes(1_000))
    for (const node of others) await node.untilReceived(1)
    // A second message after the first: had the first come twice, it would be between them.
    await first!.network.publish('block', bytes(1_000, 8))
    for (const node of others) await node.untilReceived(2)
    for (const node of others) {
      expect(node.received.map(({ payload }) => payload[0])).toEqual([7, 8])
    }
    expect(first!.received).toEqual([])
  })

  it('forwards an accepted message to nodes that its sender does not know', async () => {
    const [a, b, c] = await lineOfThree('accept')
    await a.network.publish('block', bytes(10))
    await c.untilReceived(1)
    expect(c.received[0]?.peer).toBe(b.id)
  })

  it('does not see what finds no place, and takes the copy of another peer', async () => {
    let crowded = ''
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    const c = await TestNetwork.start({
      isCrowded: (topic, peer) => topic === 'vote' && peer === crowded,
    })
    crowded = a.id
    await connectAll([a, c])
    await connectAll([b, c])
    await a.network.publish('vote', bytes(10))
    // Comes behind the vote, from the same peer: another topic has its place.
    await a.network.publish('block', bytes(10))
    await c.untilReceived(1)
    expect(c.received.map(({ topic }) => topic)).toEqual(['block'])
    await b.network.publish('vote', bytes(10))
    await c.untilReceived(2)
    expect(c.received[1]).toEqual({ topic: 'vote', payload: bytes(10), peer: b.id })
  })

  it.each(['ignore', 'reject', 'throw'] as const)('does not forward after %s', async (verdict) => {
    const [a, b, c] = await lineOfThree(verdict)
    await a.network.publish('block', bytes(10))
    await b.untilReceived(1)
    // What b itself says afterwards does reach c, and nothing came before it.
    await b.network.publish('block', bytes(10, 9))
    await c.untilReceived(1)
    expect(c.received.map(({ payload }) => payload[0])).toEqual([9])
  })

  it('charges the sender of a rejected message by the weight of its topic, not of an ignored one', async () => {
    const [a, b] = await lineOfThree('reject')
    await a.network.publish('block', bytes(10))
    await b.untilLogged('Peer charged')
    const scoreAtB = () => b.network.peers().find(({ id }) => id === a.id)?.score
    expect(scoreAtB()).toBeCloseTo(-2, 1)
    await a.network.publish('vote', bytes(10))
    await b.happenings.until(() => b.log.filter(isCharge).length === 2)
    expect(scoreAtB()).toBeCloseTo(-3, 1)
  })

  it('logs a handler that throws and blames nobody', async () => {
    const [a, b] = await lineOfThree('throw')
    await a.network.publish('block', bytes(10))
    const line = await b.untilLogged('Gossip handler failed')
    expect(line.level).toBe('error')
    expect(b.network.peers().every(({ score }) => score === 0)).toBe(true)
  })

  it('carries a message of the full size of its topic, and refuses to publish one byte more', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    await connectAll([a, b])
    await a.network.publish('block', bytes(1_048_576))
    await b.untilReceived(1)
    expect(b.received[0]?.payload.length).toBe(1_048_576)
    const tooBig = a.network.publish('block', bytes(1_048_577))
    await expect(tooBig).rejects.toMatchObject({
      type: { code: 'MESSAGE_TOO_BIG', topic: 'block', bytes: 1_048_577, bytesMax: 1_048_576 },
    })
    // Nobody has gone deaf of it.
    await a.network.publish('vote', bytes(300))
    await b.untilReceived(2)
  })

  it('refuses a topic it was not told of, and any before it is started', async () => {
    const node = await TestNetwork.create()
    await expect(node.network.publish('block', bytes(1))).rejects.toThrow(NetworkError)
    await node.network.start()
    await expect(node.network.publish('news', bytes(1))).rejects.toMatchObject({
      type: { code: 'TOPIC_UNKNOWN', topic: 'news' },
    })
    await node.stop()
  })

  it('tells that nobody was reached when nobody listens, and when it was said already', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    expect(await a.network.publish('vote', bytes(5))).toEqual({ recipients: 0 })
    await connectAll([a, b])
    expect(await a.network.publish('vote', bytes(5))).toEqual({ recipients: 0 })
    expect(await a.network.publish('vote', bytes(6))).toEqual({ recipients: 1 })
  })

  it('judges several messages of one peer at once', async () => {
    const gate = Promise.withResolvers<Verdict>()
    const b = await TestNetwork.start({ onGossip: () => gate.promise })
    const a = await TestNetwork.start()
    await connectAll([a, b])
    for (let index = 0; index < 5; index++) await a.network.publish('block', bytes(10, index))
    await b.untilReceived(5)
    gate.resolve('accept')
  })

  it('a node that joins later hears what is published then', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    await connectAll([a, b])
    const c = await TestNetwork.start({ bootnodes: [b.address] })
    await untilMeshed([b, c])
    await a.network.publish('block', bytes(3))
    await c.untilReceived(1)
  })
})

function isCharge({ message }: { readonly message: string }): boolean {
  return message === 'Peer charged'
}
