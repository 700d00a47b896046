/**
 * Reads `genesis.json`. Everything that follows from something else in the file is computed again
 * and compared, so a file that was edited by hand is refused with the field's name.
 *
 * Spec: docs/spec/consensus.md, "Parameters" and "Block 0".
 */
import { readFileSync } from 'node:fs'
import { assembleGenesis } from './block/assemble-genesis.ts'
import { GETH_FORK_SCHEDULE } from './chain-config.ts'
import { GenesisError } from './errors.ts'
import {
  hasField,
  invalid,
  type JsonObject,
  readChild,
  readChoice,
  readField,
  readInteger,
  readObject,
  readQuantity,
} from './file/json-reader.ts'
import { readAlloc, readParams, readValidators } from './file/read-sections.ts'
import { readValidatorStorage } from './file/validator-storage.ts'
import { PRESET_NAMES } from './params.ts'
import type { Genesis } from './types.ts'

export type { Genesis, GenesisAccount, GenesisFile, GenesisValidator } from './types.ts'

const FILE_FIELDS = [
  'config',
  'alloc',
  'timestamp',
  'gasLimit',
  'difficulty',
  'baseFeePerGas',
  'extraData',
  'nonce',
  'mixHash',
  'coinbase',
  'number',
  'gasUsed',
  'parentHash',
  'blobGasUsed',
  'excessBlobGas',
]

const HANZO_FIELDS = [
  'version',
  'preset',
  'params',
  'blocksPerYear',
  'validators',
  'predeploys',
  'paramsHash',
  'stateRoot',
  'genesisHash',
]

/** Throws a {@link GenesisError} that says what to do. */
export function loadGenesisFile(path: string): Genesis {
  return parseGenesisFile(parseJson(readText(path), path))
}

/** Throws a {@link GenesisError} unless `json` is a genesis of ours, unedited. */
export function parseGenesisFile(json: unknown): Genesis {
  const file = readObject(json, '', FILE_FIELDS)
  const config = readChild(file, 'config')
  if (!hasField(config, 'hanzo')) throw new GenesisError({ code: 'NOT_HANZO' })
  const hanzo = readChild(config, 'hanzo', HANZO_FIELDS)
  if (readInteger(hanzo, 'version') !== 1) invalid('config.hanzo.version', '1')
  verifyForks(config)
  const genesis = assembleGenesis({
    params: readParams(hanzo),
    preset: readChoice(hanzo, 'preset', PRESET_NAMES),
    timestamp: readQuantity(file, 'timestamp', 64),
    gasLimit: readQuantity(file, 'gasLimit', 63),
    alloc: readAlloc(file),
    validators: readValidators(hanzo),
  })
  verifyRecords(file, config, hanzo, genesis)
  return genesis
}

/** Our rules have every fork at genesis: another schedule in the file would not be followed. */
function verifyForks(config: JsonObject): void {
  const known = [...Object.keys(GETH_FORK_SCHEDULE), 'chainId', 'hanzo']
  readObject(config.fields, config.path, known)
  for (const [fork, expected] of Object.entries(GETH_FORK_SCHEDULE)) {
    if (!hasField(config, fork)) continue
    verifyRecord(`config.${fork}`, config.fields[fork], expected)
  }
}

/** What the file says of itself must be what follows from its contents. */
function verifyRecords(
  file: JsonObject,
  config: JsonObject,
  hanzo: JsonObject,
  genesis: Genesis,
): void {
  const { config: expectedConfig, alloc: _, ...expectedHeader } = genesis.file
  verifyRecord('config.chainId', readField(config, 'chainId'), expectedConfig.chainId)
  for (const field of Object.keys(expectedHeader) as (keyof typeof expectedHeader)[]) {
    if (hasField(file, field)) verifyRecord(field, file.fields[field], expectedHeader[field])
  }
  // The roots before the hash that covers them, so that the sentence names the cause.
  for (const field of ['paramsHash', 'stateRoot', 'genesisHash'] as const) {
    if (!hasField(hanzo, field)) continue
    verifyRecord(`config.hanzo.${field}`, hanzo.fields[field], expectedConfig.hanzo[field])
  }
  // The hash covers the validators as their contract holds them, with one more to see an excess.
  const held = readValidatorStorage(genesis.alloc, genesis.validators.length + 1)
  verifyRecord('config.hanzo.validators', genesis.validators, held)
  for (const field of ['blocksPerYear', 'predeploys'] as const) {
    if (!hasField(hanzo, field)) continue
    verifyRecord(`config.hanzo.${field}`, hanzo.fields[field], expectedConfig.hanzo[field])
  }
}

function verifyRecord(field: string, actual: unknown, expected: unknown): void {
  if (canonical(actual) === canonical(expected)) return
  throw new GenesisError({
    code: 'RECORD_MISMATCH',
    field,
    expected: canonical(expected),
    actual: canonical(actual),
  })
}

/** JSON text that does not depend on the order of fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, nested) =>
    typeof nested === 'object' && nested !== null && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  )
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GenesisError({ code: 'FILE_UNREADABLE', path }, { cause })
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new GenesisError({ code: 'NOT_JSON', path }, { cause })
  }
}
