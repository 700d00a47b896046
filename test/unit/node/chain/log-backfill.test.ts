/** Logs by JSON-RPC of a real node: after rewinds, and on a directory without a whole index. */
import { expect, it, onTestFinished } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { dataDirectory } from '../../../../node/storage/data-directory.ts'
import { Database, WriteBatch } from '../../../../node/storage/database.ts'
import { metaKey, tableEnd, tableStart } from '../../../../node/storage/keys.ts'
import { verifyDatabase } from '../../../../node/storage/verify/verify-database.ts'
import { type DevNode, startDevNode } from '../../../support/dev-node.ts'
import { callData } from '../../../support/execution-chain.ts'

type JsonLog = { readonly blockNumber: string; readonly topics: readonly string[] }

const [SENDER, RECEIVER] = devAccounts()
const TRANSFER = '0xa9059cbb'
const BLOCKS = 12
const REORG_BLOCKS = 3
const POLL = { interval: 20, timeout: 20_000 }

/** A block of its own with a transfer of `amount`. */
async function transfer({ rpc }: DevNode, amount: number): Promise<void> {
  const data = callData(TRANSFER, RECEIVER!.address, BigInt(amount))
  await rpc('evm_setAutomine', false)
  await rpc('eth_sendTransaction', { from: SENDER!.address, to: PREDEPLOYS.AI, data })
  await rpc('evm_mine')
}

/** Topics of this receiver, as a wallet asks for what it was sent. */
const received = {
  fromBlock: 'earliest',
  address: PREDEPLOYS.AI,
  topics: [null, null, `0x${RECEIVER!.address.slice(2).padStart(64, '0')}`],
}

const logsOf = ({ rpc }: DevNode, filter: object = received) =>
  rpc('eth_getLogs', filter) as Promise<readonly JsonLog[]>

/** What the receipts of the chain say, block by block. */
async function walk({ rpc }: DevNode): Promise<readonly JsonLog[]> {
  const head = Number(await rpc('eth_blockNumber'))
  const logs: JsonLog[] = []
  for (let number = 0; number <= head; number++) {
    const receipts = await rpc('eth_getBlockReceipts', `0x${number.toString(16)}`)
    for (const receipt of receipts as { logs: JsonLog[] }[]) logs.push(...receipt.logs)
  }
  return logs.filter(({ topics }) => topics[2] === received.topics[2])
}

async function whole({ node }: DevNode): Promise<void> {
  await expect.poll(() => node.chain.blocks.logs.first, POLL).toBe(0n)
}

async function damage(dev: DevNode, change: (store: Database) => Promise<void>): Promise<void> {
  await dev.stop()
  const store = await Database.open(dataDirectory(dev.directory).databaseDirectory)
  await change(store)
  await store.close()
}

async function postings(store: Database): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = []
  const all = { gte: tableStart('logIndex'), lt: tableEnd('logIndex') }
  for await (const [posting] of store.entries(all)) keys.push(posting)
  return keys
}

it('finds the logs of the chain as it is after rewinds, restarts and damage', async () => {
  let dev = await startDevNode()
  onTestFinished(() => dev.remove())
  for (let amount = 1; amount <= BLOCKS; amount++) await transfer(dev, amount)
  const snapshot = await dev.rpc('evm_snapshot')
  await transfer(dev, 100)
  await dev.rpc('evm_revert', snapshot)
  await transfer(dev, 200)
  await dev.rpc('anvil_reorg', REORG_BLOCKS, [])
  const expected = await walk(dev)
  expect(expected.length).toBe(BLOCKS + 1 - REORG_BLOCKS)
  expect(await logsOf(dev)).toEqual(expected)
  expect(dev.node.chain.blocks.logs.first).toBe(0n)

  // A directory of a version without an index.
  await damage(dev, async (store) => {
    const batch = new WriteBatch().delete(metaKey('logIndex'))
    for (const posting of await postings(store)) batch.delete(posting)
    await store.write(batch)
  })
  dev = await startDevNode(dev)
  expect(await logsOf(dev)).toEqual(expected)
  await whole(dev)
  expect(await logsOf(dev)).toEqual(expected)

  // Every posting damaged: the first that is read tells, and the next block finds it made anew.
  await damage(dev, async (store) => {
    const batch = new WriteBatch()
    for (const posting of await postings(store)) batch.put(posting, Uint8Array.of(1, 2, 3, 4))
    await store.write(batch)
  })
  dev = await startDevNode(dev)
  expect(await logsOf(dev)).toEqual(expected)
  expect(dev.node.chain.blocks.logs.first).toBeGreaterThan(0n)
  await transfer(dev, 300)
  await whole(dev)
  expect(await logsOf(dev)).toEqual(await walk(dev))
  await damage(dev, async (store) => {
    expect(await verifyDatabase(store)).toMatchObject({ problems: [] })
  })
})
