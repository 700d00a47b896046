/** Results checked against the official schema, when the shared data is there. */
import { Ajv } from 'ajv'
import { sharedJson } from './shared-data.ts'

type OpenRpc = {
  readonly methods: readonly { readonly name: string; readonly result: { schema: object } }[]
}

/** What is wrong with a result; empty when nothing is. */
export type ResultCheck = (method: string, result: unknown) => readonly string[]

/** undefined, with a printed line, when the schema is not beside this checkout. */
export function loadResultCheck(): ResultCheck | undefined {
  const spec = sharedJson<OpenRpc>('execution-apis/openrpc.json')
  if (spec === undefined) return undefined
  const ajv = new Ajv({ strict: false, allErrors: true })
  const schemas = new Map(spec.methods.map(({ name, result }) => [name, result.schema]))
  return (method, result) => {
    const schema = schemas.get(method)
    if (schema === undefined) return [`${method} is not in the schema`]
    const check = ajv.compile(schema)
    if (check(result)) return []
    return (check.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`)
  }
}
