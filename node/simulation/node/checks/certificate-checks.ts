/**
 * I10 and I12: what every certificate that a node took must show, and which of them its disk must
 * hold. Sets come from the storage of the contract, and are counted as the checkers count.
 */
import { hexToBytes } from '../../../../consensus/codec/hex.ts'
import type { Certificate } from '../../../../consensus/finality/types.ts'
import { voteDigest } from '../../../../consensus/finality/votes/vote-digest.ts'
import type { Hash } from '../../../../consensus/types.ts'
import type { Chain } from '../../../chain/chain.ts'
import { quorumFault } from '../../checks/quorum.ts'
import { recoverSharedSigner } from '../shared-signers.ts'
import { type ContractSet, readContractSet, totalFault } from './contract-set.ts'

type Fault = readonly [invariant: string, message: string]

/** Certificates of one node that wait to be looked at; the oldest are let go. */
const WAITING_MAX = 1_024

/** By node: certificates that it has taken, until they were looked at. */
export class CertificateChecks {
  readonly #waiting = new Map<number, Certificate[]>()

  onCertified(node: number, certificate: Certificate): void {
    const waiting = this.#waiting.get(node) ?? []
    this.#waiting.set(node, [...waiting.slice(1 - WAITING_MAX), certificate])
  }

  /** What was on the disk is no more: nor are the states that it would be judged by. */
  forget(node: number): void {
    this.#waiting.delete(node)
  }

  async inspect(node: number, chain: Chain): Promise<readonly Fault[]> {
    const faults: Fault[] = []
    const waiting = this.#waiting.get(node) ?? []
    this.#waiting.delete(node)
    for (const certificate of waiting) {
      // A power cut may have taken a block of a moment ago, which comes again.
      if (await isExecuted(chain, certificate)) faults.push(...(await judge(chain, certificate)))
      else this.onCertified(node, certificate)
    }
    return faults
  }
}

/**
 * I12: what is final is the source of a stored certificate for the next epoch, and the target of
 * another; I10 for both, as they are on the disk.
 */
export async function storedFaults(chain: Chain): Promise<readonly Fault[]> {
  const { epoch, hash } = chain.finality.finalized
  if (epoch === 0n) return []
  const faults: Fault[] = []
  for (const target of [epoch, epoch + 1n]) {
    const certificate = await chain.certificateAt(target)
    const isIt =
      certificate !== undefined && (target === epoch || certificate.vote.sourceHash === hash)
    if (isIt) faults.push(...(await judge(chain, certificate)))
    else faults.push(['I12', `the certificate for epoch ${target} is missing`])
  }
  return faults
}

async function judge(chain: Chain, certificate: Certificate): Promise<readonly Fault[]> {
  const { vote, signatures } = certificate
  const sets = [await setAfter(chain, vote.sourceHash), await setAfter(chain, vote.targetHash)]
  const faults: Fault[] = []
  for (const set of sets) {
    const fault = totalFault(set)
    if (fault !== undefined) faults.push(['I9', `dynasty ${set.dynasty}: ${fault}`])
  }
  const digest = voteDigest(chain.finality.separator, vote)
  const fault = quorumFault(certificate, sets, (place) =>
    recoverSharedSigner(digest, hexToBytes(signatures[place] ?? '0x')),
  )
  if (fault !== undefined) faults.push(['I10', `epoch ${vote.targetEpoch}: ${fault}`])
  return faults
}

async function isExecuted({ blocks }: Chain, { vote }: Certificate): Promise<boolean> {
  for (const hash of [vote.sourceHash, vote.targetHash]) {
    if ((await blocks.record(hash))?.status !== 'executed') return false
  }
  return true
}

async function setAfter({ blocks, state }: Chain, hash: Hash): Promise<ContractSet> {
  const header = await blocks.header(hash)
  if (header === undefined) throw new RangeError(`a certified checkpoint has a header: ${hash}`)
  return readContractSet(state.view(header.stateRoot))
}
