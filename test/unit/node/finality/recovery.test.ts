/** Validators that lost something: their database, their record of votes, or their key to a twin. */
import { join } from 'node:path'
import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import type { Node } from '../../../../node/node.ts'
import { Database, WriteBatch } from '../../../../node/storage/database.ts'
import { key, metaKey } from '../../../../node/storage/keys.ts'
import {
  type Fork,
  forkOf,
  VOTING_KEYS,
  validatorGenesis,
} from '../../../support/certified-chain.ts'
import { temporaryDirectory } from '../../../support/chain-factory.ts'
import { MANUAL, startTestNode, untilHead, untilPeers } from '../../../support/test-node.ts'

const POLL = { interval: 20, timeout: 60_000 }
/** Nothing here waits for time alone: a busy machine may take what it needs. */
const PATIENT = { timeout: 240_000 }

let sealed: Fork | undefined

/** 27 blocks; of epochs 1 to 3 the certificates are signed by validators 0 to 2. */
async function chain(): Promise<Fork> {
  sealed ??= await forkOf(27, devAccounts()[0]!.address)
  return sealed
}

async function feed(node: Node, fork: Fork, epochs = 3): Promise<void> {
  for (const block of fork.blocks) await node.chain.importBlock(block, 'gossip')
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await node.chain.takeCertificate(fork.certificate(epoch - 1, epoch))
  }
}

async function start(options: Parameters<typeof startTestNode>[0] = {}): Promise<Node> {
  return startTestNode({ genesis: await validatorGenesis(), seal: MANUAL, ...options })
}

async function mine(node: Node, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) await node.sealer!.sealNow({ timestamp: 0n })
}

const status = (node: Node) => node.api.finality.status()
const signed = (node: Node) => node.chain.finality.duty?.lastVote?.vote.targetEpoch

/** Deletes records of a stopped node. */
async function damage(directory: string, keys: readonly Uint8Array[]): Promise<void> {
  const database = await Database.open(join(directory, 'chaindata'))
  const batch = new WriteBatch()
  for (const each of keys) batch.delete(each)
  await database.write(batch, { sync: true })
  await database.close()
}

describe('node / finality / recovery', PATIENT, () => {
  it.each([
    ['a block below it', (fork: Fork) => key('body', hexToBytes(fork.blocks[11]!.hash))],
    ['what points to it', () => metaKey('finalized')],
  ])('a node that lost what was final, by %s, votes when it has it again', async (_, recordOf) => {
    const fork = await chain()
    const directory = await temporaryDirectory()
    const options = { directory, votingKey: VOTING_KEYS[3]! }
    const node = await start(options)
    await feed(node, fork)
    expect(status(node).finalized.epoch).toBe(2n)
    await node.stop()
    await damage(directory, [recordOf(fork)])
    const again = await start(options)
    const before = status(again)
    expect(before.lost === undefined).toBe(before.finalized.epoch === 2n)
    if (before.lost !== undefined) {
      expect(before.voting).toBe('recovering')
      expect(again.api.health()).toMatchObject({ isReady: false })
      expect(again.chain.head.header.number).toBe(11n)
    }
    // The certificates are here: they act when their blocks are executed again.
    for (const block of fork.blocks) await again.chain.importBlock(block, 'gossip')
    expect(status(again).finalized).toEqual({ epoch: 2n, hash: fork.hash(2) })
    expect(status(again).lost).toBeUndefined()
    expect(status(again).voting).not.toBe('recovering')
  })

  it('a validator without its record is silent until its operator and two epochs say so', async () => {
    const fork = await chain()
    const votingKey = VOTING_KEYS[0]!
    const directory = await temporaryDirectory()
    const follower = await start({ directory })
    await feed(follower, fork)
    await follower.stop()
    const silent = await start({ directory, votingKey })
    await expect.poll(() => status(silent).voting, POLL).toBe('record-stale')
    await mine(silent, 24)
    expect(signed(silent)).toBeUndefined()
    await silent.stop()
    const allowed = await start({ directory, votingKey, voteAfterRestore: true })
    await expect.poll(() => status(allowed).voting, POLL).toBe('listening')
    await mine(allowed, 8)
    expect(status(allowed).voting).toBe('listening')
    await mine(allowed, 8)
    await expect.poll(() => signed(allowed), POLL).toBe(8n)
  })

  it('of two nodes with one key the later one never votes', async () => {
    const votingKey = VOTING_KEYS[0]!
    const first = await start({ votingKey, peers: [] })
    await mine(first, 27)
    await expect.poll(() => signed(first), POLL).toBe(3n)
    const second = await start({ votingKey, peers: [first] })
    await untilPeers(second, 1)
    const follow = () => untilHead(second, (head) => head === first.chain.head.hash)
    await follow()
    // Votes of before count as memories of an earlier run.
    await expect.poll(() => second.chain.finality.duty?.hasHeard, POLL).toBe(true)
    // A vote goes by gossip, beside the blocks: on each block that brings one it is waited for.
    const [address] =
      second.chain.finality.book.executed(second.chain.genesis.hash)?.view.votingKeys ?? []
    const heard = () => second.chain.finality.votes.latestOf(address!)?.vote.targetEpoch
    for (let blocks = 0; blocks < 80 && status(second).voting !== 'doubled'; blocks++) {
      await mine(first, 1)
      await follow()
      const { number } = first.chain.head.header
      if (number % 8n === 3n) await expect.poll(heard, POLL).toBe((number - 3n) / 8n)
    }
    await expect.poll(() => status(second).voting, POLL).toBe('doubled')
    await mine(first, 24)
    await follow()
    expect(signed(second)).toBeUndefined()
    expect(status(first).voting).toBe('active')
    expect(first.api.finality.evidence()).toEqual([])
  })

  it('two nodes that finalized two forks find out when they meet', async () => {
    const fork = await chain()
    const other = await forkOf(36, devAccounts()[1]!.address, { fork, shared: 3 })
    const one = await start({ peers: [] })
    await feed(one, fork)
    const directory = await temporaryDirectory()
    const apart = await start({ directory })
    await feed(apart, other, 4)
    await apart.stop()
    const met = await start({ directory, peers: [one] })
    for (const node of [one, met]) {
      await expect.poll(() => status(node).safetyFault?.code, POLL).toBe('CONFLICTS_WITH_FINALIZED')
    }
  })
})
