/** Withdrawals as the Engine API writes them. */
import type { Withdrawal } from '../../consensus/codec/ethereum-codec.ts'
import { LIST_ITEMS_MAX } from '../limits.ts'
import { address, arrayOf, objectAt, type Parser, uint64 } from './primitives.ts'

const withdrawal: Parser<Withdrawal> = {
  type: 'withdrawal',
  parse(value, path) {
    const object = objectAt(value, path)
    return {
      index: uint64.parse(object['index'], `${path}.index`),
      validatorIndex: uint64.parse(object['validatorIndex'], `${path}.validatorIndex`),
      address: address.parse(object['address'], `${path}.address`),
      amount: uint64.parse(object['amount'], `${path}.amount`),
    }
  },
}

export const withdrawals = arrayOf(withdrawal, LIST_ITEMS_MAX)
