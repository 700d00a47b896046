/**
 * Thousands of WebSocket clients that ask once and then read nothing: bare connections, because a
 * library for each would cost more than the node that is tested.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** A mask of zeros leaves the text as it is. */
const MASK = Buffer.alloc(4)
const TEXT_FRAME = 0x81
const MASKED = 0x80
const LENGTH_16 = 126
/** Handshakes under way at once. */
const HANDSHAKES_MAX = 64

/** Descriptors that this process may have, which is what its children get. */
export function descriptorsMax(): number {
  const [, soft] = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return Number(soft)
}

/** A text message of less than 64 KiB, as a client sends it. */
export function frameOf(text: string): Buffer {
  const body = Buffer.from(text)
  const head = Buffer.from([TEXT_FRAME, MASKED | LENGTH_16, body.length >> 8, body.length & 0xff])
  return Buffer.concat([head, MASK, body])
}

/** Opens clients that send `text`, wait for the first byte of the answer, and read no more. */
export async function openIdleSockets(
  url: string,
  count: number,
  text: string,
): Promise<readonly Socket[]> {
  const sockets: Socket[] = []
  for (let opened = 0; opened < count; opened += HANDSHAKES_MAX) {
    const length = Math.min(HANDSHAKES_MAX, count - opened)
    sockets.push(...(await Promise.all(Array.from({ length }, () => openOne(url, text)))))
  }
  return sockets
}

async function openOne(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  const status = answer.toString('latin1').slice(0, 12)
  if (status !== 'HTTP/1.1 101') throw new Error(`the node answered ${status}`)
  socket.write(frameOf(text))
  await once(socket, 'data')
  socket.pause()
  // A client that is dropped is what some tests wait for.
  socket.on('error', () => socket.destroy())
  return socket
}
