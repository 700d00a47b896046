/** The disk of a simulated node: its database, its small files, and what is wrong with them. */
import { dataDirectory } from '../../../storage/data-directory.ts'
import type { Disk } from '../../../storage/disk.ts'
import type { NodeClock } from '../../engine/node-clock.ts'
import type { SeededRng } from '../../engine/seeded-rng.ts'
import { DiskFaults } from './disk-faults.ts'
import { type FilesSnapshot, MemoryFiles } from './memory-files.ts'
import { MemoryStore, type StoreSnapshot } from './memory-store.ts'

/** process: what was written is there. power: what was not synced may be gone. */
export type CrashKind = 'process' | 'power'

export type DiskSnapshot = { readonly store: StoreSnapshot; readonly files: FilesSnapshot }

export class MemoryDisk implements Disk {
  readonly faults: DiskFaults
  readonly files: MemoryFiles
  readonly store: MemoryStore

  constructor(clock: NodeClock, rng: SeededRng) {
    this.faults = new DiskFaults(clock)
    this.files = new MemoryFiles(this.faults, rng.fork('files'))
    this.store = new MemoryStore(this.faults, rng.fork('store'))
  }

  async prepare(path: string): ReturnType<Disk['prepare']> {
    return dataDirectory(path)
  }

  async openStore(): Promise<MemoryStore> {
    await this.store.close()
    this.store.open()
    this.faults.forgetWrites()
    return this.store
  }

  crash(kind: CrashKind): void {
    if (kind === 'process') return
    this.store.losePower()
    this.files.losePower()
  }

  /** A backup, and what restoring one makes of the disk. */
  snapshot(): DiskSnapshot {
    return { store: this.store.snapshot(), files: this.files.snapshot() }
  }

  restore(snapshot: DiskSnapshot): void {
    this.store.restore(snapshot.store)
    this.files.restore(snapshot.files)
  }
}
