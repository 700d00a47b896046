/**
 * Two thirds of the stake justify a block that our code calls invalid, as when two implementations
 * differ: this node neither follows nor votes, goes on answering, and its operator has exits.
 */
import { describe, expect, it } from 'vitest'
import type { Certificate } from '../../../../consensus/finality/types.ts'
import { outputRoot } from '../../../../consensus/finality/votes/vote-digest.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import { Executor } from '../../../../node/execution/executor.ts'
import type { Node } from '../../../../node/node.ts'
import { wrongExecutor } from '../../../../node/simulation/node/wrong-executor.ts'
import {
  certify,
  EPOCH,
  type Fork,
  forkOf,
  VOTING_KEYS,
  validatorGenesis,
} from '../../../support/certified-chain.ts'
import { TestChain, temporaryDirectory } from '../../../support/chain-factory.ts'
import { MANUAL, startTestNode } from '../../../support/test-node.ts'

const POLL = { interval: 20, timeout: 20_000 }
const LIARS = [0, 1, 2]

type Scene = { readonly fork: Fork; readonly bad: SealedBlock; readonly certificate: Certificate }

let made: Scene | undefined

/** Fifteen good blocks, and a sixteenth under a good proof that is certified and invalid. */
async function scene(): Promise<Scene> {
  if (made !== undefined) return made
  const genesis = await validatorGenesis()
  const fork = await forkOf(15, devAccounts()[0]!.address)
  const test = await TestChain.open({ genesis })
  for (const block of fork.blocks) await test.import(block)
  const bad = await test.sealLie({ stateRoot: `0x${'ba'.repeat(32)}` })
  const vote = {
    sourceEpoch: 1n,
    sourceHash: fork.hash(1),
    targetEpoch: 2n,
    targetHash: bad.hash,
    outputRoot: outputRoot(bad.header.stateRoot, bad.hash),
  }
  made = { fork, bad, certificate: certify(genesis, vote, LIARS) }
  return made
}

/** The validator that did not sign it, in the hour of the fault. */
async function faulty(directory: string): Promise<Node> {
  const { fork, bad, certificate } = await scene()
  const node = await startTestNode({
    ...{ genesis: await validatorGenesis(), seal: MANUAL },
    ...{ directory, votingKey: VOTING_KEYS[3]! },
  })
  for (const block of fork.blocks) await node.chain.importBlock(block, 'gossip')
  await node.chain.takeCertificate(fork.certificate(0, 1))
  expect((await node.chain.importBlock(bad, 'gossip')).kind).toBe('invalid')
  await node.chain.takeCertificate(certificate)
  return node
}

const restart = async (directory: string, options = {}) =>
  startTestNode({
    ...{ genesis: await validatorGenesis(), seal: MANUAL },
    ...{ directory, votingKey: VOTING_KEYS[3]!, ...options },
  })

const status = (node: Node) => node.api.finality.status()

describe('node / finality / invalid majority', () => {
  it('is a safety fault: nothing is followed or voted for, and reads go on', async () => {
    const { fork, bad } = await scene()
    const node = await faulty(await temporaryDirectory())
    expect(status(node).safetyFault?.code).toBe('JUSTIFIED_IS_INVALID')
    expect(status(node).voting).toBe('safety-fault')
    expect(node.chain.head.hash).toBe(fork.blocks.at(-1)!.hash)
    expect(status(node).justified.epoch).toBe(1n)
    expect(await node.api.chain.header(bad.hash)).toBeUndefined()
    expect((await node.api.chain.resolve({ tag: 'latest' }))?.hash).toBe(node.chain.head.hash)
    expect(node.api.health().isReady).toBe(false)
  })

  it('is noticed where the invalid block lies below the one that is certified', async () => {
    const genesis = await validatorGenesis()
    const fork = await forkOf(3 * EPOCH, devAccounts()[0]!.address)
    const full = await startTestNode({ genesis, peers: [] })
    for (const block of fork.blocks) await full.chain.importBlock(block, 'gossip')
    for (const epoch of [0, 1, 2]) {
      await full.chain.takeCertificate(fork.certificate(epoch, epoch + 1))
    }
    expect(full.chain.finality.finalized.epoch).toBe(2n)
    const bad = fork.blocks[EPOCH + 3]!
    const wrong = await startTestNode({
      ...{ genesis, peers: [full], votingKey: VOTING_KEYS[3]! },
      ports: {
        openExecutor: wrongExecutor(
          (parts) => Executor.open(parts),
          () => bad.header,
        ),
      },
    })
    await expect.poll(() => status(wrong).safetyFault?.code, POLL).toBe('JUSTIFIED_IS_INVALID')
    const { certificate } = wrong.chain.finality.fault!
    expect(certificate.vote.targetHash).toBe(fork.hash(2))
    expect(wrong.chain.head.hash).toBe(bad.header.parentHash)
    expect(status(wrong).voting).toBe('safety-fault')
    // Who serves what two thirds hold valid is not blamed for it.
    expect(wrong.api.network.peers()).toHaveLength(1)
  })

  it('its operator stays with --exclude, and who did not sign it votes at once', async () => {
    const { bad, certificate } = await scene()
    const directory = await temporaryDirectory()
    await (await faulty(directory)).stop()
    const node = await restart(directory, { exclude: [bad.hash] })
    expect(status(node).safetyFault).toBeUndefined()
    for (let i = 0; i < 12; i++) await node.sealer!.sealNow({ timestamp: 0n })
    const signed = () => node.chain.finality.duty?.lastVote?.vote.targetEpoch
    await expect.poll(signed, POLL).toBeGreaterThanOrEqual(2n)
    expect(await node.chain.takeCertificate(certificate)).toBe('ignore')
    expect(status(node).safetyFault).toBeUndefined()
  })

  it('the same code that joins the block finds it invalid again, and stops again', async () => {
    const { bad } = await scene()
    const directory = await temporaryDirectory()
    await (await faulty(directory)).stop()
    const node = await restart(directory, { joinFork: bad.hash })
    expect(status(node).safetyFault).toBeUndefined()
    expect((await node.chain.importBlock(bad, 'gossip')).kind).toBe('invalid')
    await expect.poll(() => status(node).safetyFault?.code, POLL).toBe('JUSTIFIED_IS_INVALID')
  })
})
