/**
 * `eth_sendTransaction`, `eth_signTransaction` and `eth_sign` on dev chains: fills in what is
 * missing and signs for a funded account, whose key is public.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC" (dev presets only).
 */
import type { Common } from '@ethereumjs/common'
import { createTx, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import { hashPersonalMessage, hexToBytes } from '@ethereumjs/util'
import { assert } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { DevAccount } from '../../genesis/accounts.ts'
import type { NodeApi } from '../../node/api.ts'
import { decodeTransaction } from '../../node/crypto/decode-transaction.ts'
import { signHash } from '../../node/crypto/secp256k1.ts'
import { createSharedCommon } from '../../node/crypto/shared-common.ts'
import { impersonate, isImpersonated } from '../../node/dev/impersonation.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { limitExceeded, paramInvalid, RpcError } from '../errors.ts'
import { data } from '../format/hex.ts'
import { SENDS_WAITING_MAX } from '../limits.ts'
import type { SignRequest } from '../params/call.ts'
import { type FillModules, fillTransaction } from './fill-transaction.ts'

type SendRequest = SignRequest & { readonly from: Address }
type SignerModules = FillModules & { readonly api: NodeApi }

/** The `v` of a signed message is 27 or 28. */
const MESSAGE_V_MIN = 27

export class DevSigner {
  readonly #funded: readonly Address[]
  readonly #keys: ReadonlyMap<Address, Hex>
  readonly #common: Common
  readonly #modules: SignerModules
  /** Sends go one after another: each takes the nonce after the one before. */
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(accounts: readonly DevAccount[], modules: SignerModules) {
    this.#funded = accounts.map((account) => account.address)
    this.#keys = new Map(accounts.map((account) => [account.address, account.privateKey]))
    this.#common = createSharedCommon(modules.api.genesis)
    this.#modules = modules
  }

  /** Who may send: the funded accounts, and those that the developer impersonates. */
  get addresses(): readonly Address[] {
    return [...new Set([...this.#funded, ...(this.#modules.api.dev?.impersonated ?? [])])]
  }

  /** Signs and submits; throws ACCOUNT_UNKNOWN, PARAM_INVALID, or what the pool says. */
  async send(request: SignRequest): Promise<Hash> {
    const { from } = this.#senderOf(request.from)
    return this.#inTurn(() => this.#submit({ ...request, from }))
  }

  /** Submits for any account, without its key; throws as {@link send} does. */
  async sendUnsigned(request: SignRequest): Promise<Hash> {
    const { from } = request
    if (from === undefined) throw paramInvalid('"transaction.from" must be given')
    return this.#inTurn(async () => {
      const { dev } = this.#modules.api
      assert(dev !== undefined, 'only a developer asks for this')
      return dev.submitAs(await this.#impersonated({ ...request, from }))
    })
  }

  async #inTurn(submit: () => Promise<Hash>): Promise<Hash> {
    if (this.#waiting >= SENDS_WAITING_MAX) {
      throw limitExceeded(`${SENDS_WAITING_MAX} transactions wait to be signed: try again`)
    }
    this.#waiting++
    const sent = this.#last.then(submit)
    // The next one goes its way whether this one is accepted or not; its caller hears of it.
    this.#last = sent.catch(() => undefined).finally(() => this.#waiting--)
    return sent
  }

  /** Signs what would be sent now; throws ACCOUNT_UNKNOWN or PARAM_INVALID. */
  async signTransaction(request: SignRequest): Promise<SignedTransaction> {
    const { from, key } = this.#accountOf(request.from)
    return signedBy(from, sign(await this.#fill({ ...request, from }), this.#common, key))
  }

  /** `r ‖ s ‖ v` over the message with the prefix of EIP-191; throws ACCOUNT_UNKNOWN. */
  signMessage(account: Address, message: Uint8Array): Uint8Array {
    return this.signDigest(account, hashPersonalMessage(message))
  }

  /** The same over a digest as it is. */
  signDigest(account: Address, digest: Uint8Array): Uint8Array {
    const { key } = this.#accountOf(account)
    const signature = signHash(digest, hexToBytes(key))
    assert(signature !== undefined, 'the keys of the funded accounts can sign')
    return Uint8Array.from([...signature.compact, MESSAGE_V_MIN + signature.recovery])
  }

  #accountOf(from: Address | undefined): { readonly from: Address; readonly key: Hex } {
    const key = from && this.#keys.get(from)
    if (from !== undefined && key !== undefined) return { from, key }
    throw new RpcError({ code: 'ACCOUNT_UNKNOWN' }, 'unknown account: this node has no such key')
  }

  /** What {@link send} would submit: signed, or of an impersonated account as it gets. */
  async prepare(request: SignRequest): Promise<SignedTransaction> {
    const { from, key } = this.#senderOf(request.from)
    if (key === undefined) return this.#impersonated({ ...request, from })
    return signedBy(from, sign(await this.#fill({ ...request, from }), this.#common, key))
  }

  async #impersonated(request: SendRequest): Promise<SignedTransaction> {
    const fields = await this.#fill(request)
    return asParamInvalid(() => impersonate(fields, this.#common, request.from))
  }

  /** Throws PARAM_INVALID for bytes that are no transaction. */
  decode(raw: Uint8Array): SignedTransaction {
    return asParamInvalid(() => decodeTransaction(raw, this.#common))
  }

  /** Without a key: one that the developer impersonates. */
  #senderOf(from: Address | undefined): { readonly from: Address; readonly key: Hex | undefined } {
    const isKnown = from !== undefined && this.#keys.has(from)
    if (from !== undefined && !isKnown && this.#modules.api.dev?.mayImpersonate(from) === true) {
      return { from, key: undefined }
    }
    return this.#accountOf(from)
  }

  async #submit(request: SendRequest): Promise<Hash> {
    const { pool, dev } = this.#modules.api
    const transaction = await this.prepare(request)
    if (dev === undefined || !isImpersonated(transaction)) return pool.submit(transaction.raw)
    return dev.submitAs(transaction)
  }

  /** As `eth_fillTransaction` would, in the words of the library that signs. */
  async #fill(request: SendRequest): Promise<TypedTxData> {
    const { tx, chainId } = await fillTransaction(request, this.#modules)
    return { ...tx, chainId } as TypedTxData
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
