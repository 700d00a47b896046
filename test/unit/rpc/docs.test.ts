import { describe, expect, it } from 'vitest'
import { FakeNode } from '../../support/fake-node.ts'
import { formatMethodDocs } from '../../support/method-docs.ts'
import { createTestMethods } from '../../support/rpc-methods.ts'
import { ROOT } from '../../support/source-tree.ts'

describe('rpc / docs', () => {
  it('docs/rpc.md lists the methods as they are', async () => {
    const methods = createTestMethods(await FakeNode.create())
    await expect(formatMethodDocs(methods)).toMatchFileSnapshot(`${ROOT}/docs/rpc.md`)
  })
})
