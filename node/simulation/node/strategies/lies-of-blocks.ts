/** Lies about blocks: some with a seal, as if they had been worked for, some without. */
import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util'
import { hashHeader } from '../../../../consensus/codec/header-codec.ts'
import { nextBaseFee } from '../../../../consensus/rules/base-fee.ts'
import type { Hash, Header } from '../../../../consensus/types.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import type { SealedBlock } from '../../../chain/sealed-block.ts'
import { BLOCK_TOPIC } from '../../../sync/protocol.ts'
import {
  decodeSealedBlock,
  decodeSealedHeader,
  encodeSealedBlock,
  encodeSealedHeader,
} from '../../../sync/wire.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import { sealWithToken } from '../token-seal.ts'
import type { Chunk } from './lies-of-answers.ts'
import type { Outgoing } from './tampering.ts'

/** Blocks that are kept back before they come out. */
const PRIVATE_BLOCKS = 5
const ORPHANS = 10
/** Headers without work on top of the head that is served. */
const UNPROVEN_HEADERS = 3
const NO_NONCE = '0x0000000000000000'

export function privateMining(): (payload: Uint8Array) => readonly Outgoing[] {
  let kept: Outgoing[] = []
  return (payload) => {
    kept.push({ topic: BLOCK_TOPIC, payload })
    if (kept.length < PRIVATE_BLOCKS) return []
    const released = kept
    kept = []
    return released
  }
}

/** The block, and one beside it that is sealed as well and says another state. */
export function invalidTwin(payload: Uint8Array): readonly Outgoing[] {
  const block = decodeSealedBlock(payload)
  const stateRoot = hashOf(block.header.stateRoot)
  const twin = blockMessage(block, sealWithToken({ ...block.header, stateRoot }))
  return [twin, { topic: BLOCK_TOPIC, payload }]
}

/** The block, and one beside it that differs in the nonce alone: nobody worked for it. */
export function unprovenTwin(node: SimulatedNode, payload: Uint8Array): readonly Outgoing[] {
  const block = decodeSealedBlock(payload)
  const header = { ...block.header, nonce: NO_NONCE } as const
  node.unproven.add(hashHeader(header))
  return [blockMessage(block, header), { topic: BLOCK_TOPIC, payload }]
}

/** The headers that were asked for, with more on top of the last that nobody worked for. */
export function withUnproven(
  node: SimulatedNode,
  asked: string,
  chunks: readonly Chunk[],
): readonly Chunk[] {
  const last = chunks.at(-1)
  if (asked !== 'headers_by_range' || last === undefined || last.code !== 0) return chunks
  let { header } = decodeSealedHeader(last.payload)
  // In the middle of a range it would only take itself out of it.
  if (hashHeader(header) !== node.node.chain.head.hash) return chunks
  const { proof } = decodeSealedHeader(last.payload)
  const added: Chunk[] = []
  while (added.length < UNPROVEN_HEADERS) {
    header = unprovenChild(header)
    node.unproven.add(hashHeader(header))
    added.push({ ...last, payload: encodeSealedHeader(header, proof) })
  }
  return [...chunks, ...added]
}

/** The block, and orphans far above it. */
export function flood(payload: Uint8Array): readonly Outgoing[] {
  const block = decodeSealedBlock(payload)
  const orphans = Array.from({ length: ORPHANS }, (_, i) => {
    const parentHash = hashOf(block.hash, i)
    const number = block.header.number + 50n
    return blockMessage(block, sealWithToken({ ...block.header, parentHash, number }))
  })
  return [{ topic: BLOCK_TOPIC, payload }, ...orphans]
}

/** As every rule but that of the proof wants it, within an epoch. */
function unprovenChild(parent: Header): Header {
  return {
    ...parent,
    parentHash: hashHeader(parent),
    number: parent.number + 1n,
    timestamp: parent.timestamp + 1n,
    baseFeePerGas: nextBaseFee(parent),
    nonce: NO_NONCE,
  }
}

function blockMessage({ transactions, proof }: SealedBlock, header: Header): Outgoing {
  return { topic: BLOCK_TOPIC, payload: encodeSealedBlock({ header, transactions, proof }) }
}

/** A hash that nothing has. */
export function hashOf(hash: Hash, salt = 0): Hash {
  return bytesToHex(keccak256(concatBytes(hexToBytes(hash), Uint8Array.of(salt))))
}
