/**
 * A process that imports blocks until it is killed, or as many as it was told; it says which one
 * was acknowledged last. Arguments: directory, number of blocks.
 */
import { Database } from '../../../../node/storage/database.ts'
import { GENESIS_BLOCK, makeChain } from './made-chain.ts'
import { TestChain } from './test-chain.ts'

const [directory = '', count = '0'] = process.argv.slice(2)
const store = await Database.open(directory)
const chain = await TestChain.create(store)
process.stdout.write('0\n')
for (const block of makeChain(GENESIS_BLOCK, Number(count), { count: 4 })) {
  await chain.import(block)
  process.stdout.write(`${block.record.number}\n`)
}
await store.close()
