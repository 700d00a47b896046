/**
 * The nested lists of typed transactions, as EthereumJS keeps them: access lists (EIP-2930) and
 * authorization lists (EIP-7702). A list is as long as the bytes that it came in.
 */
import type { AccessListBytes } from '@ethereumjs/tx'
import type { EOACode7702AuthorizationListBytes } from '@ethereumjs/util'
import { type RlpItem, readRlpItems } from '../../consensus/codec/rlp-reader.ts'
import { type Envelope, integerOf, TransactionError } from './transaction-envelope.ts'

const ADDRESS_BYTES = 20
const SLOT_BYTES = 32
const AUTHORIZATION_FIELDS = ['chainId', 'address', 'nonce', 'yParity', 'r', 's'] as const
/** Widths that EIP-7702 gives the fields; the address is checked for its exact width. */
const AUTHORIZATION_BYTES_MAX = [32, ADDRESS_BYTES, 8, 1, 32, 32] as const

/** `[[address, [slot...]]...]`. */
export function readAccessList({ list, items }: Envelope, index: number): AccessListBytes {
  return listOf(list, items[index], 'accessList').map((entry) => {
    const [address, slots, ...rest] = listOf(list, entry, 'accessList')
    if (rest.length > 0) throw notCanonical('accessList')
    return [
      stringOf(list, address, ADDRESS_BYTES, 'accessList'),
      listOf(list, slots, 'accessList').map((slot) =>
        stringOf(list, slot, SLOT_BYTES, 'accessList'),
      ),
    ]
  })
}

/** `[[chainId, address, nonce, yParity, r, s]...]`, not empty; what they say is judged later. */
export function readAuthorizationList(
  { list, items }: Envelope,
  index: number,
): EOACode7702AuthorizationListBytes {
  const entries = listOf(list, items[index], 'authorizationList')
  if (entries.length === 0) throw new TransactionError({ code: 'AUTHORIZATION_LIST_EMPTY' })
  return entries.map((entry) => {
    const fields = listOf(list, entry, 'authorizationList')
    if (fields.length !== AUTHORIZATION_FIELDS.length) throw notCanonical('authorizationList')
    const [chainId, address, nonce, yParity, r, s] = fields.map((item, i) => {
      if (i === 1) return stringOf(list, item, ADDRESS_BYTES, 'authorizationList')
      if (item.isList) throw notCanonical('authorizationList')
      const bytes = list.subarray(item.start, item.end)
      integerOf(bytes, 'authorizationList', AUTHORIZATION_BYTES_MAX[i] ?? 0)
      return bytes
    })
    if (!chainId || !address || !nonce || !yParity || !r || !s) {
      throw notCanonical('authorizationList')
    }
    return [chainId, address, nonce, yParity, r, s]
  })
}

function listOf(bytes: Uint8Array, item: RlpItem | undefined, field: string): RlpItem[] {
  // Every entry takes a byte at least, so the list's own length bounds their number.
  const entries = item?.isList ? readRlpItems(bytes, item, item.end - item.start) : undefined
  if (entries === undefined) throw notCanonical(field)
  return entries
}

function stringOf(
  bytes: Uint8Array,
  item: RlpItem | undefined,
  length: number,
  field: string,
): Uint8Array {
  if (item === undefined || item.isList || item.end - item.start !== length) {
    throw notCanonical(field)
  }
  return bytes.subarray(item.start, item.end)
}

function notCanonical(field: string): TransactionError {
  return new TransactionError({ code: 'NOT_CANONICAL', field })
}
