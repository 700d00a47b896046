/** The chain taken back, or made anew from some block on; and its state as a file. */
import { setImmediate } from 'node:timers/promises'
import type { Address } from '../../consensus/types.ts'
import type { NodeApi } from '../../node/api.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { paramInvalid } from '../errors.ts'
import type { DevSigner } from '../eth/dev-signer.ts'
import { data, quantity } from '../format/hex.ts'
import { LIST_ITEMS_MAX } from '../limits.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { type SignRequest, signRequest } from '../params/call.ts'
import { address, arrayOf, bytes, hash, objectAt, type Parser } from '../params/primitives.ts'
import { named } from './aliases.ts'
import { smallAmount } from './amounts.ts'

/** A transaction of a block made anew, and the place of that block above the common one. */
type Placed = { readonly transaction: SignRequest | Uint8Array; readonly place: number }

const placed: Parser<Placed> = {
  type: 'transaction and block',
  parse(value, path) {
    if (!Array.isArray(value)) throw paramInvalid(`invalid argument "${path}": want a pair`)
    const [transaction, place] = value as unknown[]
    return {
      transaction:
        typeof transaction === 'string'
          ? bytes.parse(transaction, `${path}[0]`)
          : signRequest.parse(transaction, `${path}[0]`),
      place: Number(smallAmount.parse(place, `${path}[1]`)),
    }
  },
}

const resetOptions: Parser<undefined> = {
  type: 'options',
  parse(value, path) {
    const { forking } = objectAt(value, path)
    // Libraries name it and leave it empty.
    if (forking === undefined || !('jsonRpcUrl' in objectAt(forking, path))) return undefined
    throw paramInvalid('this chain is no fork of another: reset takes no "forking"')
  },
}

export function historyMethods(dev: DevControls, modules: NodeModules): MethodTable {
  const snapshot = method({
    description: 'Remembers the chain as it is; the number to go back by',
    params: [],
    handler: async () => quantity(await dev.snapshot()),
  })
  const revert = method({
    description: 'Back to a snapshot, which is used up with all later ones; whether there was one',
    params: [required('snapshot', smallAmount)],
    isUntimed: true,
    handler: ([id]) => dev.revert(Number(id)),
  })
  const reset = method({
    description: 'Back to block 0',
    params: [optional('options', resetOptions, undefined)],
    isUntimed: true,
    handler: async () => {
      await dev.reset()
      return null
    },
  })
  return {
    ...named('snapshot', ['evm', 'anvil'], snapshot),
    ...named('revert', ['evm', 'anvil'], revert),
    ...named('reset', ['anvil', 'hardhat'], reset),
    anvil_rollback: method({
      description: 'Takes the newest blocks off the chain',
      params: [optional('depth', smallAmount, 1n)],
      isUntimed: true,
      handler: async ([depth]) => {
        await dev.rollback(depth)
        return null
      },
    }),
    anvil_reorg: reorgMethod(dev, modules),
    ...fileMethods(dev),
    ...poolMethods(dev),
  }
}

function reorgMethod(dev: DevControls, { api, signer }: NodeModules) {
  return method({
    description: 'Makes the newest blocks anew, of these transactions, each with its block',
    params: [
      required('depth', smallAmount),
      optional('transactions', arrayOf(placed, LIST_ITEMS_MAX), []),
    ],
    isUntimed: true,
    handler: async ([depth, pairs]) => {
      const blocks: SignedTransaction[][] = []
      for (const { place, transaction } of await prepare(pairs, depth, api, signer)) {
        if (BigInt(place) >= depth) throw paramInvalid(`block ${place} is not among the new ones`)
        for (let at = blocks.length; at <= place; at++) blocks.push([])
        blocks[place]?.push(transaction)
      }
      await dev.reorg(depth, blocks)
      return null
    },
  })
}

/** Nonces go on from those of the common block. */
async function prepare(
  pairs: readonly Placed[],
  depth: bigint,
  api: NodeApi,
  signer: DevSigner | undefined,
): Promise<readonly { readonly place: number; readonly transaction: SignedTransaction }[]> {
  if (pairs.length === 0) return []
  if (signer === undefined) throw paramInvalid('this node signs for nobody')
  const number = api.chain.head().header.number - depth
  const common = number < 0n ? undefined : await api.chain.resolve({ number })
  if (common === undefined) throw paramInvalid(`there are no ${depth} blocks`)
  const state = await api.state.at(common)
  const nonces = new Map<Address, bigint>()
  const prepared: { place: number; transaction: SignedTransaction }[] = []
  for (const { place, transaction } of pairs) {
    if (transaction instanceof Uint8Array) {
      // To recover all senders at once would hold up everybody else.
      await setImmediate()
      prepared.push({ place, transaction: signer.decode(transaction) })
      continue
    }
    const from = address.parse(transaction.from, 'from')
    const nonce = nonces.get(from) ?? (await state.account(from))?.nonce ?? 0n
    nonces.set(from, nonce + 1n)
    prepared.push({ place, transaction: await signer.prepare({ nonce, ...transaction }) })
  }
  return prepared
}

function fileMethods(dev: DevControls): MethodTable {
  const dump = method({
    description: 'The whole state as bytes: accounts, code and storage, not the blocks',
    params: [optional('withHistory', { type: 'boolean', parse: () => undefined }, undefined)],
    isUntimed: true,
    handler: async () => data(await dev.dump()),
  })
  const load = method({
    description: "Writes a state over that of the head, one of ours or of anvil's",
    params: [required('state', bytes)],
    isUntimed: true,
    handler: async ([state]) => {
      await dev.load(state)
      return true
    },
  })
  return {
    ...named('dumpState', ['anvil', 'hardhat'], dump),
    ...named('loadState', ['anvil', 'hardhat'], load),
  }
}

function poolMethods(dev: DevControls): MethodTable {
  const dropOne = method({
    description: 'Takes a transaction out of the pool; its hash, or null',
    params: [required('hash', hash)],
    handler: async ([transaction]) => ((await dev.drop(transaction)) > 0 ? transaction : null),
  })
  const dropAll = method({
    description: 'Empties the pool',
    params: [],
    handler: async () => {
      await dev.drop()
      return null
    },
  })
  return {
    ...named('dropTransaction', ['anvil', 'hardhat'], dropOne),
    ...named('dropAllTransactions', ['anvil', 'hardhat'], dropAll),
    anvil_removePoolTransactions: method({
      description: 'Takes everything of an account out of the pool',
      params: [required('address', address)],
      handler: async ([sender]) => {
        await dev.dropOf(sender)
        return null
      },
    }),
  }
}
