/** Who mines need not vote: the chain hears of its certificates all the same. */
import { describe, expect, it } from 'vitest'
import { lastCertifiedEpoch } from '../../node/finality/duty-calls.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'

const MINER = { votingKey: undefined, coinbase: `0x${'aa'.repeat(20)}` } as const

describe('sim / miners', () => {
  it('with a tenth of the work validators keep the chain told of what is final', async () => {
    const genesis = await simulatedGenesis('instant', 4)
    const members = [
      ...validatorKeys(4).map((keys) => ({ ...keys, work: 0.025 })),
      { ...MINER, work: 0.9 },
    ]
    const openExecutor = ledgerExecutorOf(genesis)
    const cluster = new Cluster({ genesis, seed: 'miners', members, openExecutor })
    await cluster.start()
    const { chain } = cluster.nodes[0]!.node
    const lags: number[] = []
    for (let minute = 1; minute <= 4; minute++) {
      await cluster.advance(60_000)
      const state = chain.state.view(chain.head.header.stateRoot)
      const certified = await cluster.complete(lastCertifiedEpoch(state))
      lags.push(Number(chain.finality.justified.epoch - certified))
    }
    expect(chain.finality.justified.epoch).toBeGreaterThan(20n)
    // A block of theirs comes every ten or so: now and then two epochs pass without one.
    expect(Math.max(...lags)).toBeLessThanOrEqual(5)
    expect(Math.min(...lags)).toBeLessThanOrEqual(1)
    await cluster.stop()
  })
})
