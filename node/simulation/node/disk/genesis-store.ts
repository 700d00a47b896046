/** What block 0 makes of an empty database: computed once in a process, copied for each node. */
import type { Logger } from 'pino'
import type { Genesis } from '../../../../genesis/genesis-file.ts'
import { openChainParts } from '../../../chain/open-chain.ts'
import { NodeClock } from '../../engine/node-clock.ts'
import { Scheduler } from '../../engine/scheduler.ts'
import { SeededRng } from '../../engine/seeded-rng.ts'
import { DiskFaults } from './disk-faults.ts'
import { MemoryStore, type StoreSnapshot } from './memory-store.ts'

const snapshots = new WeakMap<Genesis, Promise<StoreSnapshot>>()

export function genesisStore(genesis: Genesis, log: Logger): Promise<StoreSnapshot> {
  const made = snapshots.get(genesis) ?? make(genesis, log)
  snapshots.set(genesis, made)
  return made
}

async function make(genesis: Genesis, log: Logger): Promise<StoreSnapshot> {
  const faults = new DiskFaults(new NodeClock(new Scheduler()))
  const store = new MemoryStore(faults, new SeededRng('block 0'))
  await openChainParts({ genesis, path: 'block 0', store, log })
  return store.snapshot()
}
