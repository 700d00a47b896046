/** Where a node keeps everything that outlives it: the machine's disk, or the simulator's. */
import { type DataDirectory, prepareDataDirectory } from './data-directory.ts'
import { Database, type KeyValueStore } from './database.ts'
import { type Files, systemFiles } from './files.ts'

/** After a failed write nothing is written until `recover`, which throws while it can't be. */
export interface RecoverableStore extends KeyValueStore {
  recover(): Promise<void>
}

export interface Disk {
  readonly files: Files
  /** Makes the directories that are missing. */
  prepare(path: string): Promise<DataDirectory>
  openStore(directory: DataDirectory): Promise<RecoverableStore>
}

export const systemDisk: Disk = {
  files: systemFiles,
  prepare: prepareDataDirectory,
  openStore: ({ databaseDirectory }) => Database.open(databaseDirectory),
}
