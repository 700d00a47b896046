/**
 * Nodes that come late: to a thousand blocks with their certificates, or after fifty epochs. The
 * chain is so long that headers and certificates take more than one answer; beyond that a longer
 * one adds nothing but time (`bench/sync-scale`: 20,000 blocks).
 */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { outputRoot } from '../../../../consensus/finality/votes/vote-digest.ts'
import { REQUEST_LIMITS } from '../../../../node/sync/protocol.ts'
import { certify, EPOCH, validatorGenesis } from '../../../support/certified-chain.ts'
import { TestChain, temporaryDirectory } from '../../../support/chain-factory.ts'
import { startTestNode } from '../../../support/test-node.ts'

const EPOCHS = 131
const EPOCHS_OFF = 50
/** Of the epoch that has just begun. */
const REST = 3
const QUORUM = [0, 1, 2]
const POLL = { interval: 100, timeout: 180_000 }

/** Seals and imports so many epochs, and certifies each from the one before. */
async function grow(test: TestChain, epochs: number): Promise<void> {
  const { chain } = test
  for (let i = 0; i < epochs; i++) {
    const last = (await test.extend(EPOCH)).at(-1)!
    const { justified } = chain.finality
    const vote = {
      sourceEpoch: justified.epoch,
      sourceHash: justified.hash,
      targetEpoch: justified.epoch + 1n,
      targetHash: last.hash,
      outputRoot: outputRoot(last.header.stateRoot, last.hash),
    }
    await chain.takeCertificate(certify(chain.genesis, vote, QUORUM))
  }
}

describe('node / sync / late joiner', () => {
  it('catches up by certificates: from genesis, and after 50 epochs away', {
    timeout: 400_000,
  }, async () => {
    expect(EPOCHS).toBeGreaterThan(REQUEST_LIMITS.finality_by_epoch.itemsMax)
    expect(EPOCHS * EPOCH).toBeGreaterThan(2 * REQUEST_LIMITS.headers_by_range.itemsMax)
    const genesis = await validatorGenesis()
    const [home, copy] = [await temporaryDirectory(), await temporaryDirectory()]
    const open = () => TestChain.open({ genesis, directory: join(home, 'chaindata') })
    const young = await open()
    await grow(young, EPOCHS - EPOCHS_OFF)
    expect(young.chain.finality.finalized.epoch).toBe(BigInt(EPOCHS - EPOCHS_OFF - 1))
    await young.close()
    await cp(home, copy, { recursive: true })
    const grown = await open()
    await grow(grown, EPOCHS_OFF)
    await grown.extend(REST)
    await grown.close()
    const full = await startTestNode({ genesis, directory: home, peers: [] })
    const { finalized } = full.chain.finality
    expect(finalized.epoch).toBe(BigInt(EPOCHS - 1))
    const joiner = await startTestNode({ genesis, peers: [full] })
    const returned = await startTestNode({ genesis, directory: copy, peers: [full] })
    for (const node of [joiner, returned]) {
      await expect.poll(() => node.chain.head.hash, POLL).toBe(full.chain.head.hash)
      const final = () => node.chain.finality.finalized.epoch
      await expect.poll(final, POLL).toBe(finalized.epoch)
      expect(node.chain.finality.finalized.hash).toBe(finalized.hash)
      expect(node.chain.finality.fault).toBeUndefined()
    }
  })
})
