/**
 * The directory of a devnet: genesis, manifest and keys, made once and found again at the next
 * start, so that a second start goes on from the same chain.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../consensus/errors.ts'
import { buildGenesis } from '../../genesis/build-genesis.ts'
import {
  chooseParticipants,
  devParticipants,
  type Participants,
} from '../../genesis/economy/participants.ts'
import { loadGenesisFile } from '../../genesis/genesis-file.ts'
import { formatManifest } from '../../genesis/manifest.ts'
import type { PresetName } from '../../genesis/params.ts'
import type { Genesis } from '../../genesis/types.ts'
import { formatKeyFile, generateValidatorKeys } from '../../genesis/validator-keys.ts'

export type PrepareOptions = {
  readonly directory: string
  readonly preset: PresetName
  readonly validatorCount: number
  readonly isReal: boolean
  readonly reset: boolean
  /** MAC; asked for only when a genesis has to be made, and not for preset instant. */
  readonly measureDifficulty: () => Promise<bigint>
}

export const GENESIS_FILE = 'genesis.json'
const MANIFEST_FILE = 'manifest.json'
const KEYS_DIRECTORY = 'keys'

/** Owner alone: the file holds a secret key. */
const SECRET_MODE = 0o600

/** Reads the devnet of the directory, or makes a new one. Throws {@link DevnetError}. */
export async function prepareDevnet(options: PrepareOptions): Promise<Genesis> {
  const path = join(options.directory, GENESIS_FILE)
  if (options.reset) await removeDevnet(options.directory)
  if (!existsSync(path)) return createDevnet(options)
  const genesis = loadGenesisFile(path)
  verifySame(genesis, options)
  return genesis
}

export function validatorKeyPath(directory: string, index: number): string {
  return join(directory, KEYS_DIRECTORY, `${index}.key`)
}

export function validatorDirectory(directory: string, index: number): string {
  return join(directory, `validator-${index}`)
}

/** Removes a devnet, and only that: a directory without a genesis of ours is left alone. */
async function removeDevnet(directory: string): Promise<void> {
  if (!existsSync(directory)) return
  const path = join(directory, GENESIS_FILE)
  if (!existsSync(path)) throw new DevnetError({ code: 'NOT_A_DEVNET', directory })
  const { config } = JSON.parse(await readFile(path, 'utf8'))
  if (config?.hanzo === undefined) throw new DevnetError({ code: 'NOT_A_DEVNET', directory })
  await rm(directory, { recursive: true })
}

async function createDevnet(options: PrepareOptions): Promise<Genesis> {
  const genesisDifficulty = options.preset === 'gpu' ? await options.measureDifficulty() : undefined
  await writeGenesis({
    directory: options.directory,
    preset: options.preset,
    validatorCount: options.validatorCount,
    isReal: options.isReal,
    // A devnet is one person's, whatever its preset.
    participants: devParticipants(),
    ...(genesisDifficulty === undefined ? {} : { genesisDifficulty }),
  })
  return loadGenesisFile(join(options.directory, GENESIS_FILE))
}

export type WriteGenesisOptions = {
  readonly directory: string
  readonly preset: PresetName
  readonly validatorCount: number
  readonly isReal: boolean
  readonly timestamp?: bigint
  readonly genesisDifficulty?: bigint
  /** Blocks of an era, on dev presets with the dev clock. */
  readonly eraBlocks?: bigint
  /** Dev presets have the public accounts; others need to be given theirs. */
  readonly participants?: Participants
  /** Name of the genesis file; the manifest and the keys stand beside it. */
  readonly fileName?: string
}

/** Builds a genesis with new keys and writes genesis.json, manifest.json and keys/. */
export async function writeGenesis(options: WriteGenesisOptions): Promise<Genesis> {
  const voting = generateValidatorKeys(options.validatorCount)
  const payout = generateValidatorKeys(options.validatorCount)
  const participants = chooseParticipants(options.preset, options.participants)
  const genesis = await buildGenesis({
    preset: options.preset,
    real: options.isReal,
    participants,
    timestamp: options.timestamp ?? BigInt(Math.floor(Date.now() / 1000)),
    validators: voting.map(({ address }, index) => ({
      address,
      coinbase: payout[index]?.address ?? address,
    })),
    ...(options.genesisDifficulty === undefined
      ? {}
      : { genesisDifficulty: options.genesisDifficulty }),
    ...(options.eraBlocks === undefined ? {} : { eraBlocks: options.eraBlocks }),
  })
  await mkdir(join(options.directory, KEYS_DIRECTORY), { recursive: true })
  for (const [index, key] of voting.entries()) {
    await writeSecret(validatorKeyPath(options.directory, index), formatKeyFile(key))
  }
  for (const [index, key] of payout.entries()) {
    const path = join(options.directory, KEYS_DIRECTORY, `${index}.coinbase.key`)
    await writeSecret(path, formatKeyFile(key))
  }
  await writeJson(join(options.directory, MANIFEST_FILE), formatManifest(genesis, participants))
  // Last, because its presence is what says that the directory is whole.
  await writeJson(join(options.directory, options.fileName ?? GENESIS_FILE), genesis.file)
  return genesis
}

function verifySame(genesis: Genesis, options: PrepareOptions): void {
  const { directory } = options
  const count = genesis.validators.length
  if (genesis.preset === options.preset && count === options.validatorCount) return
  throw new DevnetError({ code: 'OTHER_DEVNET', directory, preset: genesis.preset, count })
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`)
}

async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: SECRET_MODE, flag: 'wx' })
}

export type DevnetErrorType =
  | { readonly code: 'NOT_A_DEVNET'; readonly directory: string }
  | {
      readonly code: 'OTHER_DEVNET'
      readonly directory: string
      readonly preset: string
      readonly count: number
    }
  | { readonly code: 'PORT_TAKEN'; readonly port: number }
  | { readonly code: 'VALIDATOR_FAILED'; readonly index: number; readonly reason: string }

export class DevnetError extends CodedError<DevnetErrorType> {
  constructor(type: DevnetErrorType) {
    super(type, sentence(type))
  }
}

function sentence(type: DevnetErrorType): string {
  switch (type.code) {
    case 'NOT_A_DEVNET':
      return `${type.directory} holds no devnet, so --reset leaves it alone: give another --data-dir.`
    case 'OTHER_DEVNET':
      return `${type.directory} holds a devnet of preset ${type.preset} with ${type.count} validators: add --reset to start a new one, or give another --data-dir.`
    case 'PORT_TAKEN':
      return `Port ${type.port} is in use: stop what listens there, or give another --base-port or --base-p2p-port.`
    case 'VALIDATOR_FAILED':
      return `Validator ${type.index} did not start: ${type.reason}`
  }
}
