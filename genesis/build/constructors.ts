/**
 * Runs constructors where their contracts will live: init code at the target address, called there,
 * and the code it returns kept with the storage it wrote. So immutables and whatever depends on
 * `address(this)` and the chain id (EIP-712 domains) are right.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import type { Common } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  bigIntToBytes,
  bytesToHex,
  concatBytes,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import { PREDEPLOY_ARTIFACTS } from '../artifacts.ts'
import { GenesisError } from '../errors.ts'
import type { GenesisAccount, Hex } from '../types.ts'
import type { Deployment } from './deployments.ts'

/** Far above what 200 validators cost; a constructor that loops still ends. */
const CONSTRUCTOR_GAS = 10n ** 9n

/** The account that `deployment` leaves at its address, holding `balance` wei from the start. */
export async function runConstructor(
  deployment: Deployment,
  balance: bigint,
  common: Common,
): Promise<GenesisAccount> {
  const stateManager = new SimpleStateManager({ common })
  const evm = await createEVM({ common, stateManager })
  const to = createAddressFromString(deployment.address)
  await stateManager.putAccount(to, new Account(0n, balance))
  await stateManager.putCode(to, initCode(deployment))
  const { execResult } = await evm.runCall({ to, gasLimit: CONSTRUCTOR_GAS })
  if (execResult.exceptionError !== undefined) {
    const reason = `${execResult.exceptionError.error} ${bytesToHex(execResult.returnValue)}`
    throw new GenesisError({ code: 'CONSTRUCTOR_FAILED', contract: deployment.name, reason })
  }
  return {
    balance,
    // EIP-161: a contract's account starts at nonce 1.
    nonce: 1n,
    code: execResult.returnValue,
    storage: storageOf(stateManager, deployment),
  }
}

function initCode(deployment: Deployment): Uint8Array {
  const words = deployment.words.map((word) => setLengthLeft(bigIntToBytes(word), 32))
  return concatBytes(hexToBytes(PREDEPLOY_ARTIFACTS[deployment.name].bytecode), ...words)
}

/** A constructor writes its own storage only: the state manager knows no other contract. */
function storageOf(stateManager: SimpleStateManager, deployment: Deployment): Map<Hex, Hex> {
  const storage = new Map<Hex, Hex>()
  const prefix = `${deployment.address}_`
  for (const [key, value] of stateManager.storageStack.at(-1) ?? []) {
    const word = bytesToHex(setLengthLeft(value, 32))
    if (key.startsWith(prefix) && BigInt(word) !== 0n) {
      storage.set(key.slice(prefix.length) as Hex, word)
    }
  }
  return storage
}
