/** The record that says which block the flat tables stand at; it moves in the batch that moves them. */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { key } from '../../storage/keys.ts'
import { ByteReader, ByteWriter } from './byte-codec.ts'
import { verifyChecksum, withChecksum } from './flat-codec.ts'
import type { FlatBlock } from './flat-tables.ts'

export const FLAT_BLOCK_KEY = key('meta', new TextEncoder().encode('flat-state'))

export function encodeFlatBlock({ hash, number, stateRoot }: FlatBlock): Uint8Array {
  const writer = new ByteWriter()
  writer.raw(hexToBytes(hash)).raw(hexToBytes(stateRoot)).integer(number)
  return withChecksum(FLAT_BLOCK_KEY, writer.finish())
}

export function decodeFlatBlock(record: Uint8Array): FlatBlock {
  const reader = new ByteReader(verifyChecksum('meta', FLAT_BLOCK_KEY, record))
  const hash = bytesToHex(reader.raw(32))
  const stateRoot = bytesToHex(reader.raw(32))
  return { hash, number: reader.integer(), stateRoot }
}
