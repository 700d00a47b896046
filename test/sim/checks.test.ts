/** What must hold on every node can fail: each thing that is put wrong is told by its invariant. */
import { describe, expect, it } from 'vitest'
import type { Link } from '../../consensus/finality/votes/vote-pool.ts'
import type { Hex } from '../../consensus/types.ts'
import { Watcher } from '../../node/simulation/node/checks/watcher.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { placeOf, VALIDATOR_SET } from '../../node/simulation/node/ledger/contract-storage.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import type { SimulatedNode } from '../../node/simulation/node/simulated-node.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'
import { Workload } from '../../node/simulation/node/workload.ts'
import { stageAccount } from '../../node/state/flat/flat-tables.ts'
import { WriteBatch } from '../../node/storage/database.ts'
import { tableEnd, tableStart } from '../../node/storage/keys.ts'

type Spoiling = (node: SimulatedNode) => Promise<void> | void

const SPOILINGS: readonly (readonly [string, string, Spoiling])[] = [
  [
    'I4',
    'a vote that is sent and not on disk',
    ({ node: { chain } }) => {
      const vote = { ...chain.finality.duty!.lastVote!.vote, targetEpoch: 99n }
      const signed = { ...chain.finality.duty!.lastVote!, vote }
      chain.events.emit('finality', [{ kind: 'publish-vote', signed }])
    },
  ],
  [
    'I10',
    'two votes of one validator for one epoch, both counted',
    ({ node: { chain } }) => {
      const [{ vote, signatures }] = [...chain.finality.votes.links] as [Link]
      const other = { ...vote, outputRoot: vote.targetHash }
      const links = [vote, other].map((each) => ({ vote: each, signatures }))
      Object.defineProperty(chain.finality.votes, 'links', { value: links })
    },
  ],
  ['I5', 'a header without work', ({ node, unproven }) => void unproven.add(node.chain.head.hash)],
  [
    'I6',
    'an executor that comes to another state',
    ({ node: { chain } }) => {
      const real = chain.executor.executeBlock.bind(chain.executor)
      chain.executor.executeBlock = async (...args) => {
        const stateRoot = chain.genesis.stateRoot
        return { ...(await real(...args)), stateRoot }
      }
    },
  ],
  [
    'I8',
    'an account with a coin too many',
    async ({ node: { chain }, disk, parts }) => {
      const account = await chain.state.view(chain.head.header.stateRoot).account(parts.coinbase)
      const batch = new WriteBatch()
      stageAccount(batch, parts.coinbase, { ...account!, balance: account!.balance + 1n })
      await disk.store.write(batch)
    },
  ],
  [
    'I9',
    'a set that the contract does not have',
    ({ node: { chain } }) => {
      const { hash } = chain.tree.head().epochStart
      const weights = chain.finality.book.executed(hash)!.view.weights as bigint[]
      weights[0] = 1n
    },
  ],
  [
    'I9',
    'a set whose weights are not the total that the contract has',
    ({ node: { chain } }) => {
      const view = chain.state.view.bind(chain.state)
      const slots = [0n, 1n, 2n, 3n, 4n].map((dynasty) => wordOf(placeOf('_dynasties', dynasty)))
      chain.state.view = (...args) => {
        const real = view(...args)
        const storage = real.storage.bind(real)
        real.storage = async (address, slot) =>
          address === VALIDATOR_SET && slots.includes(slot) ? wordOf(0n) : storage(address, slot)
        return real
      }
    },
  ],
  [
    'I10',
    'a certificate that was taken with one signature, and of an epoch that is not the newest',
    async ({ node: { chain } }) => {
      const { vote, signers, signatures } = (await chain.certificateAt(1n))!
      const cut = { vote, signers: signers.slice(0, 1), signatures: signatures.slice(0, 1) }
      chain.events.emit('finality', [{ kind: 'certified', certificate: cut }])
    },
  ],
  [
    'I10',
    'a certificate with one signature',
    ({ node: { chain } }) => {
      const real = chain.certificateAt.bind(chain)
      chain.certificateAt = async (epoch) => {
        const { vote, signers, signatures } = (await real(epoch))!
        return { vote, signers: signers.slice(0, 1), signatures: signatures.slice(0, 1) }
      }
    },
  ],
  [
    'I17',
    'a tag that goes back',
    ({ node }) => {
      // Both say the same, as where the node itself has gone back.
      const genesis = { hash: node.chain.genesis.hash, number: 0n }
      Object.defineProperty(node.chain.tree, 'finalized', { value: genesis })
    },
  ],
  ['I12', 'a certificate that is gone', (node) => dropAll(node, 'certificate')],
  [
    'I16',
    'a queue that takes more than its cap',
    async ({ node: { chain } }) => {
      const certificate = await chain.certificateAt(1n)
      for (let i = 0; i < 65; i++) chain.finality.pending.set(`0x${i}`, certificate!)
    },
  ],
  [
    'I16',
    'more votes than validators can have',
    ({ node: { chain } }) =>
      void Object.defineProperty(chain.finality.votes, 'size', { value: 66 * 6 + 1 }),
  ],
  ['I15', 'an index without its transactions', (node) => dropAll(node, 'transaction')],
]

function wordOf(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}

async function dropAll({ disk }: SimulatedNode, table: 'certificate' | 'transaction') {
  const batch = new WriteBatch()
  for await (const [key] of disk.store.entries({ gte: tableStart(table), lt: tableEnd(table) })) {
    batch.delete(key)
  }
  await disk.store.write(batch)
}

describe('sim / checks', () => {
  it.each(SPOILINGS)('%s is told of %s', async (invariant, _, spoil) => {
    const genesis = await simulatedGenesis('instant', 4)
    const watcher: Watcher = new Watcher(() => cluster.scheduler.nowMs)
    const cluster: Cluster = new Cluster({
      ...{ genesis, seed: 'checks', observer: watcher, openExecutor: ledgerExecutorOf(genesis) },
      members: validatorKeys(4).map((keys) => ({ ...keys, work: 1 })),
    })
    await cluster.start()
    new Workload(cluster, 2).start()
    await cluster.advance(40_000)
    await cluster.complete(watcher.inspect(cluster))
    expect(watcher.violations).toEqual([])
    await cluster.complete(Promise.resolve(spoil(cluster.nodes[0]!)))
    await cluster.complete(watcher.inspect(cluster))
    expect(watcher.violations.map((violation) => violation.invariant)).toContain(invariant)
    await cluster.stop()
  })
})
