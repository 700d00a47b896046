import { describe, expect, it } from 'vitest'
import examples from '../../../docs/rpc-examples.json' with { type: 'json' }
import {
  type Examples,
  formatMethodDocs,
  namesOf,
  WITHOUT_EXAMPLE,
} from '../../support/method-docs.ts'
import { listedMethods } from '../../support/rpc-methods.ts'
import { ROOT } from '../../support/source-tree.ts'

describe('rpc / docs', () => {
  it('docs/rpc.md lists the methods as they are, with the examples that are kept', async () => {
    const methods = await listedMethods()
    const text = formatMethodDocs(methods, examples as unknown as Examples)
    await expect(text).toMatchFileSnapshot(`${ROOT}/docs/rpc.md`)
  })

  it('every method has an example, and every example a method', async () => {
    const methods = namesOf(await listedMethods()).map(([name]) => name)
    const shown = methods.filter((name) => !WITHOUT_EXAMPLE.has(name))
    expect(Object.keys(examples).toSorted()).toEqual(shown.toSorted())
  })
})
