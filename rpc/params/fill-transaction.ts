/** The object of `eth_fillTransaction`: a transaction of any type with fields left out. */
import type { SimulatedCall } from '../../node/execution/simulate/simulation-types.ts'
import { paramInvalid } from '../errors.ts'
import { readType, type SignRequest } from './call.ts'
import { objectAt, type Parser } from './primitives.ts'
import { simulatedCall } from './simulate.ts'

export type FillRequest = SimulatedCall & Pick<SignRequest, 'type'>

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
    return { ...call, ...readType(object, path) }
  },
}
