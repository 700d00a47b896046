/** yamux that tells of its window when half of it is used, over a pair of connected ends. */
import type { Stream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { describe, expect, it } from 'vitest'
import '../../../p2p/window-updates.ts'
import { STREAM_WINDOW_BYTES_MAX } from '../../../p2p/limits.ts'
import { Happenings } from './test-network.ts'

const FRAME_HEAD_BYTES = 12

/** A stream from one end to the other, what has arrived, and what the receiving end has sent. */
async function scene() {
  const [left, right] = multiaddrConnectionPair()
  const happenings = new Happenings()
  const seen = { received: 0, frames: 0 }
  const streamOptions = { maxStreamWindowSize: STREAM_WINDOW_BYTES_MAX }
  const muxerOf = yamux({ enableKeepAlive: false, streamOptions })()
  const [sender, receiver] = [muxerOf.createStreamMuxer(left), muxerOf.createStreamMuxer(right)]
  const incoming = new Promise<Stream>((resolve) => {
    receiver.addEventListener('stream', ({ detail }) => resolve(detail), { once: true })
  })
  left.addEventListener('message', ({ data }) => {
    seen.frames += data.byteLength / FRAME_HEAD_BYTES
    happenings.tell()
  })
  const stream = await sender.createStream()
  const other = await incoming
  other.addEventListener('message', ({ data }) => {
    seen.received += data.byteLength
    happenings.tell()
  })
  return { stream, other, seen, happenings }
}

describe('p2p / window updates', () => {
  it('small messages bring no frames back', async () => {
    const { stream, seen, happenings } = await scene()
    for (let i = 0; i < 500; i++) stream.send(new Uint8Array(200))
    await happenings.until(() => seen.received === 100_000)
    expect(seen.frames).toBeLessThanOrEqual(1)
  })

  it('many windows of bytes arrive, with a frame for each half at most', async () => {
    const { stream, seen, happenings } = await scene()
    const bytes = 8 * STREAM_WINDOW_BYTES_MAX
    const piece = new Uint8Array(65_536)
    for (let sent = 0; sent < bytes; sent += piece.length) {
      if (!stream.send(piece)) {
        await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
      }
    }
    await happenings.until(() => seen.received === bytes)
    expect(seen.frames).toBeGreaterThan(1)
    expect(seen.frames).toBeLessThanOrEqual(1 + bytes / 131_072)
  })

  it('a stream that was paused goes on', async () => {
    const { stream, other, seen, happenings } = await scene()
    other.pause()
    for (let i = 0; i < 32; i++) stream.send(new Uint8Array(65_536))
    other.resume()
    await happenings.until(() => seen.received === 32 * 65_536)
    expect(seen.frames).toBeGreaterThan(1)
  })
})
