/**
 * Reading from peers, and a pause in it: what they send waits in the system's buffers, so that a
 * flood does not run between the steps of what matters more. No peer is told, none is blamed.
 */
import type { Libp2p } from '@libp2p/interface'
import { READING_PAUSE_MS_MAX } from '../limits.ts'

/** The socket under a connection, private to libp2p's class: should it go, nothing pauses. */
type WithSocket = {
  readonly maConn?: {
    readonly readStatus: string
    pause(): void
    resume(): void
    abort(error: Error): void
  }
}
type Socket = NonNullable<WithSocket['maConn']>

export class Reading {
  readonly #node: Pick<Libp2p, 'getConnections'>
  #paused: readonly Socket[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(node: Pick<Libp2p, 'getConnections'>) {
    this.#node = node
  }

  /** Until `resume`, and no longer than READING_PAUSE_MS_MAX; who connects meanwhile is read. */
  pause(): void {
    if (this.#timer !== undefined) return
    const connections: readonly WithSocket[] = this.#node.getConnections() as object[]
    const sockets = connections.flatMap(({ maConn }) => maConn ?? [])
    // One that is closing can't be paused.
    this.#paused = sockets.filter(({ readStatus }) => readStatus === 'readable')
    this.#timer = setTimeout(() => this.resume(), READING_PAUSE_MS_MAX)
    for (const socket of this.#paused) turn(socket, 'pause')
  }

  resume(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const sockets = this.#paused
    this.#paused = []
    for (const socket of sockets) if (socket.readStatus === 'paused') turn(socket, 'resume')
  }
}

/** A failure ends this connection, and the others go on. */
function turn(socket: Socket, to: 'pause' | 'resume'): void {
  try {
    socket[to]()
  } catch (error) {
    socket.abort(new Error(`reading could not ${to}`, { cause: error }))
  }
}
