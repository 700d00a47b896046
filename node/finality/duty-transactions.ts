/**
 * What a validator tells the chain of finality, signed by its voting key: the certificates that the
 * chain lacks, and evidence against a validator that it has not slashed yet. A sealer puts it first
 * in its block. Most blocks may be those of miners that have no voting key, so each of ours brings
 * all it can; what is overdue all the same goes to the pool (duty-courier.ts).
 * Both are transactions like any other, and pay for themselves: the pot repays the gas of a
 * certificate, the finder of an offence gets a part of the penalty.
 *
 * Spec: docs/spec/finality.md, "Certificates", "Slashing".
 */
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { hexToBytes } from '@ethereumjs/util'
import type { Certificate, Evidence } from '../../consensus/finality/types.ts'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { Chain } from '../chain/chain.ts'
import { decodeTransaction } from '../crypto/decode-transaction.ts'
import type { BlockSummary } from '../events.ts'
import type { StateView } from '../state/types.ts'
import type { SignedTransaction } from '../transaction.ts'
import { certifyCall, missingCertificates, punishableEvidence, slashCall } from './duty-calls.ts'

/** What the contract needs, and a quarter more. */
const CERTIFY_GAS = 250_000n
const SIGNATURE_GAS = 30_000n
const SLASH_GAS = 500_000n
/** Blocks until a call is tried again that was mined and failed: it costs its sender gas. */
const RETRY_BLOCKS = 8n
/** Through the pool: what peers keep of one account, with room for fees that rise. */
const POOL_CALLS_MAX = 8
const POOL_TIP_WEI = 1n
const FEE_ROOM = 2n
/** Of the gas of a block, what certificates may take at most: a half. */
const CERTIFICATES_GAS_PART = 2n

export type VotingKey = { readonly address: Address; readonly privateKey: Hex }

/** Wei per gas. */
type Price = { readonly fee: bigint; readonly tip: bigint }

/** A call as it was signed last: another template of the same block wants the same again. */
type Signed = Price & { readonly nonce: bigint; readonly transaction: SignedTransaction }

type Call = {
  /** The certificate or the evidence. */
  readonly subject: object
  /** Of the target; of evidence, the newer one. */
  readonly epoch: bigint
  readonly gasLimit: bigint
  readonly encode: () => Uint8Array
}

/** The last block that was to have a call: on which parent, and with which nonce. */
type Try = { readonly number: bigint; readonly nonce: bigint }

/** Remembers what it tried: what the contract refuses is not tried for ever. */
export class DutyTransactions {
  readonly #chain: Chain
  readonly #key: VotingKey
  /** By certificate or evidence. */
  readonly #tried = new WeakMap<object, Try>()
  readonly #signed = new WeakMap<object, Signed>()

  constructor(chain: Chain, key: VotingKey) {
    this.#chain = chain
    this.#key = key
  }

  /** The transactions that a block on `parent` should begin with, in order. */
  dueOn(parent: BlockSummary): Promise<readonly SignedTransaction[]> {
    const price = { fee: nextBaseFee(parent.header), tip: 0n }
    return this.#transactionsOn(parent, price, (calls) => calls)
  }

  /**
   * The same for the pool, and for blocks of others: nothing unless something is overdue that came
   * with epoch `sinceEpoch` or earlier.
   */
  overdueOn(parent: BlockSummary, sinceEpoch: bigint): Promise<readonly SignedTransaction[]> {
    const price = { fee: FEE_ROOM * nextBaseFee(parent.header) + POOL_TIP_WEI, tip: POOL_TIP_WEI }
    return this.#transactionsOn(parent, price, (calls) =>
      calls.some(({ epoch }) => epoch <= sinceEpoch) ? calls.slice(0, POOL_CALLS_MAX) : [],
    )
  }

  async #transactionsOn(
    parent: BlockSummary,
    price: Price,
    choose: (calls: readonly Call[]) => readonly Call[],
  ): Promise<readonly SignedTransaction[]> {
    const state = this.#chain.state.viewAfter(parent)
    const account = await state.account(this.#key.address)
    let left = account?.balance ?? 0n
    let nonce = account?.nonce ?? 0n
    // A voting key without coins leaves it to others, and need not look what there is to tell.
    if (left < CERTIFY_GAS * price.fee) return []
    const transactions: SignedTransaction[] = []
    const { number } = parent.header
    for (const call of choose(await this.#calls(state, parent, nonce))) {
      left -= call.gasLimit * price.fee
      if (left < 0n) break
      this.#tried.set(call.subject, { number, nonce })
      transactions.push(this.#signOnce(call, nonce++, price))
    }
    return transactions
  }

  async #calls(state: StateView, parent: BlockSummary, nonce: bigint): Promise<readonly Call[]> {
    const { finality } = this.#chain
    const { number, gasLimit } = parent.header
    const stored = (fromEpoch: bigint) => this.#chain.storedCertificates(fromEpoch)
    const calls: Call[] = []
    let gasLeft = gasLimit / CERTIFICATES_GAS_PART
    for (const certificate of await missingCertificates({ finality, stored, state, parent })) {
      const call = callOf(certificate)
      gasLeft -= call.gasLimit
      // Those behind it have their sources from it.
      if (!this.#mayTry(certificate, number, nonce)) break
      if (gasLeft < 0n && calls.length > 0) break
      calls.push(call)
    }
    const punishable = await punishableEvidence(finality, state, parent)
    // What was refused waits, and the next has its turn: none shields another.
    const evidence = punishable.find((each) => this.#mayTry(each, number, nonce))
    if (evidence !== undefined) {
      calls.push(slashingOf(evidence))
    }
    return calls
  }

  /**
   * Whether nothing shows that the chain refused it. A template hardly ever becomes a block, and
   * says nothing: what was mined has used its nonce, and if the chain still wants it, has failed.
   */
  #mayTry(subject: object, number: bigint, nonce: bigint): boolean {
    const tried = this.#tried.get(subject)
    return tried === undefined || nonce <= tried.nonce || number >= tried.number + RETRY_BLOCKS
  }

  #signOnce(call: Call, nonce: bigint, price: Price): SignedTransaction {
    const known = this.#signed.get(call.subject)
    const { fee, tip } = price
    if (known?.nonce === nonce && known.fee === fee && known.tip === tip) return known.transaction
    const transaction = this.#sign(call, nonce, price)
    this.#signed.set(call.subject, { ...price, nonce, transaction })
    return transaction
  }

  #sign({ encode, gasLimit }: Call, nonce: bigint, { fee, tip }: Price): SignedTransaction {
    const data = encode()
    const { common, genesis } = this.#chain
    const fields = {
      chainId: genesis.params.chainId,
      ...{ nonce, gasLimit, data },
      maxFeePerGas: fee,
      maxPriorityFeePerGas: tip,
      to: PREDEPLOYS.ValidatorSet,
    }
    const signed = createFeeMarket1559Tx(fields, { common }).sign(hexToBytes(this.#key.privateKey))
    return decodeTransaction(signed.serialize(), common, this.#key.address)
  }
}

function callOf(certificate: Certificate): Call {
  const gasLimit = CERTIFY_GAS + SIGNATURE_GAS * BigInt(certificate.signers.length)
  const { targetEpoch: epoch } = certificate.vote
  return { subject: certificate, epoch, gasLimit, encode: () => certifyCall(certificate) }
}

function slashingOf(evidence: Evidence): Call {
  const [a, b] = [evidence.first.vote.targetEpoch, evidence.second.vote.targetEpoch]
  const epoch = a > b ? a : b
  return { subject: evidence, epoch, gasLimit: SLASH_GAS, encode: () => slashCall(evidence) }
}
