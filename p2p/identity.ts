/**
 * Our identity on the network: an Ed25519 key in one file, base64 of libp2p's protobuf, mode 0600.
 * It is neither the validator key nor the coinbase (spec/consensus.md, keys).
 */
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { NetworkError, reasonOf } from './errors.ts'
import type { NetworkLog } from './options.ts'

const FILE_MODE = 0o600
const DIRECTORY_MODE = 0o700
const OTHERS_MODE = 0o077

/** Loads the key at `path`, or makes one there. A file that is no key is never overwritten. */
export async function loadIdentity(path: string, log: NetworkLog): Promise<PrivateKey> {
  const text = await readIfPresent(path)
  if (text === undefined) return await createIdentity(path)
  const { mode } = await stat(path)
  if ((mode & OTHERS_MODE) !== 0) log.warn({ path }, 'Identity file is readable by others')
  return parseIdentity(text, path)
}

function parseIdentity(text: string, path: string): PrivateKey {
  const trimmed = text.trim()
  if (trimmed === '') throw badIdentity(path, 'it is empty')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(trimmed)) throw badIdentity(path, 'it is not base64')
  let key: PrivateKey
  try {
    key = privateKeyFromProtobuf(Buffer.from(trimmed, 'base64'))
  } catch (error) {
    throw badIdentity(path, `it holds no key: ${reasonOf(error)}`)
  }
  if (key.type !== 'Ed25519') throw badIdentity(path, `it holds a ${key.type} key, not Ed25519`)
  return key
}

/** Written beside and renamed, so that a crash leaves a whole file or none. */
async function createIdentity(path: string): Promise<PrivateKey> {
  const key = await generateKeyPair('Ed25519')
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE })
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'w', FILE_MODE)
  try {
    await file.writeFile(`${Buffer.from(privateKeyToProtobuf(key)).toString('base64')}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  return key
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw badIdentity(path, reasonOf(error))
  }
}

function badIdentity(path: string, reason: string): NetworkError {
  return new NetworkError(
    { code: 'IDENTITY_FILE_BAD', path, reason },
    `The identity file ${path} cannot be used: ${reason}. ` +
      'Restore it from a backup, or move it away to get a new identity.',
  )
}
