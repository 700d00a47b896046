/** A process that builds the test chain's genesis and executes blocks on it, and tells the hashes. */
import { Database } from '../../node/storage/database.ts'
import { executeEconomy } from './economy-blocks.ts'
import { testGenesis } from './seal-reference.ts'

const [directory = '', seed, count] = process.argv.slice(2)
const store = await Database.open(directory)
const blocks = await executeEconomy(store, { seed: Number(seed), count: Number(count) })
const { hash } = await testGenesis()
const roots = blocks.map(({ stateRoot, receiptsRoot }) => [stateRoot, receiptsRoot])
process.stdout.write(JSON.stringify({ genesis: hash, roots }))
await store.close()
