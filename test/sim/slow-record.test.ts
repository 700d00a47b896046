/** A validator whose record of votes is slow to write: it goes on with the newest vote (F21). */
import { describe, expect, it } from 'vitest'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'

describe('sim / slow-record', () => {
  it('F21: what came due while a vote was written is skipped for the newest', async () => {
    const genesis = await simulatedGenesis('instant', 4)
    const keys = validatorKeys(4)
    const cluster = new Cluster({
      ...{ genesis, seed: 'slow record', openExecutor: ledgerExecutorOf(genesis) },
      members: keys.map((each) => ({ ...each, work: 1 })),
    })
    await cluster.start()
    const [slow] = cluster.nodes
    const { files } = slow!.disk
    const append = files.append.bind(files)
    const targets: bigint[] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    files.append = async (path, text, options) => {
      if (path.endsWith('.votes')) {
        targets.push(BigInt(text.split(' ')[1]!))
        await held
      }
      await append(path, text, options)
    }
    const finalOf = () => slow!.node.chain.finality.finalized.epoch
    // The three others are a quorum without it.
    expect(await cluster.advanceUntil(() => finalOf() >= 4n, 300_000)).toBe(true)
    expect(targets).toHaveLength(1)
    release()
    await cluster.advance(1_000)
    expect(targets).toHaveLength(2)
    expect(targets[1]).toBeGreaterThan(finalOf())
    const { votes } = slow!.node.chain.finality
    expect(votes.latestOf(keys[0]!.address)?.vote.targetEpoch).toBe(targets[1])
    await cluster.stop()
  })
})
