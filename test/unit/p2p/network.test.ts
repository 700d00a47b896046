import { afterEach, describe, expect, it } from 'vitest'
import { bytes, connectAll, stopEverything, TestNetwork } from './test-network.ts'

afterEach(stopEverything)

describe('p2p / network', () => {
  it('delivers what one of two publishes to the other', async () => {
    const [a, b] = [await TestNetwork.start(), await TestNetwork.start()]
    await connectAll([a, b])
    const payload = bytes(100)
    expect(await a.network.publish('block', payload)).toEqual({ recipients: 1 })
    await b.untilReceived(1)
    expect(b.received).toEqual([{ topic: 'block', payload, peer: a.id }])
  })
})
