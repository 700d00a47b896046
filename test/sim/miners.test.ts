/** Who mines need not vote: the chain hears of its certificates all the same. */
import { describe, expect, it } from 'vitest'
import { lastCertifiedEpoch } from '../../node/finality/duty-calls.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'

const MINER = { votingKey: undefined, coinbase: `0x${'aa'.repeat(20)}` } as const

describe('sim / miners', () => {
  it.each([
    ['with a tenth of the work validators tell the chain by their blocks', 0.1],
    ['without any work they tell it by the pool', 0],
  ])('%s', async (_, share) => {
    const genesis = await simulatedGenesis('instant', 4)
    const members = [
      ...validatorKeys(4).map((keys) => ({ ...keys, work: share / 4 })),
      { ...MINER, work: 1 - share },
    ]
    const openExecutor = ledgerExecutorOf(genesis)
    const cluster = new Cluster({ genesis, seed: 'miners', members, openExecutor })
    await cluster.start()
    const { chain } = cluster.nodes[0]!.node
    const lags: number[] = []
    for (let minute = 1; minute <= 3; minute++) {
      await cluster.advance(60_000)
      const state = chain.state.view(chain.head.header.stateRoot)
      const certified = await cluster.complete(lastCertifiedEpoch(state))
      lags.push(Number(chain.finality.justified.epoch - certified))
    }
    expect(chain.finality.justified.epoch).toBeGreaterThan(15n)
    // Two epochs are theirs to tell; then it is overdue, and somebody has a turn in each epoch.
    expect(Math.max(...lags)).toBeLessThanOrEqual(4)
    await cluster.stop()
  })
})
