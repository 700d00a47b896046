/**
 * The transaction that tells the chain what became final: a sealer whose chain lacks a certificate
 * puts it first in its block, signed by its voting key. It is a transaction like any other.
 *
 * Spec: docs/spec/finality.md, "Certificates".
 */
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { bigIntToBytes, bytesToHex, hexToBytes, setLengthLeft } from '@ethereumjs/util'
import { bitmapOf } from '../../consensus/finality/codec/bitmap.ts'
import type { FinalityState } from '../../consensus/finality/finality-state.ts'
import type { Certificate } from '../../consensus/finality/types.ts'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import {
  PREDEPLOY_ARTIFACTS,
  readStorageVariable,
  storageVariable,
} from '../../genesis/artifacts.ts'
import { encodeCall } from '../../genesis/build/abi-encode.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { Chain } from '../chain/chain.ts'
import { decodeTransaction } from '../crypto/decode-transaction.ts'
import type { BlockSummary } from '../events.ts'
import type { StateView } from '../state/types.ts'
import type { SignedTransaction } from '../transaction.ts'

/** What the contract needs, and a quarter more. */
const CERTIFY_GAS = 250_000n
const SIGNATURE_GAS = 30_000n
/** Blocks until the same certificate is tried again: one that fails costs its sender gas. */
const RETRY_BLOCKS = 8n

const LAST_CERTIFIED = storageVariable('ValidatorSet', 'lastCertified')
const JUSTIFIED = storageVariable('ValidatorSet', '_justified')

export type CertifyingKey = { readonly address: Address; readonly privateKey: Hex }

/** Remembers what it tried: what the contract refuses is not tried for ever. */
export class CertifyTransactions {
  readonly #chain: Chain
  readonly #key: CertifyingKey
  #tried: { readonly certificate: Certificate; readonly number: bigint } | undefined

  constructor(chain: Chain, key: CertifyingKey) {
    this.#chain = chain
    this.#key = key
  }

  /** The transaction that a block on `parent` should begin with; undefined if none is due. */
  async dueOn(parent: BlockSummary): Promise<SignedTransaction | undefined> {
    const state = this.#chain.state.view(parent.header.stateRoot)
    const certificate = await missingCertificate(this.#chain.finality, state, parent)
    if (certificate === undefined) return undefined
    const { number } = parent.header
    const tried = this.#tried
    const isRetry = tried?.certificate === certificate && tried.number !== number
    if (isRetry && number < tried.number + RETRY_BLOCKS) return undefined
    if (tried?.certificate !== certificate || isRetry) this.#tried = { certificate, number }
    return this.#sign(certificate, state, parent)
  }

  async #sign(
    certificate: Certificate,
    state: StateView,
    { header }: BlockSummary,
  ): Promise<SignedTransaction | undefined> {
    const account = await state.account(this.#key.address)
    const gasLimit = CERTIFY_GAS + SIGNATURE_GAS * BigInt(certificate.signers.length)
    const fee = nextBaseFee(header)
    // A voting key without coins leaves it to others.
    if (account === undefined || account.balance < gasLimit * fee) return undefined
    const unsigned = createFeeMarket1559Tx(
      {
        chainId: this.#chain.genesis.params.chainId,
        nonce: account.nonce,
        gasLimit,
        maxFeePerGas: fee,
        maxPriorityFeePerGas: 0n,
        to: PREDEPLOYS.ValidatorSet,
        data: certifyCall(certificate),
      },
      { common: this.#chain.common },
    )
    const raw = unsigned.sign(hexToBytes(this.#key.privateKey)).serialize()
    return decodeTransaction(raw, this.#chain.common, this.#key.address)
  }
}

/** Calldata of `ValidatorSet.certify`. */
export function certifyCall({ vote, signers, signatures }: Certificate): Uint8Array {
  return encodeCall(PREDEPLOY_ARTIFACTS.ValidatorSet.abi, 'certify', {
    link: { ...vote },
    bitmap: bytesToHex(bitmapOf(signers)),
    signatures: [...signatures],
  })
}

/** The newest certificate on this branch that its state lacks and whose source it knows. */
async function missingCertificate(
  { certificates, config, tree }: FinalityState,
  state: StateView,
  parent: BlockSummary,
): Promise<Certificate | undefined> {
  const last = readStorageVariable(LAST_CERTIFIED, await wordAt(state, BigInt(LAST_CERTIFIED.slot)))
  const newestFirst = [...certificates.values()]
    .filter(({ vote }) => vote.targetEpoch > last)
    .sort((a, b) => (a.vote.targetEpoch < b.vote.targetEpoch ? 1 : -1))
  for (const certificate of newestFirst) {
    const { vote } = certificate
    const number = vote.targetEpoch * BigInt(config.epochLength)
    if (tree.ancestorAt(parent.hash, number)?.hash !== vote.targetHash) continue
    if (
      vote.sourceEpoch === 0n ||
      (await justifiedHash(state, vote.sourceEpoch)) === vote.sourceHash
    )
      return certificate
  }
  return undefined
}

async function justifiedHash(state: StateView, epoch: bigint): Promise<Hex> {
  const slot = keccak256(wordOf(epoch), wordOf(BigInt(JUSTIFIED.slot)))
  return state.storage(PREDEPLOYS.ValidatorSet, bytesToHex(slot))
}

async function wordAt(state: StateView, slot: bigint): Promise<bigint> {
  return BigInt(await state.storage(PREDEPLOYS.ValidatorSet, bytesToHex(wordOf(slot))))
}

function wordOf(value: bigint): Uint8Array {
  return setLengthLeft(bigIntToBytes(value), 32)
}
