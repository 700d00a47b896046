/** The object of `eth_fillTransaction`: a transaction of any type with fields left out. */
import type { SimulatedCall } from '../../node/execution/simulate/simulation-types.ts'
import { paramInvalid } from '../errors.ts'
import { defined } from './call.ts'
import { expected, index, member, objectAt, type Parser } from './primitives.ts'
import { simulatedCall } from './simulate.ts'

export type FillRequest = SimulatedCall & {
  /** EIP-2718; the fields make the type if it is not said. */
  readonly type?: number
}

const TYPE_MAX = 4
/** Whoever has the blobs has their hashes. */
const NOT_TAKEN = ['blobs', 'commitments', 'proofs']

export const fillRequest: Parser<FillRequest> = {
  type: 'transaction',
  parse(value, path) {
    const object = objectAt(value, path)
    const name = NOT_TAKEN.find((name) => object[name] !== undefined)
    if (name !== undefined) {
      throw paramInvalid(`"${path}.${name}" is not taken: name blobs by blobVersionedHashes`)
    }
    const call = { ...simulatedCall.parse(value, path) }
    if (call.to === undefined && (call.data?.length ?? 0) === 0) {
      throw paramInvalid('contract creation without any data provided')
    }
    return { ...call, ...defined('type', member(object, path, 'type', transactionType)) }
  },
}

const transactionType: Parser<number> = {
  type: 'transaction type',
  parse(value, path) {
    const type = index.parse(value, path)
    if (type <= TYPE_MAX) return type
    throw expected(path, `a type of transaction, 0x0 to 0x${TYPE_MAX}`, value)
  },
}
