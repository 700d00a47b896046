import { describe, expect, it } from 'vitest'
import { ImportQueue, QueueError } from '../../../../node/chain/import/import-queue.ts'

const gate = () => {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

describe('node / chain / import-queue', () => {
  it('runs one job at a time, in order', async () => {
    const queue = new ImportQueue(10)
    const log: string[] = []
    const first = gate()
    const a = queue.run(async () => {
      log.push('a starts')
      await first.promise
      log.push('a ends')
    })
    const b = queue.run(async () => log.push('b starts'))
    expect(queue.length).toBe(1)
    first.resolve()
    await Promise.all([a, b])
    expect(log).toEqual(['a starts', 'a ends', 'b starts'])
  })

  it('hands a failure to its own caller and goes on', async () => {
    const queue = new ImportQueue(10)
    const failed = queue.run(async () => {
      throw new Error('boom')
    })
    const after = queue.run(async () => 7)
    await expect(failed).rejects.toThrow('boom')
    await expect(after).resolves.toBe(7)
  })

  it('refuses a job above its bound', async () => {
    const queue = new ImportQueue(1)
    const first = gate()
    const running = queue.run(() => first.promise)
    const waiting = queue.run(async () => undefined)
    await expect(queue.run(async () => undefined)).rejects.toMatchObject({
      type: { code: 'FULL', lengthMax: 1 },
    })
    first.resolve()
    await Promise.all([running, waiting])
  })

  it('waits for the running job when it closes, and refuses the rest', async () => {
    const queue = new ImportQueue(10)
    const first = gate()
    let isDone = false
    const running = queue.run(async () => {
      await first.promise
      isDone = true
    })
    const waiting = queue.run(async () => undefined)
    const closed = queue.close()
    await expect(waiting).rejects.toBeInstanceOf(QueueError)
    first.resolve()
    await closed
    expect(isDone).toBe(true)
    await running
    await expect(queue.run(async () => undefined)).rejects.toMatchObject({
      type: { code: 'CLOSED' },
    })
  })
})
