/** A whole HTTP response to a JSON-RPC request as text, as Node.js and Fastify would write it. */
import { writeError } from '../dispatch/envelope.ts'
import { OVERLOADED } from '../errors.ts'
import { KEEP_ALIVE_MS } from '../limits.ts'
import type { Backlog } from './backlog.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

const JSON_HEAD = `\r\nvary: origin\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: `
const KEEP_ALIVE = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_MS / 1_000}\r\n\r\n`
const SECOND_MS = 1_000

type ResponseText = {
  readonly text: string
  /** A byte a character, which is written at less cost. */
  readonly isAscii: boolean
}

/** `waitingBytes`: what the client has left unread. Without an answer there is no content. */
export function responseText(
  answer: string | undefined,
  waitingBytes: number,
  backlog: Backlog,
): ResponseText {
  if (answer === undefined) {
    return { text: `HTTP/1.1 204 No Content\r\nvary: origin\r\n${ending()}`, isAscii: true }
  }
  if (!backlog.hasRoom(answer.length, waitingBytes)) {
    return withContent('503 Service Unavailable', writeError(null, OVERLOADED))
  }
  return withContent('200 OK', answer)
}

function withContent(status: string, content: string): ResponseText {
  const bytes = Buffer.byteLength(content)
  const head = `HTTP/1.1 ${status}${JSON_HEAD}${bytes}\r\n${ending()}`
  return { text: head + content, isAscii: bytes === content.length }
}

/** The fields that end every head; the date is written once a second. */
function ending(): string {
  const now = Date.now()
  if (now >= endOfSecondMs) {
    endOfSecondMs = now - (now % SECOND_MS) + SECOND_MS
    knownEnding = `Date: ${new Date(now).toUTCString()}\r\n${KEEP_ALIVE}`
  }
  return knownEnding
}

let knownEnding = ''
let endOfSecondMs = 0
