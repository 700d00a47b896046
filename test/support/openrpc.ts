/**
 * The official schema of the JSON-RPC, when the shared data is there: which methods there are, and
 * what is wrong with the parameters or the result of one.
 *
 * Results are held to more than the schema says by itself: where it lists the members of an
 * object, others are not allowed (interface.md, "Standard objects stay standard").
 */
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'
import { sharedJson } from './shared-data.ts'

type Schema = { readonly [keyword: string]: unknown }
type MethodSpec = {
  readonly name: string
  readonly params: readonly { readonly name: string; readonly schema: Schema }[]
  readonly result: { readonly schema: Schema }
}

/** What is wrong with a value; empty when nothing is. */
export type ResultCheck = (method: string, result: unknown) => readonly string[]

export type OpenRpc = {
  /** Every method but those of the engine, which a node without a beacon chain has not. */
  readonly methods: readonly string[]
  readonly checkResult: ResultCheck
  /** The same for positional parameters; what is left out at the end is not looked at. */
  readonly checkParams: (method: string, params: readonly unknown[]) => readonly string[]
}

/** undefined, with a printed line, when the schema is not beside this checkout. */
export function loadOpenRpc(): OpenRpc | undefined {
  const data = sharedJson<{ methods: readonly MethodSpec[] }>('execution-apis/openrpc.json')
  if (data === undefined) return undefined
  const specs = new Map(
    data.methods.filter(({ name }) => !name.startsWith('engine_')).map((spec) => [spec.name, spec]),
  )
  const problemsOf = createValidator()
  return {
    methods: [...specs.keys()],
    checkResult(method, result) {
      const schema = specs.get(method)?.result.schema
      if (schema === undefined) return [`${method} is not in the schema`]
      return problemsOf(schema, result, toResultSchema)
    },
    checkParams(method, params) {
      const wanted = specs.get(method)?.params ?? []
      return params.flatMap((value, index) => {
        const { name, schema } = wanted[index] ?? {}
        if (schema === undefined) return [`there is no parameter ${index}`]
        const problems = problemsOf(schema, value, toParamSchema)
        return problems.map((problem) => `${name}${problem}`)
      })
    },
  }
}

/** Only the check of results. */
export function loadResultCheck(): ResultCheck | undefined {
  return loadOpenRpc()?.checkResult
}

function createValidator() {
  const ajv = new Ajv2019({ strict: false, allErrors: true })
  const compiled = new Map<Schema, ValidateFunction>()
  return (schema: Schema, value: unknown, prepare: (schema: Schema) => Schema) => {
    const check = compiled.get(schema) ?? ajv.compile(prepare(schema))
    compiled.set(schema, check)
    // As it goes over the wire: members that are undefined are not there.
    if (check(value === undefined ? null : JSON.parse(JSON.stringify(value)))) return []
    return (check.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`)
  }
}

/** A filter by the hash of a block is one by a range as well, as far as the schema can tell. */
function toParamSchema(schema: Schema): Schema {
  const text = JSON.stringify(schema)
  return JSON.parse(text.replaceAll('"oneOf":', '"anyOf":')) as Schema
}

/**
 * Two changes: objects are closed, and an empty list of logs, which is one of hashes as well, may
 * match both alternatives.
 */
function toResultSchema(schema: Schema): Schema {
  return closed(schema, false) as Schema
}

function closed(node: unknown, isPartOfObject: boolean): unknown {
  if (Array.isArray(node)) return node.map((item) => closed(item, isPartOfObject))
  if (typeof node !== 'object' || node === null) return node
  const schema = node as Schema
  const isObject = 'properties' in schema
  const parts = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (keyword === 'properties') return [keyword, closedProperties(value)]
    const isAlternative = keyword === 'oneOf' || keyword === 'anyOf'
    const name = keyword === 'oneOf' && schema['title'] === 'Filter results' ? 'anyOf' : keyword
    return [name, closed(value, isAlternative && (isObject || isPartOfObject))]
  })
  const isOpen =
    isObject && !isPartOfObject && !('additionalProperties' in schema) && !isLoose(schema)
  return { ...Object.fromEntries(parts), ...(isOpen && { unevaluatedProperties: false }) }
}

/** Errors have data, and failed calls logs, in the official examples but not in the schema. */
function isLoose({ title, properties }: Schema): boolean {
  const names = Object.keys(properties as Schema).join(' ')
  return title === 'Result of call failure' || names === 'code message'
}

function closedProperties(properties: unknown): unknown {
  return Object.fromEntries(
    Object.entries(properties as Schema).map(([name, schema]) => [name, closed(schema, false)]),
  )
}
