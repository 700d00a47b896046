/** What other development chains can do and this one can't, each with why: no silence, no guess. */
import { paramInvalid } from '../errors.ts'
import { type Method, type MethodTable, method, optional } from '../method.ts'
import type { Parser } from '../params/primitives.ts'

type Refusal = { readonly names: readonly string[]; readonly args: readonly string[] }

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'this chain is no fork of another: there is no endpoint to set': {
    names: ['anvil_setRpcUrl'],
    args: ['url'],
  },
  'a least gas price is not supported when EIP-1559 is active': {
    names: ['anvil_setMinGasPrice', 'hardhat_setMinGasPrice'],
    args: ['wei'],
  },
  'the chain id is part of block 0: it is chosen with the genesis': {
    names: ['anvil_setChainId'],
    args: ['chainId'],
  },
  'prevRandao follows from the parent by the rules of this chain': {
    names: ['hardhat_setPrevRandao'],
    args: ['prevRandao'],
  },
  'ecrecover is that of Ethereum in every block: impersonate the account instead': {
    names: ['anvil_impersonateSignature'],
    args: ['signatureAndAddress'],
  },
  'gas is paid in the coin of this chain alone: there are no fee tokens': {
    names: ['anvil_setFeeToken', 'anvil_setValidatorFeeToken', 'anvil_setFeeAmmLiquidity'],
    args: ['first', 'second', 'third'],
  },
}

/** A method that refuses has its reason before it has read anything. */
const anything: Parser<undefined> = { type: 'any', parse: () => undefined }

export function refusedMethods(): MethodTable {
  const entries = Object.entries(REFUSALS).flatMap(([reason, { names, args }]) => {
    const refusal = refused(reason, args)
    return names.map((name) => [name, refusal] as const)
  })
  return Object.fromEntries(entries)
}

function refused(reason: string, args: readonly string[]): Method {
  return method({
    description: `Refused: ${reason}`,
    params: args.map((name) => optional(name, anything, undefined)),
    handler: () => {
      throw paramInvalid(reason)
    },
  })
}
