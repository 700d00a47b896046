/**
 * Receipts as the receipts root commits to them: the type byte and RLP [status, cumulative gas,
 * bloom, logs] (EIP-2718, EIP-658); before EIP-658 with a state root for the status.
 */

import { bytesToHex } from '../../../consensus/codec/hex.ts'
import {
  encodeRlpInteger,
  encodeRlpList,
  encodeRlpString,
} from '../../../consensus/codec/rlp-writer.ts'
import { shortBytes } from '../../../consensus/codec/short-bytes.ts'
import type { Hex } from '../../../consensus/types.ts'
import type { Log, Receipt } from '../../receipt.ts'
import { bytesOfHex } from '../../state/flat/integers.ts'
import { BLOOM_BYTES } from './logs-bloom.ts'

export const EMPTY_BLOOM: Hex = bytesToHex(new Uint8Array(BLOOM_BYTES))
const EMPTY_BLOOM_ITEM = encodeRlpString(new Uint8Array(BLOOM_BYTES))
const EMPTY_LIST = encodeRlpList([])

/** The bytes that stand in the receipts trie. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { type, status, root, cumulativeGasUsed, logsBloom, logs } = receipt
  const isSilent = logs.length === 0
  const list = encodeRlpList([
    root === undefined ? encodeRlpInteger(BigInt(status)) : encodeRlpString(bytesOfHex(root)),
    encodeRlpInteger(cumulativeGasUsed),
    isSilent ? EMPTY_BLOOM_ITEM : encodeRlpString(bytesOfHex(logsBloom)),
    isSilent ? EMPTY_LIST : encodeRlpList(logs.map(encodeLog)),
  ])
  if (type === 0) return list
  const typed = shortBytes(1 + list.length)
  typed[0] = type
  typed.set(list, 1)
  return typed
}

function encodeLog({ address, topics, data }: Log): Uint8Array {
  return encodeRlpList([
    encodeRlpString(bytesOfHex(address)),
    encodeRlpList(topics.map((topic) => encodeRlpString(bytesOfHex(topic)))),
    encodeRlpString(bytesOfHex(data)),
  ])
}
