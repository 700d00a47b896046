/** A pause in reading: nothing of what a peer sends arrives in it, everything does after. */
import type { Connection } from '@libp2p/interface'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { READING_PAUSE_MS_MAX } from '../../../p2p/limits.ts'
import { Reading } from '../../../p2p/peers/reading.ts'
import { bytes, connectAll, stopEverything, TestNetwork } from './test-network.ts'

afterEach(async () => {
  vi.useRealTimers()
  await stopEverything()
})

type Status = 'readable' | 'paused' | 'closed' | 'aborted'

/** As libp2p's, which throws when it is closed. */
class Socket {
  readStatus: Status = 'readable'
  broken: 'paused' | 'readable' | undefined

  pause(): void {
    this.#become('paused')
  }

  resume(): void {
    this.#become('readable')
  }

  abort(): void {
    this.readStatus = 'aborted'
  }

  #become(status: Status): void {
    if (this.readStatus === 'closed') throw new Error('closed')
    if (this.broken === status) throw new Error('broken')
    this.readStatus = status
  }
}

function scene(count: number) {
  vi.useFakeTimers()
  const sockets = Array.from({ length: count }, () => new Socket())
  const connections = () => sockets.map((maConn) => ({ maConn }) as unknown as Connection)
  const reading = new Reading({ getConnections: connections })
  return { sockets, reading, statuses: () => sockets.map(({ readStatus }) => readStatus) }
}

describe('p2p / reading', () => {
  it('what a peer sends in a pause arrives at its end, which comes by itself', async () => {
    const [node, friend] = [await TestNetwork.start(), await TestNetwork.start()]
    await connectAll([node, friend])
    const startMs = performance.now()
    node.network.pauseReading()
    await friend.network.publish('block', bytes(20, 7))
    await node.happenings.until(() => node.received.length > 0)
    // A timer may be a millisecond early.
    expect(performance.now() - startMs).toBeGreaterThan(READING_PAUSE_MS_MAX - 2)
    expect(node.received[0]?.payload).toEqual(bytes(20, 7))
    expect(node.connected).toContain(friend.id)
  })

  it('all connections are read again when it is told to', () => {
    const { reading, statuses } = scene(2)
    reading.pause()
    expect(statuses()).toEqual(['paused', 'paused'])
    reading.resume()
    expect(statuses()).toEqual(['readable', 'readable'])
    reading.resume()
    reading.pause()
    expect(statuses()).toEqual(['paused', 'paused'])
  })

  it('a second pause in a pause does not make it longer', () => {
    const { reading, statuses } = scene(1)
    reading.pause()
    vi.advanceTimersByTime(READING_PAUSE_MS_MAX - 1)
    reading.pause()
    expect(statuses()).toEqual(['paused'])
    vi.advanceTimersByTime(1)
    expect(statuses()).toEqual(['readable'])
  })

  it('connections that close before it or in it are left alone', () => {
    const { sockets, reading, statuses } = scene(3)
    sockets[0]!.readStatus = 'closed'
    reading.pause()
    sockets[1]!.readStatus = 'closed'
    reading.resume()
    expect(statuses()).toEqual(['closed', 'closed', 'readable'])
  })

  it.each(['paused', 'readable'] as const)(
    'one that cannot become %s ends, and all others are read again',
    (status) => {
      const { sockets, reading, statuses } = scene(3)
      sockets[1]!.broken = status
      reading.pause()
      vi.advanceTimersByTime(READING_PAUSE_MS_MAX)
      expect(statuses()).toEqual(['readable', 'aborted', 'readable'])
      reading.pause()
      expect(statuses()).toEqual(['paused', 'aborted', 'paused'])
    },
  )
})
