/** The object of `eth_simulateV1`: blocks, each with overrides and calls, and what to tell. */
import type { Address, Hash } from '../../consensus/types.ts'
import type { AccountOverride } from '../../node/execution/call-types.ts'
import { SIMULATED_CALLS_MAX } from '../../node/execution/simulate/block-simulator.ts'
import type {
  BlockRequest,
  SimulatedBlockOverrides,
  SimulatedCall,
  SimulationRequest,
} from '../../node/execution/simulate/simulation-types.ts'
import { paramInvalid } from '../errors.ts'
import { LIST_ITEMS_MAX, OVERRIDE_ACCOUNTS_MAX } from '../limits.ts'
import { callRequest, defined } from './call.ts'
import { entriesAt, readAccount, readBlockOverrides } from './overrides.ts'
import {
  address,
  arrayOf,
  bool,
  hash,
  member,
  objectAt,
  type Parser,
  uint256,
} from './primitives.ts'
import { withdrawals } from './withdrawals.ts'

export type SimulationOptions = SimulationRequest & {
  /** Transactions in full, or only their hashes. */
  readonly isHydrated: boolean
}

/** Blobs of one transaction, whatever a block may hold. */
const BLOBS_READ_MAX = 128

export const simulatedCall: Parser<SimulatedCall> = {
  type: 'transaction',
  parse(value, path) {
    const object = objectAt(value, path)
    return {
      ...callRequest.parse(value, path),
      ...defined('maxFeePerBlobGas', member(object, path, 'maxFeePerBlobGas', uint256)),
      ...defined('blobVersionedHashes', member(object, path, 'blobVersionedHashes', blobHashes)),
    }
  },
}
const blobHashes: Parser<readonly Hash[]> = arrayOf(hash, BLOBS_READ_MAX)
const calls = arrayOf(simulatedCall, SIMULATED_CALLS_MAX)

const blockOverrides: Parser<SimulatedBlockOverrides> = {
  type: 'block override',
  parse(value, path) {
    const object = objectAt(value, path)
    if (object['difficulty'] !== undefined) {
      throw paramInvalid(`"${path}.difficulty" is not supported`)
    }
    return {
      ...readBlockOverrides(object, path),
      ...defined('beaconRoot', member(object, path, 'beaconRoot', hash)),
      ...defined('withdrawals', member(object, path, 'withdrawals', withdrawals)),
    }
  },
}

const stateOverrides: Parser<ReadonlyMap<Address, AccountOverride>> = {
  type: 'state override',
  parse(value, path) {
    const accounts = entriesAt(value, path, OVERRIDE_ACCOUNTS_MAX).map(([key, account]) => {
      const at = `${path}.${key}`
      return [address.parse(key, at), readAccount(account, at)] as const
    })
    return new Map(accounts)
  },
}

const blockRequest: Parser<BlockRequest> = {
  type: 'block with calls',
  parse(value, path) {
    const object = objectAt(value, path)
    return {
      block: member(object, path, 'blockOverrides', blockOverrides) ?? {},
      accounts: member(object, path, 'stateOverrides', stateOverrides) ?? new Map(),
      calls: member(object, path, 'calls', calls) ?? [],
    }
  },
}
const blocks = arrayOf(blockRequest, LIST_ITEMS_MAX)

export const simulationOptions: Parser<SimulationOptions> = {
  type: 'simulation',
  parse(value, path) {
    const object = objectAt(value, path)
    const flag = (name: string): boolean => member(object, path, name, bool) ?? false
    const requests = blocks.parse(object['blockStateCalls'], `${path}.blockStateCalls`)
    if (requests.length === 0) throw paramInvalid('empty input: there is no block to simulate')
    return {
      blocks: requests,
      isValidated: flag('validation'),
      tracesTransfers: flag('traceTransfers'),
      isHydrated: flag('returnFullTransactions'),
    }
  },
}
