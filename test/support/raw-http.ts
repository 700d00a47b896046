/** HTTP by hand over a socket: bytes as they are, and whole responses as they come. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
const LENGTH = /^content-length: *(\d+)/im
const DATE = /^date: .*$/im

export class RawHttp {
  readonly socket: Socket
  #text = ''
  #hasEnded = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#text += text
      this.#wake()
    })
    const end = () => {
      this.#hasEnded = true
      this.#wake()
    }
    socket.on('end', end)
    socket.on('error', end)
    socket.on('close', end)
  }

  static async connect(port: number): Promise<RawHttp> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    await once(socket, 'connect')
    return new RawHttp(socket)
  }

  /** Resolves when the system has taken the bytes. */
  async write(bytes: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(bytes, 'latin1', () => resolve()))
  }

  /** The next response, its date left out; what came until the end if that comes first. */
  async response(): Promise<string> {
    for (;;) {
      const length = this.#responseLength()
      if (length !== undefined || this.#hasEnded) {
        const response = this.#text.slice(0, length)
        this.#text = this.#text.slice(response.length)
        return response.replace(DATE, 'date')
      }
      await this.#more()
    }
  }

  /** All that is still to come. */
  async rest(): Promise<string> {
    while (!this.#hasEnded) await this.#more()
    return this.#text.replaceAll(new RegExp(DATE, 'gim'), 'date')
  }

  async ask(bytes: string | Buffer): Promise<string> {
    await this.write(bytes)
    return this.response()
  }

  close(): void {
    this.socket.destroy()
  }

  #responseLength(): number | undefined {
    const headBytes = this.#text.indexOf(HEAD_END)
    if (headBytes < 0) return undefined
    const bodyBytes = Number(LENGTH.exec(this.#text.slice(0, headBytes))?.[1] ?? 0)
    const length = headBytes + HEAD_END.length + bodyBytes
    return this.#text.length < length ? undefined : length
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

export function requestOf(body: string, more: readonly string[] = []): string {
  return [
    'POST / HTTP/1.1',
    'Host: 127.0.0.1:8545',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...more,
    `\r\n${Buffer.from(body).toString('latin1')}`,
  ].join('\r\n')
}
