/**
 * Sockets that say nothing, or a byte a second: 500 at once, each from an address of its own, as
 * if many machines had come together. What the victim closes is opened again.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Deeds, Flood, Target } from './target.ts'

export const CONNECTIONS = 500
export const OPENED_PER_SECOND = 250
const TICK_MS = 20
const TALK_MS = 1_000

export class Connections implements Flood {
  readonly #port: number
  readonly #sockets = new Set<Socket>()
  #opened = 0
  #closed = 0
  #startMs = 0
  #isOver = false
  #loops: Promise<void>[] = []

  constructor({ address }: Target) {
    this.#port = Number(/\/tcp\/(\d+)/.exec(address)?.[1])
  }

  static async open(target: Target): Promise<Connections> {
    const flood = new Connections(target)
    flood.#startMs = performance.now()
    flood.#loops = [flood.#refill(), flood.#talk()]
    await sleep((1000 * CONNECTIONS) / OPENED_PER_SECOND)
    return flood
  }

  async stop(): Promise<Deeds> {
    this.#isOver = true
    await Promise.all(this.#loops)
    const seconds = (performance.now() - this.#startMs) / 1000
    const deeds = { seconds, sent: this.#opened, identities: this.#opened, cutOff: this.#closed }
    for (const socket of this.#sockets) socket.destroy()
    return deeds
  }

  async #refill(): Promise<void> {
    const startMs = performance.now()
    while (!this.#isOver) {
      const allowed = ((performance.now() - startMs) * OPENED_PER_SECOND) / 1000
      while (this.#sockets.size < CONNECTIONS && this.#opened < allowed) this.#open()
      await sleep(TICK_MS)
    }
  }

  #open(): void {
    this.#opened += 1
    const [high, low] = [1 + (this.#opened >> 8), this.#opened & 0xff]
    const localAddress = `127.1.${high % 256}.${low}`
    const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress })
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', () => undefined)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (!this.#isOver) this.#closed += 1
    })
  }

  /** Half of them. */
  async #talk(): Promise<void> {
    while (!this.#isOver) {
      let place = 0
      for (const socket of this.#sockets) {
        place += 1
        if (place % 2 === 0 && socket.writable) socket.write(new Uint8Array(1))
      }
      await sleep(TALK_MS)
    }
  }
}
