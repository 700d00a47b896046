/** A chain that nobody tells of its certificates: it is said while there is time. */
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { CertifyWatch } from '../../../../node/finality/certify-watch.ts'
import { feed, forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { SILENT, TestChain } from '../../../support/chain-factory.ts'

describe('node / finality / certify watch', { timeout: 120_000 }, () => {
  it('rings when certificates do not reach the chain, and not before', async () => {
    const fork = await forkOf(40, devAccounts()[0]!.address)
    const test = await TestChain.open({ genesis: await validatorGenesis() })
    const watch = new CertifyWatch(test.chain, SILENT, 16n)
    const certificates = [1, 2].map((epoch) => fork.certificate(epoch - 1, epoch))
    await feed(test, { ...fork, blocks: fork.blocks.slice(0, 24) }, certificates)
    await watch.settled()
    expect(watch.lagEpochs).toBe(2n)
    expect(watch.isOverdue).toBe(false)
    await test.chain.takeCertificate(fork.certificate(2, 3))
    for (const block of fork.blocks.slice(24, 32)) await test.import(block)
    await watch.settled()
    expect(watch.certifiedEpoch).toBe(0n)
    expect(watch.lagEpochs).toBe(3n)
    expect(watch.isOverdue).toBe(true)
  })
})
