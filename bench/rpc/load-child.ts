/**
 * The client of the benchmark, a process of its own: keep-alive connections that each ask for the
 * next thing when they have their answer. HTTP by hand over sockets, so that the client is not
 * what is measured.
 */
import { connect, type Socket } from 'node:net'

export type LoadJob = {
  readonly port: number
  /** JSON-RPC requests, asked in turn. */
  readonly bodies: readonly string[]
  readonly connections: number
  readonly milliseconds: number
}

export type LoadResult = {
  readonly requests: number
  readonly seconds: number
  /** Of all answers, HTTP heads left out. */
  readonly bytes: number
}

const HEAD_END = '\r\n\r\n'
const LENGTH = /content-length: *(\d+)/i

process.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function run(job: LoadJob): Promise<LoadResult> {
  const requests = job.bodies.map((body) => requestOf(job.port, body))
  const sockets = await Promise.all(Array.from({ length: job.connections }, () => open(job.port)))
  const startMs = performance.now()
  const endMs = startMs + job.milliseconds
  let next = 0
  let bytes = 0
  let count = 0
  const ask = async (socket: Socket): Promise<void> => {
    const answers = readerOf(socket)
    while (performance.now() < endMs) {
      socket.write(requests[next++ % requests.length] ?? '')
      const answer = await answers()
      if (count < requests.length && answer.includes('"error"')) throw new Error(answer)
      bytes += answer.length
      count += 1
    }
    socket.destroy()
  }
  await Promise.all(sockets.map(ask))
  return { requests: count, seconds: (performance.now() - startMs) / 1000, bytes }
}

function requestOf(port: number, body: string): string {
  return [
    'POST / HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `\r\n${body}`,
  ].join('\r\n')
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** One answer at a time; they are ASCII. */
function readerOf(socket: Socket): () => Promise<string> {
  let chunks: string[] = []
  let received = 0
  let total: number | undefined
  let resolve: (answer: string) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  socket.once('close', () => reject(new Error('the server hung up')))
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    chunks.push(chunk)
    received += chunk.length
    if (total === undefined) {
      const text = chunks.join('')
      const head = text.indexOf(HEAD_END)
      if (head === -1) return
      const length = Number(LENGTH.exec(text.slice(0, head))?.[1])
      total = head + HEAD_END.length + length
    }
    if (received < total) return
    const text = chunks.join('')
    chunks = []
    received = 0
    total = undefined
    resolve(text.slice(text.indexOf(HEAD_END) + HEAD_END.length))
  })
  return () =>
    new Promise((done, fail) => {
      resolve = done
      reject = fail
    })
}
