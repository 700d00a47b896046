/**
 * What clients have asked for and do not read. Each may be slow by itself; all together must not
 * hold more than the node can spare (docs/spec/interface.md, "JSON-RPC").
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { BACKLOG_BYTES_MAX, BACKLOG_FREE_BYTES } from '../limits.ts'

export class Backlog {
  readonly #sockets = new Set<Socket>()

  /** WebSockets are connections of the same server. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** May `bytes` more go to a client that has left `waiting` bytes unread? */
  hasRoom(bytes: number, waiting: number): boolean {
    // Who keeps up is never asked to wait for the others, nor pays for adding them up.
    if (bytes + waiting <= BACKLOG_FREE_BYTES) return true
    let total = bytes
    for (const socket of this.#sockets) total += socket.writableLength
    return total <= BACKLOG_BYTES_MAX
  }
}
