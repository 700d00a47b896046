/**
 * State and block overrides of `eth_call` and `eth_estimateGas`: geth's objects, under geth's
 * names and the older ones that clients still send.
 */
import type { Address, Hex } from '../../consensus/types.ts'
import type { AccountOverride, BlockOverrides } from '../../node/execution/call-types.ts'
import { paramInvalid } from '../errors.ts'
import { LIST_ITEMS_MAX, OVERRIDE_ACCOUNTS_MAX } from '../limits.ts'
import { defined } from './call.ts'
import {
  address,
  bytes,
  hash,
  type JsonObject,
  member,
  objectAt,
  type Parser,
  uint64,
  uint256,
} from './primitives.ts'

/** Not offered: silence would give a wrong answer. */
const UNSUPPORTED_BLOCK = ['difficulty', 'beaconRoot', 'withdrawals']

export const stateOverride: Parser<ReadonlyMap<Address, AccountOverride>> = {
  type: 'state override',
  parse(value, path) {
    const entries = entriesAt(value, path, OVERRIDE_ACCOUNTS_MAX)
    return new Map(
      entries.map(([key, account]) => [
        address.parse(key, `${path}.${key}`),
        readAccount(account, `${path}.${key}`),
      ]),
    )
  },
}

export const blockOverride: Parser<BlockOverrides> = {
  type: 'block override',
  parse(value, path) {
    const object = objectAt(value, path)
    refuse(object, path, UNSUPPORTED_BLOCK)
    return readBlockOverrides(object, path)
  },
}

export function readBlockOverrides(object: JsonObject, path: string): BlockOverrides {
  const either = <Value>(name: string, old: string, parser: Parser<Value>) =>
    member(object, path, name, parser) ?? member(object, path, old, parser)
  return {
    ...defined('number', member(object, path, 'number', uint64)),
    ...defined('time', either('time', 'timestamp', uint64)),
    ...defined('gasLimit', member(object, path, 'gasLimit', uint64)),
    ...defined('feeRecipient', either('feeRecipient', 'coinbase', address)),
    ...defined('prevRandao', either('prevRandao', 'random', hash)),
    ...defined('baseFeePerGas', either('baseFeePerGas', 'baseFee', uint256)),
    ...defined('blobBaseFee', member(object, path, 'blobBaseFee', uint256)),
  }
}

export function readAccount(value: unknown, path: string): AccountOverride {
  const object = objectAt(value, path)
  const state = member(object, path, 'state', slots)
  const stateDiff = member(object, path, 'stateDiff', slots)
  if (state !== undefined && stateDiff !== undefined) {
    throw paramInvalid(`"${path}" has both state and stateDiff`)
  }
  return {
    ...defined('balance', member(object, path, 'balance', uint256)),
    ...defined('nonce', member(object, path, 'nonce', uint64)),
    ...defined('code', member(object, path, 'code', bytes)),
    ...defined('state', state),
    ...defined('stateDiff', stateDiff),
    ...defined('movePrecompileTo', member(object, path, 'movePrecompileToAddress', address)),
  }
}

/** Slot to value, 32 bytes each. */
const slots: Parser<ReadonlyMap<Hex, Hex>> = {
  type: 'slots',
  parse(value, path) {
    const entries = entriesAt(value, path, LIST_ITEMS_MAX)
    return new Map(
      entries.map(([key, word]) => [
        hash.parse(key, `${path}.${key}`),
        hash.parse(word, `${path}.${key}`),
      ]),
    )
  },
}

export function entriesAt(value: unknown, path: string, max: number): readonly [string, unknown][] {
  const entries = Object.entries(objectAt(value, path))
  if (entries.length > max) throw paramInvalid(`"${path}" has more than ${max} entries`)
  return entries
}

function refuse(object: JsonObject, path: string, names: readonly string[]): void {
  const name = names.find((name) => object[name] !== undefined)
  if (name !== undefined) throw paramInvalid(`"${path}.${name}" is not supported`)
}
