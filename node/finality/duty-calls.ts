/**
 * What the state of a block lacks of finality, and the calls of `ValidatorSet` that tell it.
 *
 * Spec: docs/spec/finality.md, "Certificates", "Slashing".
 */
import { bigIntToBytes, bytesToHex, setLengthLeft } from '@ethereumjs/util'
import { bitmapOf } from '../../consensus/finality/codec/bitmap.ts'
import type { FinalityState } from '../../consensus/finality/finality-state.ts'
import { lineageOf } from '../../consensus/finality/lineage.ts'
import { isPunishable } from '../../consensus/finality/take-evidence.ts'
import type { Certificate, Evidence } from '../../consensus/finality/types.ts'
import type { Hex } from '../../consensus/types.ts'
import {
  PREDEPLOY_ARTIFACTS,
  readStorageVariable,
  storageVariable,
} from '../../genesis/artifacts.ts'
import { encodeCall } from '../../genesis/build/abi-encode.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { BlockSummary } from '../events.ts'
import type { StateView } from '../state/types.ts'
import { readValidators } from './validator-view.ts'

const LAST_CERTIFIED = storageVariable('ValidatorSet', 'lastCertified')
const LAST_CERTIFIED_WORD = bytesToHex(wordOf(BigInt(LAST_CERTIFIED.slot)))
const JUSTIFIED_WORD = wordOf(BigInt(storageVariable('ValidatorSet', '_justified').slot))
/** Stored certificates that are looked at for one block: those of other branches are few. */
const LOOKED_AT_MAX = 16
/** Blocks whose hashes a contract can look up (EIP-2935), the parent being the last. */
const HASHES_KNOWN = 8_191n
const { abi } = PREDEPLOY_ARTIFACTS.ValidatorSet

/** Calldata of `ValidatorSet.certify`. */
export function certifyCall({ vote, signers, signatures }: Certificate): Uint8Array {
  const bitmap = bytesToHex(bitmapOf(signers))
  return encodeCall(abi, 'certify', { link: { ...vote }, bitmap, signatures: [...signatures] })
}

/** Calldata of `ValidatorSet.slash`. */
export function slashCall({ first, second }: Evidence): Uint8Array {
  return encodeCall(abi, 'slash', {
    vote1: { ...first.vote },
    signature1: first.signature,
    vote2: { ...second.vote },
    signature2: second.signature,
  })
}

/** Where certificates are looked for, and the block after which a state lacks them. */
export type CertificateShelf = {
  readonly finality: FinalityState
  /** On disk, lowest target epoch first. */
  readonly stored: (fromEpoch: bigint) => AsyncIterable<Certificate>
  readonly state: StateView
  readonly parent: BlockSummary
}

/**
 * What one block can tell a chain that lacks certificates, in order: the first has a source that
 * the state knows, and each further one has its source from one before it.
 */
export async function missingCertificates(
  shelf: CertificateShelf,
): Promise<readonly Certificate[]> {
  const first = await missingCertificate(shelf)
  if (first === undefined) return []
  const { finality, stored, parent } = shelf
  const certificates = [first]
  const told = new Set([first.vote.targetHash])
  let looked = 0
  for await (const record of stored(first.vote.targetEpoch + 1n)) {
    if (++looked > LOOKED_AT_MAX) break
    const held = finality.certificates.get(record.vote.targetEpoch)
    // The one in memory is the same object each time: who asks remembers what became of it.
    const next = held?.vote.targetHash === record.vote.targetHash ? held : record
    if (!told.has(next.vote.sourceHash) || !isOnBranch(finality, parent, next)) continue
    told.add(next.vote.targetHash)
    certificates.push(next)
  }
  return certificates
}

/**
 * A certificate on this branch that its state lacks and whose source it knows: the newest in
 * memory, or else the oldest on disk, which brings up a chain that fell behind link by link.
 */
async function missingCertificate({
  finality,
  stored,
  state,
  parent,
}: CertificateShelf): Promise<Certificate | undefined> {
  const last = await lastCertifiedEpoch(state)
  if (finality.justified.epoch <= last) return undefined
  const oldest = oldestEpochOn(finality, parent)
  const newestFirst = [...finality.certificates.values()]
    .filter(({ vote }) => vote.targetEpoch > last)
    .sort((a, b) => (a.vote.targetEpoch < b.vote.targetEpoch ? 1 : -1))
  const seen = new Set<Certificate>()
  for (const newest of newestFirst) {
    // Its source may be justified by one that the chain was never told of, older than the last.
    for (const certificate of lineageOf(newest, finality.certificates)) {
      // Below here everything was looked at, or is out of the contract's reach.
      if (seen.has(certificate) || certificate.vote.targetEpoch < oldest) break
      seen.add(certificate)
      if (await isLinked(finality, state, parent, certificate)) return certificate
    }
  }
  let looked = 0
  for await (const certificate of stored(last >= oldest ? last + 1n : oldest)) {
    if (await isLinked(finality, state, parent, certificate)) return certificate
    if (++looked === LOOKED_AT_MAX) return undefined
  }
  return undefined
}

/** Target epoch of the newest certificate that a state knows. */
export async function lastCertifiedEpoch(state: StateView): Promise<bigint> {
  const word = await state.storage(PREDEPLOYS.ValidatorSet, LAST_CERTIFIED_WORD)
  return readStorageVariable(LAST_CERTIFIED, BigInt(word))
}

/** Of the targets whose hashes a block on `parent` can look up. */
function oldestEpochOn({ config }: FinalityState, { header }: BlockSummary): bigint {
  const oldest = header.number + 1n - HASHES_KNOWN
  const length = BigInt(config.epochLength)
  return oldest > 0n ? (oldest + length - 1n) / length : 0n
}

function isOnBranch(
  { config, tree }: FinalityState,
  parent: BlockSummary,
  { vote }: Certificate,
): boolean {
  const number = vote.targetEpoch * BigInt(config.epochLength)
  return tree.ancestorAt(parent.hash, number)?.hash === vote.targetHash
}

/** Whether its target is on this branch, and the state holds its source as justified. */
async function isLinked(
  finality: FinalityState,
  state: StateView,
  parent: BlockSummary,
  certificate: Certificate,
): Promise<boolean> {
  if (!isOnBranch(finality, parent, certificate)) return false
  const { sourceEpoch, sourceHash } = certificate.vote
  return sourceEpoch === 0n || (await justifiedHash(state, sourceEpoch)) === sourceHash
}

/**
 * Evidence that `ValidatorSet.slash` takes in a block on `parent`: young enough, and against a
 * validator that has a stake there and was not slashed.
 */
export async function punishableEvidence(
  { evidence, config }: FinalityState,
  state: StateView,
  parent: BlockSummary,
): Promise<readonly Evidence[]> {
  const epoch = (parent.header.number + 1n) / BigInt(config.epochLength)
  const young = [...evidence].filter(([, each]) =>
    isPunishable(each, epoch, config.withdrawalDelayEpochs),
  )
  if (young.length === 0) return []
  const { votingKeys, slashed, withdrawn } = await readValidators(state)
  return young.flatMap(([key, each]) => {
    const index = votingKeys.indexOf(key)
    return slashed[index] === false && withdrawn[index] === false ? [each] : []
  })
}

async function justifiedHash(state: StateView, epoch: bigint): Promise<Hex> {
  const slot = keccak256(wordOf(epoch), JUSTIFIED_WORD)
  return state.storage(PREDEPLOYS.ValidatorSet, bytesToHex(slot))
}

function wordOf(value: bigint): Uint8Array {
  return setLengthLeft(bigIntToBytes(value), 32)
}
