import { describe, expect, it, onTestFinished } from 'vitest'
import type { ProofBackend, SearchTemplate } from '../../../../gpu/backend.ts'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import { type Clock, systemClock, systemRng } from '../../../../node/ports.ts'
import type { Pace } from '../../../../node/sealer/pace.ts'
import { REFRESH_MS } from '../../../../node/sealer/refresh.ts'
import { Sealer } from '../../../../node/sealer/sealer.ts'
import { TemplateBuilder } from '../../../../node/sealer/template.ts'
import {
  SILENT,
  searchReference,
  TEST_COINBASE,
  TestChain,
} from '../../../support/chain-factory.ts'

/** A search that ends when the test says so, or when it is aborted. */
class HeldBackend implements ProofBackend {
  readonly info = {
    backend: 'cpu',
    adapter: 'test',
    isSoftware: true,
    kernel: 'reference',
    macsPerSecond: 1,
  } as const
  readonly macsDone = 0n
  readonly searches: SearchTemplate[] = []
  readonly startNonces: bigint[] = []
  abortCount = 0
  #release: () => void = () => undefined

  async search(template: SearchTemplate, options: Parameters<ProofBackend['search']>[1]) {
    this.searches.push(template)
    this.startNonces.push(options.startNonce)
    await new Promise<void>((resolve) => {
      this.#release = resolve
      options.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    if (!options.signal.aborted) return searchReference(template)
    this.abortCount += 1
    return undefined
  }

  /** Lets the search that runs find its nonce. */
  release(): void {
    this.#release()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

async function startSealer(pace: Pace, clock: Clock = systemClock) {
  const test = await TestChain.open()
  const { chain } = test
  const backend = new HeldBackend()
  const published: SealedBlock[] = []
  let obstacle: string | undefined
  const sealer = new Sealer(
    { coinbase: TEST_COINBASE, pace, dutyPercent: 100 },
    {
      chain,
      backend,
      templates: new TemplateBuilder({
        chain,
        clock,
        candidates: () => [],
        poolSettled: async () => undefined,
        onRefused: () => undefined,
      }),
      clock,
      rng: systemRng,
      log: SILENT,
      pendingCount: () => 0,
      obstacle: () => obstacle,
      publish: (block) => published.push(block),
    },
  )
  chain.events.on('head', () => sealer.onHead())
  sealer.start()
  onTestFinished(() => sealer.stop())
  const setObstacle = (reason: string | undefined) => {
    obstacle = reason
  }
  const untilSearches = (count: number) =>
    expect.poll(() => backend.searches.length, { interval: 5 }).toBe(count)
  return { test, backend, sealer, published, setObstacle, untilSearches }
}

describe('node / sealer / sealer', () => {
  it('gives up its search for a new head and searches on that', async () => {
    const { test, backend, published, untilSearches } = await startSealer({ kind: 'continuous' })
    await untilSearches(1)
    const block = await test.seal()
    await test.import(block)
    await untilSearches(2)
    expect(backend.abortCount).toBe(1)
    backend.release()
    await expect.poll(() => published.length, { interval: 5 }).toBe(1)
    expect(published[0]?.header.parentHash).toBe(block.hash)
    expect(test.chain.head.hash).toBe(published[0]?.hash)
  })

  it('builds anew for what its template does not hold, and for nothing else', async () => {
    const refreshes: (() => void)[] = []
    const nowMs = Date.now()
    const clock: Clock = {
      ...systemClock,
      now: () => nowMs,
      setTimer(delayMs, run) {
        if (delayMs !== REFRESH_MS) return systemClock.setTimer(delayMs, run)
        refreshes.push(run)
        return () => undefined
      },
    }
    const { backend, sealer, untilSearches } = await startSealer({ kind: 'continuous' }, clock)
    await untilSearches(1)
    sealer.onPoolAtHead()
    expect(refreshes).toHaveLength(0)
    sealer.onPoolChanged()
    sealer.onDutyChanged()
    expect(refreshes).toHaveLength(1)
    refreshes[0]?.()
    await untilSearches(2)
    sealer.onPoolChanged()
    sealer.onHead()
    await untilSearches(3)
    expect(refreshes).toHaveLength(2)
    refreshes[1]?.()
    await systemClock.giveWay()
    expect(backend.abortCount).toBe(2)
  })

  it('begins each search at another nonce', async () => {
    const { backend, sealer, untilSearches } = await startSealer({ kind: 'continuous' })
    for (let round = 1; round <= 4; round++) {
      await untilSearches(round)
      sealer.onHead()
    }
    expect(new Set(backend.startNonces).size).toBe(backend.startNonces.length)
  })

  it('publishes a block only after it is imported', async () => {
    const { test, backend, sealer, published } = await startSealer({ kind: 'manual' })
    let headAtPublish: string | undefined
    test.chain.events.on('imported', () => {
      expect(published).toHaveLength(0)
      headAtPublish = test.chain.head.hash
    })
    const sealed = sealer.sealNow()
    await expect.poll(() => backend.searches.length).toBe(1)
    backend.release()
    expect((await sealed).hash).toBe(headAtPublish)
    expect(published.map(({ hash }) => hash)).toEqual([headAtPublish])
  })

  it('serves an order under any pace, with the time that was asked for', async () => {
    const { test, backend, sealer } = await startSealer({ kind: 'manual' })
    const timestamp = test.chain.head.header.timestamp + 1_000n
    const sealed = sealer.sealNow({ timestamp })
    await expect.poll(() => backend.searches.length).toBe(1)
    backend.release()
    expect((await sealed).header.timestamp).toBe(timestamp)
  })

  it('makes nothing while there is an obstacle', async () => {
    const { backend, sealer, setObstacle, untilSearches } = await startSealer({
      kind: 'continuous',
    })
    await untilSearches(1)
    setObstacle('the disk takes no writes')
    sealer.onHead()
    await expect.poll(() => sealer.summary().isMining).toBe(false)
    expect(backend.searches).toHaveLength(1)
    setObstacle(undefined)
    await untilSearches(2)
    expect(sealer.summary().isMining).toBe(true)
  })

  it('goes on soon after a clock that was set back is set right', async () => {
    let skewMs = 0
    const delays: number[] = []
    const clock: Clock = {
      ...systemClock,
      now: () => Date.now() + skewMs,
      setTimer(delayMs, run) {
        delays.push(delayMs)
        return systemClock.setTimer(delayMs, run)
      },
    }
    const { test, backend, untilSearches } = await startSealer({ kind: 'continuous' }, clock)
    await untilSearches(1)
    skewMs = -3_600_000
    const timestamp = BigInt(Math.floor(Date.now() / 1000))
    await test.chain.importBlock(await test.seal({ timestamp }), 'sealer')
    await expect.poll(() => backend.abortCount).toBe(1)
    expect(Math.max(...delays)).toBeLessThan(60_000)
    expect(backend.searches).toHaveLength(1)
    skewMs = 0
    await expect.poll(() => backend.searches.length, { timeout: 5_000 }).toBe(2)
  })

  it('refuses orders once it has stopped', async () => {
    const { sealer } = await startSealer({ kind: 'manual' })
    const waiting = sealer.sealNow()
    await sealer.stop()
    await expect(waiting).rejects.toMatchObject({ type: { code: 'STOPPED' } })
    await expect(sealer.sealNow()).rejects.toMatchObject({ type: { code: 'STOPPED' } })
  })
})
