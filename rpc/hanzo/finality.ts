/**
 * Finality and those who make it: status, certificates, validators, evidence.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC"; docs/spec/finality.md.
 */
import { bytesToHex } from '@ethereumjs/util'
import { bitmapOf } from '../../consensus/finality/codec/bitmap.ts'
import { encodeCertificate } from '../../consensus/finality/codec/finality-codec.ts'
import type { Certificate, FinalityVote, SignedVote } from '../../consensus/finality/types.ts'
import { offenceOf } from '../../consensus/finality/votes/slashing-rule.ts'
import type { EpochCheckpoint, FinalityStatus, ValidatorSummary } from '../../node/api.ts'
import { requireBlock } from '../block-lookup.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { block as blockParam, LATEST } from '../params/block.ts'
import { uint64 } from '../params/primitives.ts'

export function finalityMethods({ api }: Pick<NodeModules, 'api'>): MethodTable {
  return {
    hanzo_finalityStatus: method({
      description: 'What is justified and final, who votes, and whether anything is wrong',
      params: [],
      handler: () => formatStatus(api.finality.status()),
    }),
    hanzo_getCertificate: method({
      description: 'The finality certificate that justified a checkpoint, null if none did',
      params: [required('epoch', uint64)],
      handler: async ([epoch]) => {
        const certificate = await api.finality.certificate(epoch)
        return certificate ? formatCertificate(certificate) : null
      },
    }),
    hanzo_getValidators: method({
      description: 'Every validator that ever deposited, as the state after a block has it',
      params: [optional('block', blockParam, LATEST)],
      handler: async ([selector]) => {
        const block = await requireBlock(api.chain, selector)
        const { dynasty, validators } = await api.finality.validators(block)
        const weights = validators.reduce((sum, { weight }) => sum + weight, 0n)
        return {
          dynasty: quantity(dynasty),
          totalWeight: quantity(weights),
          validators: validators.map((each) => formatValidator(each, dynasty, block.header.number)),
        }
      },
    }),
    hanzo_getEvidence: method({
      description: 'Votes by which validators contradicted themselves, one pair each',
      params: [],
      handler: () =>
        api.finality.evidence().map(({ first, second }) => ({
          validator: quantity(first.validator),
          offence: offenceOf(first.vote, second.vote) ?? null,
          first: formatVote(first),
          second: formatVote(second),
        })),
    }),
  }
}

function formatStatus(status: FinalityStatus) {
  const { headEpoch, justified, finalized, safetyFault } = status
  return {
    headEpoch: quantity(headEpoch),
    justified: formatCheckpoint(justified),
    finalized: formatCheckpoint(finalized),
    lagEpochs: quantity(headEpoch - finalized.epoch),
    certifiedOnChain: quantity(status.certifiedEpoch),
    certifyOverdue: status.isCertifyOverdue,
    participation: status.participation,
    missing: status.missing.map((index) => quantity(index)),
    stakeReachable: status.stakeReachable,
    partitionSuspected: status.isPartitionSuspected,
    validator: status.validator === undefined ? null : quantity(status.validator),
    voting: status.voting,
    recovering: status.lost === undefined ? null : quantity(status.lost.epoch),
    safetyFault: safetyFault === undefined ? null : formatFault(safetyFault),
  }
}

function formatFault({ code, certificate, ours }: NonNullable<FinalityStatus['safetyFault']>) {
  return {
    code,
    certificate: formatCertificate(certificate),
    ours: ours === undefined ? null : formatCertificate(ours),
  }
}

function formatCheckpoint({ epoch, hash }: EpochCheckpoint) {
  return { epoch: quantity(epoch), hash }
}

function formatLink(vote: FinalityVote) {
  return {
    sourceEpoch: quantity(vote.sourceEpoch),
    sourceHash: vote.sourceHash,
    targetEpoch: quantity(vote.targetEpoch),
    targetHash: vote.targetHash,
    outputRoot: vote.outputRoot,
  }
}

function formatVote({ vote, signature }: SignedVote) {
  return { ...formatLink(vote), signature }
}

/** The parts as `ValidatorSet.certify` takes them, and the whole as peers send it. */
function formatCertificate(certificate: Certificate) {
  const { vote, signers, signatures } = certificate
  return {
    ...formatLink(vote),
    signers: signers.map((index) => quantity(index)),
    bitmap: bytesToHex(bitmapOf(signers)),
    signatures,
    raw: bytesToHex(encodeCertificate(certificate)),
  }
}

function formatValidator(validator: ValidatorSummary, dynasty: bigint, number: bigint) {
  return {
    index: quantity(validator.index),
    votingKey: validator.votingKey,
    payout: validator.payout,
    stake: quantity(validator.stake),
    weight: quantity(validator.weight),
    status: statusOf(validator, dynasty, number),
    startDynasty: quantity(validator.start),
    endDynasty: validator.end === NEVER ? null : quantity(validator.end),
  }
}

/** The end of a validator that has not asked to leave, as the contract has it. */
const NEVER = 2n ** 40n - 1n

/** As it is for a transaction in the block after `number`. */
function statusOf(validator: ValidatorSummary, dynasty: bigint, number: bigint): string {
  if (validator.isWithdrawn) return 'withdrawn'
  if (validator.isSlashed) return 'slashed'
  if (dynasty < validator.start) return 'joining'
  if (validator.withdrawableAt !== undefined) {
    return number + 1n < validator.withdrawableAt ? 'exited' : 'withdrawable'
  }
  return validator.end === NEVER ? 'active' : 'exiting'
}
