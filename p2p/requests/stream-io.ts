/**
 * Reading and writing a libp2p stream with back-pressure both ways. libp2p's own helpers push what
 * arrives into a buffer and count a write as done when it is queued (consensus.md 4, traps): here
 * a stream that nobody reads is paused, and a write ends when its bytes have left.
 */
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** Reads exact lengths; between reads the stream is paused and yamux stops the sender. */
export class StreamReader {
  readonly #stream: Stream
  /** What arrived beyond the last read; at most what was in flight when we paused. */
  #surplus: Uint8Array = new Uint8Array(0)
  #read: { readonly target: Uint8Array; filled: number; readonly wake: () => void } | undefined
  #isResuming = false
  /** The sender closed its side in order; a lost connection looks alike but tells us nothing. */
  #hasRemoteClosed: boolean
  #isEnded: boolean
  #error: Error | undefined

  constructor(stream: Stream) {
    this.#stream = stream
    this.#hasRemoteClosed = stream.remoteWriteStatus === 'closed' && stream.status === 'open'
    this.#isEnded = stream.readableEnded
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteClose)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
  }

  /**
   * Resolves to exactly `bytes` bytes, or to undefined if the sender ended in order before the
   * first of them. Throws on a broken stream, on an end inside, and when `signal` aborts.
   */
  async read(bytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const target = new Uint8Array(bytes)
    const filled = Math.min(bytes, this.#surplus.length)
    target.set(this.#surplus.subarray(0, filled))
    this.#surplus = this.#surplus.subarray(filled)
    if (filled === bytes) return target
    return await this.#fill(target, filled, signal)
  }

  async #fill(
    target: Uint8Array,
    filled: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const read = { target, filled, wake }
    this.#read = read
    signal.addEventListener('abort', wake, { once: true })
    try {
      this.#resume()
      while (read.filled < target.length) {
        signal.throwIfAborted()
        if (this.#error !== undefined) throw this.#error
        if (this.#isEnded) return this.#endOf(read.filled)
        await promise
      }
      return target
    } finally {
      this.#read = undefined
      signal.removeEventListener('abort', wake)
    }
  }

  #endOf(filled: number): undefined {
    if (!this.#hasRemoteClosed) throw new Error('the connection was lost')
    if (filled > 0) throw new Error('the stream ended inside a frame')
    return undefined
  }

  /**
   * A pause inside the dispatch that `resume` makes would be undone by the rest of `resume`, and
   * the buffer of a stream that thinks itself paused would grow: so it is made after.
   */
  #resume(): void {
    if (this.#stream.readStatus !== 'paused') return
    this.#isResuming = true
    this.#stream.resume()
    this.#isResuming = false
    this.#pauseIfIdle()
  }

  #pauseIfIdle(): void {
    if (this.#isResuming || this.#read !== undefined) return
    if (this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    let data = event.data.subarray()
    const read = this.#read
    if (read !== undefined && this.#surplus.length === 0) {
      const count = Math.min(data.length, read.target.length - read.filled)
      read.target.set(data.subarray(0, count), read.filled)
      read.filled += count
      data = data.subarray(count)
      if (read.filled === read.target.length) {
        this.#read = undefined
        read.wake()
      }
    }
    if (data.length > 0) this.#surplus = joined(this.#surplus, data)
    this.#pauseIfIdle()
  }

  readonly #onRemoteClose = (): void => {
    this.#hasRemoteClosed = true
  }

  readonly #onEnd = (): void => {
    this.#isEnded = true
    this.#read?.wake()
  }

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.#error = event.error
    if (event.error !== undefined) this.#read?.wake()
  }
}

/** Resolves when every byte has been handed to the transport; rejects if the stream goes first. */
export async function writeAll(
  stream: Stream,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  stream.send(data)
  if (stream.writeBufferLength === 0) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onIdle = () => resolve()
  const onClose = (event: StreamCloseEvent) => reject(event.error ?? new Error('stream closed'))
  const onAbort = () => reject(signal.reason)
  stream.addEventListener('idle', onIdle)
  stream.addEventListener('close', onClose)
  signal.addEventListener('abort', onAbort)
  try {
    await promise
  } finally {
    stream.removeEventListener('idle', onIdle)
    stream.removeEventListener('close', onClose)
    signal.removeEventListener('abort', onAbort)
  }
  // An aborted stream throws its bytes away and then calls itself idle.
  if (stream.writeStatus === 'closed') throw new Error('the stream was closed')
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
