/**
 * Twenty peers of one attacker take every place in the meshes of a line of honest nodes before
 * these know each other. First they swallow all that they are given, then they turn bad at once
 * (spec/consensus.md 6, row 30). One loopback address is as good to them as twenty of their own.
 */
import type { Stream } from '@libp2p/interface'
import { afterEach, describe, expect, it } from 'vitest'
import type { Verdict } from '../../../p2p/options.ts'
import { frameOf } from '../../support/gossip-frames.ts'
import { BLOCK_TOPIC, RawPeer, stopRawPeers } from './raw-peer.ts'
import { bytes, connectAll, stopEverything, TestNetwork } from './test-network.ts'

const SYBILS = 20
const HONEST = 4
const BLOCKS = 10
/** The strangers' copies may be on their way when the honest nodes have theirs. */
const ARRIVAL = { timeout: 10_000 }
/** What is rejected begins with it. */
const BAD = 0xff

afterEach(async () => {
  await stopEverything()
  await stopRawPeers()
})

type Sybil = { readonly peer: RawPeer; readonly streams: readonly Stream[] }

const onGossip = async ({ payload }: { payload: Uint8Array }): Promise<Verdict> =>
  payload[0] === BAD ? 'reject' : 'accept'

const graft = frameOf({
  subscriptions: [{ topic: BLOCK_TOPIC, subscribe: true }],
  control: { ihave: [], iwant: [], graft: [{ topicID: BLOCK_TOPIC }], prune: [], idontwant: [] },
})

/** In the mesh of each target that still has a place. */
async function startSybil(targets: readonly TestNetwork[]): Promise<Sybil> {
  const peer = await RawPeer.start()
  const streams: Stream[] = []
  for (const target of targets) {
    const stream = await peer.openGossip(await peer.join(target))
    stream.send(graft)
    await target.happenings.until(() => target.subscribed.has(`${peer.id} block`))
    streams.push(stream)
  }
  return { peer, streams }
}

/** A line of honest nodes, each of which got to know the next when its mesh was taken. */
async function scene() {
  const honest = await Promise.all(
    Array.from({ length: HONEST }, () => TestNetwork.start({ onGossip })),
  )
  const sybils: Sybil[] = []
  for (let count = 0; count < SYBILS; count++) sybils.push(await startSybil(honest))
  for (let index = 1; index < HONEST; index++) await connectAll(honest.slice(index - 1, index + 1))
  return { honest, sybils }
}

const block = (index: number) => bytes(1_000, index)

const good = ({ received }: TestNetwork) =>
  new Set(received.map(({ payload }) => payload[0]).filter((first) => first !== BAD))

/** The first node publishes, the others get everything. */
async function expectDelivery(honest: readonly TestNetwork[], first: number): Promise<void> {
  const [source, ...others] = honest
  for (let index = first; index < first + BLOCKS; index++) {
    await source!.network.publish('block', block(index))
  }
  for (const node of others) {
    await node.happenings.until(() => good(node).size >= first + BLOCKS - 1)
  }
}

describe('p2p / sybil mesh', () => {
  it('every block passes nodes whose meshes a silent attacker holds', async () => {
    const { honest, sybils } = await scene()
    await expectDelivery(honest, 1)
    // Not by luck: what the second node passes on went to strangers of its mesh in full.
    const ofTheMesh = () =>
      sybils.filter(({ peer }) => {
        const copies = peer.rpcs.flatMap(({ messages }) => messages)
        return copies.length > BLOCKS
      })
    await expect.poll(() => ofTheMesh().length, ARRIVAL).toBeGreaterThanOrEqual(6)
    // And who is silent has done nothing that could be held against it.
    expect(honest.map(({ connected }) => connected.size)).toEqual(
      honest.map((_, index) => SYBILS + (index === 0 || index === HONEST - 1 ? 1 : 2)),
    )
  })

  it('every block passes when all of them turn bad at once, and all are banned', async () => {
    const { honest, sybils } = await scene()
    await expectDelivery(honest, 1)
    for (const [index, { streams }] of sybils.entries()) {
      const data = (salt: number) => Uint8Array.of(BAD, index, salt)
      const messages = [1, 2, 3].map((salt) => ({ topic: BLOCK_TOPIC, data: data(salt) }))
      for (const stream of streams) stream.send(frameOf({ messages }))
    }
    await expectDelivery(honest, 1 + BLOCKS)
    for (const node of honest) {
      await node.happenings.until(() => sybils.every(({ peer }) => !node.connected.has(peer.id)))
      expect(sybils.every(({ peer }) => node.network.isBanned(peer.id))).toBe(true)
    }
    expect(honest.every((node) => node.connected.size > 0)).toBe(true)
    await expectDelivery(honest, 1 + 2 * BLOCKS)
  })
})
