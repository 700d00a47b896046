/**
 * What validators sign: an EIP-712 digest, bound to the chain by its id, the contract that checks
 * it and the genesis hash as salt; and the output root, by which a vote binds the target's state.
 *
 * Spec: docs/spec/finality.md, "Votes".
 */

import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { bytesToHex, hexToBytes } from '../../codec/hex.ts'
import type { Hash } from '../../types.ts'
import type { FinalityVote, VoteDomain } from '../types.ts'

const WORD_BYTES = 32
const asciiEncoder = new TextEncoder()
const hashOf = (text: string): Uint8Array => keccak256(asciiEncoder.encode(text))

const DOMAIN_TYPE = hashOf(
  'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)',
)
const VOTE_TYPE = hashOf(
  'FinalityVote(uint64 sourceEpoch,bytes32 sourceHash,uint64 targetEpoch,bytes32 targetHash,bytes32 outputRoot)',
)
const NAME = hashOf('HanzoFinality')
const VERSION = hashOf('1')
const PREFIX = Uint8Array.of(0x19, 0x01)
/** Version 0 of the output root, and the message root until there is a message contract. */
const ZERO_WORD = new Uint8Array(WORD_BYTES)

const separators = new WeakMap<VoteDomain, Uint8Array>()

/** 32 bytes, the same for every vote on a chain; not to be written to. */
export function domainSeparator(domain: VoteDomain): Uint8Array {
  const separator = separators.get(domain) ?? computeSeparator(domain)
  separators.set(domain, separator)
  return separator
}

function computeSeparator(domain: VoteDomain): Uint8Array {
  const contract = new Uint8Array(WORD_BYTES)
  contract.set(hexToBytes(domain.verifyingContract), WORD_BYTES - 20)
  return keccak256(
    DOMAIN_TYPE,
    NAME,
    VERSION,
    wordOf(domain.chainId),
    contract,
    hexToBytes(domain.genesisHash),
  )
}

/** A vote never changes, and is asked for with each signature that it has. */
const digests = new WeakMap<FinalityVote, { separator: Uint8Array; digest: Uint8Array }>()

/** The 32 bytes that a validator signs; not to be written to. */
export function voteDigest(separator: Uint8Array, vote: FinalityVote): Uint8Array {
  const known = digests.get(vote)
  if (known?.separator === separator) return known.digest
  const digest = computeDigest(separator, vote)
  digests.set(vote, { separator, digest })
  return digest
}

function computeDigest(separator: Uint8Array, vote: FinalityVote): Uint8Array {
  const struct = keccak256(
    VOTE_TYPE,
    wordOf(vote.sourceEpoch),
    hexToBytes(vote.sourceHash),
    wordOf(vote.targetEpoch),
    hexToBytes(vote.targetHash),
    hexToBytes(vote.outputRoot),
  )
  return keccak256(PREFIX, separator, struct)
}

/** KECCAK(version, state root, message root, block hash): also what an L1 or a withdrawal needs. */
export function outputRoot(stateRoot: Hash, targetHash: Hash): Hash {
  const root = keccak256(ZERO_WORD, hexToBytes(stateRoot), ZERO_WORD, hexToBytes(targetHash))
  return bytesToHex(root)
}

export function isSameVote(a: FinalityVote, b: FinalityVote): boolean {
  return (
    a.targetEpoch === b.targetEpoch &&
    a.targetHash === b.targetHash &&
    a.sourceEpoch === b.sourceEpoch &&
    a.sourceHash === b.sourceHash &&
    a.outputRoot === b.outputRoot
  )
}

function wordOf(value: bigint): Uint8Array {
  const word = new Uint8Array(WORD_BYTES)
  new DataView(word.buffer).setBigUint64(WORD_BYTES - 8, value)
  return word
}
