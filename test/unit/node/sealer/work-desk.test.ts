/** Work for provers outside of the node, when many of them ask at once. */
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../../consensus/types.ts'
import { WORK_WAITING_MAX } from '../../../../node/sealer/work-desk.ts'
import { formatError } from '../../../../rpc/errors.ts'
import { startTestNode } from '../../../support/test-node.ts'

const coinbaseOf = (index: number): Address =>
  `0x${(index + 1).toString(16).padStart(40, '0')}` as const

describe('node / sealer / work desk', () => {
  it('builds one block for all who ask at once for the same coinbase', async () => {
    const { api } = await startTestNode()
    const asked = Array.from({ length: 100 }, () => api.work.getWork(coinbaseOf(0)))
    const ids = new Set((await Promise.all(asked)).map(({ workId }) => workId))
    expect(ids.size).toBe(1)
  })

  it('tells those at once who are too many, and serves the others', async () => {
    const { api } = await startTestNode()
    const asked = Array.from({ length: WORK_WAITING_MAX + 3 }, (_, index) =>
      api.work.getWork(coinbaseOf(index)),
    )
    const settled = await Promise.allSettled(asked)
    const refused = settled.filter(({ status }) => status === 'rejected')
    expect(settled.slice(WORK_WAITING_MAX)).toEqual(refused)
    expect(refused).toHaveLength(3)
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(formatError(reason)).toMatchObject({ code: -32005 })
    }
    expect(await api.work.getWork(coinbaseOf(WORK_WAITING_MAX))).toHaveProperty('workId')
  })
})
