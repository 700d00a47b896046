/** Nodes that come late: to a thousand blocks with their certificates, or after fifty epochs. */
import { cp } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import type { Node } from '../../../../node/node.ts'
import { EPOCH, type Fork, forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { temporaryDirectory } from '../../../support/chain-factory.ts'
import { startTestNode } from '../../../support/test-node.ts'

const HEIGHT = 1_003
const EPOCHS = Math.floor(HEIGHT / EPOCH)
const EPOCHS_OFF = 50
const POLL = { interval: 100, timeout: 180_000 }

/** Blocks `from` to `to` of the fork, each checkpoint with its certificate. */
async function feed(node: Node, fork: Fork, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    await node.chain.importBlock(fork.blocks[number - 1]!, 'gossip')
    if (number % EPOCH !== 0) continue
    const epoch = number / EPOCH
    await node.chain.takeCertificate(fork.certificate(epoch - 1, epoch))
  }
}

describe('node / sync / late joiner', () => {
  it('catches up by certificates: from genesis, and after 50 epochs away', {
    timeout: 400_000,
  }, async () => {
    const fork = await forkOf(HEIGHT, devAccounts()[0]!.address)
    const genesis = await validatorGenesis()
    const [home, copy] = [await temporaryDirectory(), await temporaryDirectory()]
    const young = await startTestNode({ genesis, directory: home })
    const left = (EPOCHS - EPOCHS_OFF) * EPOCH
    await feed(young, fork, 1, left)
    await young.stop()
    await cp(home, copy, { recursive: true })
    const full = await startTestNode({ genesis, directory: home, peers: [] })
    await feed(full, fork, left + 1, HEIGHT)
    const joiner = await startTestNode({ genesis, peers: [full] })
    const returned = await startTestNode({ genesis, directory: copy, peers: [full] })
    for (const node of [joiner, returned]) {
      await expect.poll(() => node.chain.head.hash, POLL).toBe(full.chain.head.hash)
      const final = () => node.chain.finality.finalized.epoch
      await expect.poll(final, POLL).toBe(BigInt(EPOCHS - 1))
      expect(node.chain.finality.finalized.hash).toBe(fork.hash(EPOCHS - 1))
      expect(node.chain.finality.fault).toBeUndefined()
    }
  })
})
