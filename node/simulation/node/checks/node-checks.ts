/**
 * What must hold on every node by itself, looked at between two events: I5, I6, I8, I9, I10, I15
 * and I16, and by certificate-checks.ts I10 and I12. On the real objects, with their own readers.
 *
 * Spec: docs/simulator.md, "Invariants".
 */
import { PENDING_CERTIFICATES_MAX } from '../../../../consensus/finality/finality-state.ts'
import { summaryOf } from '../../../chain/block-summary.ts'
import { ancestorHashes } from '../../../chain/branch.ts'
import { type Chain, IMPORTS_WAITING_MAX } from '../../../chain/chain.ts'
import { DEV_MEMPOOL_OPTIONS } from '../../../mempool/options.ts'
import type { Node } from '../../../node.ts'
import { decodeAccount } from '../../../state/flat/flat-codec.ts'
import { tableEnd, tableStart } from '../../../storage/keys.ts'
import { ORPHAN_COUNT_MAX } from '../../../sync/orphan-pool.ts'
import { countedFault } from '../../checks/counted-votes.ts'
import { headFault } from '../../checks/head-check.ts'
import type { MemoryDisk } from '../disk/memory-disk.ts'
import type { MemoryStore } from '../disk/memory-store.ts'
import { storedFaults } from './certificate-checks.ts'
import { readContractSet, setFault } from './contract-set.ts'
import { indexFaults } from './index-checks.ts'

/** A thousand million AI in wei. */
const SUPPLY_WEI = 10n ** 27n
/** Votes are heard for 64 epochs below that of the head, for it, and for the next. */
const VOTES_PER_VALIDATOR_MAX = 66
/** Deposits of a run that another branch may have first. */
const DEPOSITS_ELSEWHERE = 2

/** One line for each thing that is not as it must be, with its invariant. */
export async function checkNode(
  node: Node,
  disk: MemoryDisk,
): Promise<readonly (readonly [invariant: string, message: string])[]> {
  const { chain } = node
  const found: (readonly [string, string])[] = []
  const expect = (invariant: string, isTrue: boolean, message: string): void => {
    if (!isTrue) found.push([invariant, message])
  }
  const fault = headFault(chain.finality)
  expect('I5', fault === undefined, `head ${chain.head.header.number}: ${fault}`)
  const twice = countedFault(chain.finality)
  expect('I10', twice === undefined, `${twice}`)
  expect('I6', await executesAgain(chain), 'the head executes to another state')
  const total = await sumOfBalances(disk.store)
  expect('I8', total === SUPPLY_WEI, `all balances come to ${total} wei`)
  const wrong = await newestSetFault(chain)
  expect('I9', wrong === undefined, `the newest set is not that of the contract: ${wrong}`)
  found.push(...(await storedFaults(chain)))
  for (const fault of await indexFaults(chain, disk)) found.push(['I15', fault])
  for (const [name, count, max] of queuesOf(node)) {
    expect('I16', count <= max, `${name}: ${count} of ${max}`)
  }
  return found
}

async function executesAgain({ head, blocks, tree, executor }: Chain): Promise<boolean> {
  const { header, hash } = head
  if (header.number === 0n) return true
  const parent = tree.get(header.parentHash)
  const block = await blocks.block(hash)
  // Below the root of the tree there is nothing to execute on.
  if (parent === undefined || block === undefined) return block !== undefined
  const state = {
    ...(await summaryOf(blocks, parent.hash)),
    epochDifficulty: parent.epochStart.difficulty,
    ancestorHash: ancestorHashes(tree, blocks, parent.hash),
  }
  const executed = await executor.executeBlock(state, header, block.transactions)
  return executed.stateRoot === header.stateRoot
}

/** Of the flat accounts, which stand at the head. */
async function sumOfBalances(store: MemoryStore): Promise<bigint> {
  let sum = 0n
  const range = { gte: tableStart('account'), lt: tableEnd('account') }
  for await (const [key, record] of store.entries(range)) sum += decodeAccount(key, record).balance
  return sum
}

async function newestSetFault({ finality, blocks, state }: Chain): Promise<string | undefined> {
  const { hash } = finality.tree.head().epochStart
  const held = finality.book.executed(hash)?.view
  if (held === undefined) return undefined
  const { header } = await summaryOf(blocks, hash)
  return setFault(held, await readContractSet(state.view(header.stateRoot)))
}

/** Everybody who ever deposited, on this branch or on one that may still win. */
function votersOf({ finality: { book, tree, justified } }: Chain): number {
  const newest = book.executed(tree.head().epochStart.hash) ?? book.executed(justified.hash)
  return (newest?.view.votingKeys.length ?? 0) + DEPOSITS_ELSEWHERE
}

function queuesOf({ chain, peers, api }: Node): readonly (readonly [string, number, number])[] {
  const { pending, queued } = api.pool.status()
  const { executableSlotsMax, queuedSlotsMax } = DEV_MEMPOOL_OPTIONS
  return [
    ['imports', chain.importsWaiting, IMPORTS_WAITING_MAX],
    ['orphans', peers?.sync.orphanCount ?? 0, ORPHAN_COUNT_MAX],
    ['certificates', chain.finality.pending.size, PENDING_CERTIFICATES_MAX],
    ['votes', chain.finality.votes.size, VOTES_PER_VALIDATOR_MAX * votersOf(chain)],
    ['evidence', chain.finality.evidence.size, votersOf(chain)],
    ['executable', pending, executableSlotsMax],
    ['queued', queued, queuedSlotsMax],
  ]
}
