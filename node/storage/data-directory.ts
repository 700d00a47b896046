/**
 * Where a node keeps what, below one directory of its own.
 *
 * The database's lock makes it one process a directory. What must outlive everything else, the
 * votes, and what may be lost, the journal of the pool, stand beside the database, not in it.
 * Spec: docs/spec/storage.md, "Data directory".
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CodedError } from '../../consensus/errors.ts'
import { isDiskFull } from './disk-full.ts'

export type DataDirectory = {
  readonly path: string
  /** The one database: blocks, state, indices. */
  readonly databaseDirectory: string
  /** What this validator has signed; every write is synced. */
  readonly slashingDirectory: string
  readonly poolJournalFile: string
  readonly peerStoreFile: string
  /** The node's own key on the network. */
  readonly identityFile: string
  /** The bearer token of admin methods, as hex. */
  readonly adminTokenFile: string
}

/** Owner alone: secrets lie in it. */
const DIRECTORY_MODE = 0o700
const SECRET_MODE = 0o600
const ADMIN_TOKEN_BYTES = 32
const ADMIN_TOKEN_LINE = /^[0-9a-f]{64}$/

/** The names of everything, without touching the disk. */
export function dataDirectory(path: string): DataDirectory {
  return {
    path,
    databaseDirectory: join(path, 'chaindata'),
    slashingDirectory: join(path, 'slashing'),
    poolJournalFile: join(path, 'pool', 'journal'),
    peerStoreFile: join(path, 'peers', 'peers.json'),
    identityFile: join(path, 'node.key'),
    adminTokenFile: join(path, 'admin.token'),
  }
}

/** Makes the directories that are missing. Throws {@link DataDirectoryError}. */
export async function prepareDataDirectory(path: string): Promise<DataDirectory> {
  const layout = dataDirectory(path)
  const directories = [
    layout.databaseDirectory,
    layout.slashingDirectory,
    dirname(layout.poolJournalFile),
    dirname(layout.peerStoreFile),
  ]
  try {
    for (const directory of directories) {
      await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
      await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    }
  } catch (error) {
    throw unusable(path, error)
  }
  return layout
}

/** The token of admin methods; a new one unless there is one. Throws {@link DataDirectoryError}. */
export async function loadAdminToken({ path, adminTokenFile }: DataDirectory): Promise<string> {
  try {
    const line = (await readIfPresent(adminTokenFile))?.trim()
    if (line !== undefined && ADMIN_TOKEN_LINE.test(line)) {
      await chmod(adminTokenFile, SECRET_MODE)
      return line
    }
    const token = randomBytes(ADMIN_TOKEN_BYTES).toString('hex')
    await writeSecret(adminTokenFile, `${token}\n`)
    return token
  } catch (error) {
    throw unusable(path, error)
  }
}

/** Written beside and renamed, so that a crash leaves a whole file or none. */
async function writeSecret(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'w', SECRET_MODE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

const NO_PERMISSION: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS'])
const NOT_A_DIRECTORY: ReadonlySet<unknown> = new Set(['ENOTDIR', 'EEXIST'])

function unusable(path: string, cause: unknown): DataDirectoryError {
  const code = codeOf(cause)
  const name = `The data directory ${path}`
  if (NO_PERMISSION.has(code)) {
    const sentence = `${name} is not ours to write: change its owner, or give another --data-dir.`
    return new DataDirectoryError({ code: 'NO_PERMISSION', path }, sentence, { cause })
  }
  if (NOT_A_DIRECTORY.has(code)) {
    const sentence = `${name} can't be made, a file is in its way: give another --data-dir.`
    return new DataDirectoryError({ code: 'NOT_A_DIRECTORY', path }, sentence, { cause })
  }
  if (isDiskFull(cause)) {
    const sentence = `${name} can't be written, the disk is full: make room, then start again.`
    return new DataDirectoryError({ code: 'NO_ROOM', path }, sentence, { cause })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  const sentence = `${name} can't be used (${reason}): give another --data-dir.`
  return new DataDirectoryError({ code: 'UNUSABLE', path, reason }, sentence, { cause })
}

export type DataDirectoryErrorType =
  | { readonly code: 'NO_PERMISSION' | 'NOT_A_DIRECTORY' | 'NO_ROOM'; readonly path: string }
  | { readonly code: 'UNUSABLE'; readonly path: string; readonly reason: string }

export class DataDirectoryError extends CodedError<DataDirectoryErrorType> {}
