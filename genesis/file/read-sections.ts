/** The sections of a genesis file, each from JSON to the types of the chain. */
import { type ConsensusParams, SHAPE_PARAMS, type ShapeName } from '../params.ts'
import type { Address, GenesisAccount, GenesisValidator, Hex } from '../types.ts'
import {
  hasField,
  invalid,
  type JsonObject,
  join,
  parseAddress,
  parseWord,
  readAddress,
  readArray,
  readBoolean,
  readBytes,
  readChild,
  readChoice,
  readInteger,
  readObject,
  readQuantity,
} from './json-reader.ts'

const SHAPE_NAMES = Object.keys(SHAPE_PARAMS) as ShapeName[]

const PARAM_FIELDS = [
  'chainId',
  'shape',
  'dev',
  'epochLength',
  'idealBlockTimeMs',
  'asertTauMs',
  'genesisDifficulty',
  'minDifficulty',
  'rescueSeconds',
  'eraBlocks',
]

export function readParams(hanzo: JsonObject): ConsensusParams {
  const params = readChild(hanzo, 'params', PARAM_FIELDS)
  return {
    chainId: BigInt(readInteger(params, 'chainId')),
    shape: readChoice(params, 'shape', SHAPE_NAMES),
    dev: readBoolean(params, 'dev'),
    epochLength: readInteger(params, 'epochLength'),
    idealBlockTimeMs: readInteger(params, 'idealBlockTimeMs'),
    asertTauMs: readInteger(params, 'asertTauMs'),
    genesisDifficulty: readQuantity(params, 'genesisDifficulty', 256),
    minDifficulty: readQuantity(params, 'minDifficulty', 256),
    rescueSeconds: readInteger(params, 'rescueSeconds'),
    eraBlocks: BigInt(readInteger(params, 'eraBlocks')),
  }
}

export function readValidators(hanzo: JsonObject): readonly GenesisValidator[] {
  return readArray(hanzo, 'validators').map((value, index) => {
    const path = join(hanzo.path, `validators[${index}]`)
    const validator = readObject(value, path, ['index', 'address', 'coinbase'])
    if (readInteger(validator, 'index') !== index) invalid(join(path, 'index'), `${index}`)
    return {
      index,
      address: readAddress(validator, 'address'),
      coinbase: readAddress(validator, 'coinbase'),
    }
  })
}

export function readAlloc(file: JsonObject): Map<Address, GenesisAccount> {
  const section = readChild(file, 'alloc')
  const alloc = new Map<Address, GenesisAccount>()
  for (const key of Object.keys(section.fields)) {
    const address = parseAddress(key, 'alloc')
    if (alloc.has(address)) invalid(`alloc.${key}`, 'there once')
    alloc.set(address, readAccount(section, key))
  }
  return alloc
}

function readAccount(alloc: JsonObject, key: string): GenesisAccount {
  const account = readChild(alloc, key, ['balance', 'nonce', 'code', 'storage'])
  const read = {
    balance: readQuantity(account, 'balance', 256),
    nonce: hasField(account, 'nonce') ? readQuantity(account, 'nonce', 64) : 0n,
    code: hasField(account, 'code') ? readBytes(account, 'code') : new Uint8Array(0),
    storage: hasField(account, 'storage') ? readStorage(account) : new Map(),
  }
  // EIP-161: no state holds an empty account, so its place in the state root would be undefined.
  const isEmpty = read.balance === 0n && read.nonce === 0n && read.code.length === 0
  return isEmpty ? invalid(account.path, 'left out, as it is empty') : read
}

function readStorage(account: JsonObject): Map<Hex, Hex> {
  const section = readChild(account, 'storage')
  const storage = new Map<Hex, Hex>()
  for (const [key, value] of Object.entries(section.fields)) {
    const slot = parseWord(key, section.path)
    const path = join(section.path, key)
    if (storage.has(slot)) invalid(path, 'there once')
    const word = parseWord(value, path)
    if (BigInt(word) === 0n) invalid(path, 'left out, as its value is zero')
    storage.set(slot, word)
  }
  return storage
}
