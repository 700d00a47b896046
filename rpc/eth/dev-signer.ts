/**
 * `eth_sendTransaction`, `eth_signTransaction` and `eth_sign` on dev chains: fills in what is
 * missing and signs for a funded account, whose key is public.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC" (dev presets only).
 */
import type { Common } from '@ethereumjs/common'
import { createTx, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import { createAddressFromString, hashPersonalMessage, hexToBytes } from '@ethereumjs/util'
import { assert } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { DevAccount } from '../../genesis/accounts.ts'
import type { NodeApi } from '../../node/api.ts'
import { decodeTransaction } from '../../node/crypto/decode-transaction.ts'
import { signHash } from '../../node/crypto/secp256k1.ts'
import { createSharedCommon } from '../../node/crypto/shared-common.ts'
import { impersonate, isImpersonated } from '../../node/dev/impersonation.ts'
import type { CallAuthorization } from '../../node/execution/call-types.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { limitExceeded, paramInvalid, RpcError, reverted } from '../errors.ts'
import { data, quantity } from '../format/hex.ts'
import { SENDS_WAITING_MAX } from '../limits.ts'
import type { TransactionRequest } from '../params/call.ts'
import type { FeeOracle } from './fee-oracle.ts'

type SendRequest = TransactionRequest & { readonly from: Address }
type AccessListItem = NonNullable<TransactionRequest['accessList']>[number]

/** The `v` of a signed message is 27 or 28. */
const MESSAGE_V_MIN = 27

export class DevSigner {
  readonly #funded: readonly Address[]
  readonly #keys: ReadonlyMap<Address, Hex>
  readonly #common: Common
  readonly #api: NodeApi
  readonly #fees: FeeOracle
  /** Sends go one after another: each takes the nonce after the one before. */
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(accounts: readonly DevAccount[], api: NodeApi, fees: FeeOracle) {
    this.#funded = accounts.map((account) => account.address)
    this.#keys = new Map(accounts.map((account) => [account.address, account.privateKey]))
    this.#common = createSharedCommon(api.genesis)
    this.#api = api
    this.#fees = fees
  }

  /** Who may send: the funded accounts, and those that the developer impersonates. */
  get addresses(): readonly Address[] {
    return [...new Set([...this.#funded, ...(this.#api.dev?.impersonated ?? [])])]
  }

  /** Signs and submits; throws ACCOUNT_UNKNOWN, PARAM_INVALID, or what the pool says. */
  async send(request: TransactionRequest): Promise<Hash> {
    const { from } = this.#senderOf(request.from)
    if (this.#waiting >= SENDS_WAITING_MAX) {
      throw limitExceeded(`${SENDS_WAITING_MAX} transactions wait to be signed: try again`)
    }
    this.#waiting++
    const sent = this.#last.then(() => this.#submit({ ...request, from }))
    // The next one goes its way whether this one is accepted or not; its caller hears of it.
    this.#last = sent.catch(() => undefined).finally(() => this.#waiting--)
    return sent
  }

  /** Signs what would be sent now; throws ACCOUNT_UNKNOWN or PARAM_INVALID. */
  async signTransaction(request: TransactionRequest): Promise<SignedTransaction> {
    const { from, key } = this.#accountOf(request.from)
    return signedBy(from, sign(await this.#fill({ ...request, from }), this.#common, key))
  }

  /** `r ‖ s ‖ v` over the message with the prefix of EIP-191; throws ACCOUNT_UNKNOWN. */
  signMessage(account: Address, message: Uint8Array): Uint8Array {
    const { key } = this.#accountOf(account)
    const signature = signHash(hashPersonalMessage(message), hexToBytes(key))
    assert(signature !== undefined, 'the keys of the funded accounts can sign')
    return Uint8Array.from([...signature.compact, MESSAGE_V_MIN + signature.recovery])
  }

  #accountOf(from: Address | undefined): { readonly from: Address; readonly key: Hex } {
    const key = from && this.#keys.get(from)
    if (from !== undefined && key !== undefined) return { from, key }
    throw new RpcError({ code: 'ACCOUNT_UNKNOWN' }, 'unknown account: this node has no such key')
  }

  /** What {@link send} would submit: signed, or of an impersonated account as it gets. */
  async prepare(request: TransactionRequest): Promise<SignedTransaction> {
    const { from, key } = this.#senderOf(request.from)
    const fields = await this.#fill({ ...request, from })
    if (key === undefined) return asParamInvalid(() => impersonate(fields, this.#common, from))
    return signedBy(from, sign(fields, this.#common, key))
  }

  /** Throws PARAM_INVALID for bytes that are no transaction. */
  decode(raw: Uint8Array): SignedTransaction {
    return asParamInvalid(() => decodeTransaction(raw, this.#common))
  }

  /** Without a key: one that the developer impersonates. */
  #senderOf(from: Address | undefined): { readonly from: Address; readonly key: Hex | undefined } {
    const isKnown = from !== undefined && this.#keys.has(from)
    if (from !== undefined && !isKnown && this.#api.dev?.mayImpersonate(from) === true) {
      return { from, key: undefined }
    }
    return this.#accountOf(from)
  }

  async #submit(request: SendRequest): Promise<Hash> {
    const { pool, dev } = this.#api
    const transaction = await this.prepare(request)
    if (dev === undefined || !isImpersonated(transaction)) return pool.submit(transaction.raw)
    return dev.submitAs(transaction)
  }

  async #fill(request: SendRequest): Promise<TypedTxData> {
    const { chainId } = this.#api.genesis.params
    if (request.chainId !== undefined && request.chainId !== chainId) {
      throw paramInvalid(`chainId does not match: want ${chainId}, got ${request.chainId}`)
    }
    const { to, accessList, authorizationList } = request
    const type = typeOf(request)
    return {
      type,
      chainId,
      nonce: request.nonce ?? (await this.#api.pool.nextNonce(request.from)),
      gasLimit: request.gas ?? (await this.#estimate(request)),
      value: request.value ?? 0n,
      data: request.data ?? new Uint8Array(),
      ...(to === undefined ? {} : { to: createAddressFromString(to) }),
      ...(await this.#priceOf(request)),
      ...(type === 0 ? {} : { accessList: accessList?.map(toAccessListItem) ?? [] }),
      ...(type === 4 ? { authorizationList: authorizationList?.map(toAuthorization) ?? [] } : {}),
    } as TypedTxData
  }

  async #estimate(request: SendRequest): Promise<bigint> {
    const { nonce: _nonce, chainId: _chainId, ...call } = request
    const outcome = await this.#api.state.estimateGas(this.#api.chain.head(), call)
    if (outcome.kind === 'ok') return outcome.gas
    if (outcome.kind === 'reverted') throw reverted(outcome.output)
    throw new RpcError({ code: 'CALL_FAILED' }, outcome.reason)
  }

  /** Twice the base fee outlives six full blocks. */
  async #priceOf(request: SendRequest) {
    if (request.gasPrice !== undefined) return { gasPrice: request.gasPrice }
    const suggested = request.maxPriorityFeePerGas ?? (await this.#fees.priorityFee())
    const maxFeePerGas = request.maxFeePerGas ?? 2n * this.#fees.nextBaseFee() + suggested
    const maxPriorityFeePerGas = suggested < maxFeePerGas ? suggested : maxFeePerGas
    return { maxFeePerGas, maxPriorityFeePerGas }
  }
}

function signedBy(sender: Address, tx: TypedTransaction): SignedTransaction {
  return { raw: tx.serialize(), hash: data(tx.hash()), sender, tx }
}

/** The signed transaction; throws PARAM_INVALID for fields that make none. */
function sign(fields: TypedTxData, common: Common, key: Hex): TypedTransaction {
  return asParamInvalid(() => createTx(fields, { common }).sign(hexToBytes(key)))
}

/** The library checks the fields by itself and has one kind of error. */
function asParamInvalid<Result>(make: () => Result): Result {
  try {
    return make()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RpcError({ code: 'PARAM_INVALID' }, `invalid transaction: ${reason}`, { cause })
  }
}

function toAccessListItem({ address, storageKeys }: AccessListItem) {
  return { address, storageKeys: [...storageKeys] }
}

function toAuthorization({ chainId, address, nonce, yParity, r, s }: CallAuthorization) {
  return {
    chainId: quantity(chainId),
    address,
    nonce: quantity(nonce),
    yParity: quantity(yParity),
    r: quantity(r),
    s: quantity(s),
  }
}

/** The least type that can say what the request says; 2 when it leaves the choice. */
function typeOf({ authorizationList, gasPrice, accessList }: TransactionRequest): number {
  if (authorizationList !== undefined) return 4
  if (gasPrice === undefined) return 2
  return accessList === undefined ? 0 : 1
}
