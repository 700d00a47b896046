/**
 * Whether an answer is the one that a conformance file expects, judged as hive does: files that
 * are `speconly` by the schema of the method's result, the others by a difference of the JSON in
 * which the order of keys and the words of an error do not count.
 */
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Exchange } from './io-file.ts'

type OpenRpc = {
  readonly methods: readonly { readonly name: string; readonly result?: { schema: object } }[]
}
type Answer = { readonly result?: unknown; readonly error?: unknown }

/** Differences that are told of one answer; the rest is counted. */
const DIFFERENCES_MAX = 12
const VALUE_CHARS_MAX = 160

export class Judge {
  readonly #ajv = new Ajv({ strict: false, allErrors: true })
  readonly #schemas: ReadonlyMap<string, object>
  readonly #compiled = new Map<string, ValidateFunction>()

  /** `path` is that of `openrpc.json`. */
  constructor(path: string) {
    const spec = JSON.parse(readFileSync(path, 'utf8')) as OpenRpc
    this.#schemas = new Map(
      spec.methods.flatMap(({ name, result }) => (result ? [[name, result.schema]] : [])),
    )
  }

  /** What is wrong with the answer; empty when nothing is. */
  differences(exchange: Exchange, answer: unknown, isSpecOnly: boolean): readonly string[] {
    const expected = exchange.expected as Answer
    const { method } = JSON.parse(exchange.request) as { readonly method: string }
    if (isSpecOnly && expected.error === undefined) return this.#offences(method, answer)
    const found: string[] = []
    compare('', withoutMessage(expected), withoutMessage(answer), found)
    const left = found.length - DIFFERENCES_MAX
    return left <= 0 ? found : [...found.slice(0, DIFFERENCES_MAX), `and ${left} more`]
  }

  #offences(method: string, answer: unknown): readonly string[] {
    const { result, error } = answer as Answer
    if (error !== undefined) return [`an error where a result is expected: ${show(error)}`]
    const schema = this.#schemas.get(method)
    if (schema === undefined) return [`${method} is not in the schema`]
    const check = this.#compiled.get(method) ?? this.#ajv.compile(schema)
    this.#compiled.set(method, check)
    if (check(result)) return []
    return (check.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`)
  }
}

function withoutMessage(answer: unknown): unknown {
  const { error } = (answer ?? {}) as { readonly error?: unknown }
  if (typeof error !== 'object' || error === null) return answer
  const { message: _message, ...rest } = error as Record<string, unknown>
  return { ...(answer as object), error: rest }
}

function compare(path: string, expected: unknown, actual: unknown, found: string[]): void {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) {
      found.push(`${path}: ${expected.length} items expected, ${actual.length} came`)
    }
    const length = Math.min(expected.length, actual.length)
    for (let i = 0; i < length; i++) compare(`${path}[${i}]`, expected[i], actual[i], found)
    return
  }
  if (isObject(expected) && isObject(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const at = path === '' ? key : `${path}.${key}`
      if (!(key in actual)) found.push(`${at}: missing, want ${show(expected[key])}`)
      else if (!(key in expected)) found.push(`${at}: not expected, got ${show(actual[key])}`)
      else compare(at, expected[key], actual[key], found)
    }
    return
  }
  if (expected !== actual) found.push(`${path}: want ${show(expected)}, got ${show(actual)}`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX)}...`
}
