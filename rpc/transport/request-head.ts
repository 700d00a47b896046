/**
 * The head of the HTTP request that nearly all JSON-RPC clients send, read strictly: whatever is
 * not known here to mean nothing more is left to the parser of Node.js.
 *
 * Spec: RFC 9112, sections 3 and 5.
 */

/** The names under which clients send JSON; the first is what the standard says. */
export const JSON_TYPES = ['application/json', 'application/json-rpc', 'application/jsonrequest']
/** A longer head is somebody else's; Node.js refuses one of 16 KiB. */
export const HEAD_BYTES_MAX = 4_096

export type RequestHead = {
  readonly host: string
  readonly bodyBytes: number
}

const REQUEST_LINE = 'POST / HTTP/1.1'
/** A token, and printable ASCII without blanks around it. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)?[ \t]*$/
const LENGTH = /^[1-9]\d{0,6}$/
const UTF8 = /; ?charset=utf-8$/

/** Fields that change nothing about an answer. */
const IDLE_FIELDS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'dnt',
  'forwarded',
  'pragma',
  'priority',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'traceparent',
  'tracestate',
  'user-agent',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-request-id',
])

/** `head` without the empty line at its end; undefined when it says anything beyond the usual. */
export function readRequestHead(head: string): RequestHead | undefined {
  if (head.length > HEAD_BYTES_MAX) return undefined
  const [requestLine, ...lines] = head.split('\r\n')
  if (requestLine !== REQUEST_LINE) return undefined
  const fields = readFields(lines)
  if (fields === undefined) return undefined
  const { host, length, type } = fields
  if (host === undefined || !LENGTH.test(length) || !isJson(type)) return undefined
  return { host, bodyBytes: Number(length) }
}

type Fields = { readonly host: string | undefined; readonly length: string; readonly type: string }

function readFields(lines: readonly string[]): Fields | undefined {
  const values = new Map<string, string>()
  for (const line of lines) {
    const [, rawName = '', value = ''] = FIELD.exec(line) ?? []
    const name = rawName.toLowerCase()
    // What is said twice may be read in two ways.
    if (name === '' || values.has(name)) return undefined
    if (!IDLE_FIELDS.has(name) && !isUsual(name, value)) return undefined
    values.set(name, value)
  }
  const length = values.get('content-length') ?? ''
  return { host: values.get('host'), length, type: values.get('content-type') ?? '' }
}

function isUsual(name: string, value: string): boolean {
  if (name === 'connection') return value.toLowerCase() === 'keep-alive'
  return name === 'host' || name === 'content-type' || name === 'content-length'
}

function isJson(type: string): boolean {
  return JSON_TYPES.includes(type.toLowerCase().replace(UTF8, ''))
}
