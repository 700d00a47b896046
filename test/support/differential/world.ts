/**
 * What random transactions are made from: a seed, the funded accounts, and what earlier blocks
 * left behind. Everything in it is known before a block, so that both sides get the same bytes.
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem'
import type { Address, Hex } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import { signHash } from '../../../node/crypto/secp256k1.ts'
import type { Receipt } from '../../../node/receipt.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import {
  COINBASE,
  type ExecutionChain,
  type Fields,
  GWEI,
  WALLETS,
  type Wallet,
  walletOf,
} from '../execution-chain.ts'
import type { Random } from '../random.ts'

/** Of programs that random calls go to; the newest take the places of the oldest. */
const CONTRACTS_MAX = 40
/** Accounts that begin with nothing. */
const STRANGERS = 30

export type Action = {
  readonly weight: number
  make(world: World): SignedTransaction | Promise<SignedTransaction>
  /** Whether it must fail, or may always do so for want of its moment; others succeed in a run. */
  readonly fails?: 'always' | 'mostly'
  /** Wei that EIP-6780 destroys when it succeeds; `unknown` where a random program decides. */
  readonly destroys?: bigint | 'unknown'
}

export type ActionTable = Readonly<Record<string, Action>>

export class World {
  readonly chain: ExecutionChain
  readonly random: Random
  /** Made by earlier transactions. */
  readonly contracts: Address[] = []
  /** Ids of proposals, some of which never came to be. */
  readonly proposals: bigint[] = []
  /** By whom they are for: nonces of `permit`, and of accounts that delegate. */
  readonly sequences = new Map<string, bigint>()
  /** Of the block that is being filled. */
  timestamp = 0n

  constructor(chain: ExecutionChain, random: Random) {
    this.chain = chain
    this.random = random
  }

  get chainId(): bigint {
    return this.chain.genesis.params.chainId
  }

  wallet(): Wallet {
    return this.random.pick(WALLETS)
  }

  stranger(): Wallet {
    return walletOf(this.random.below(STRANGERS))
  }

  anyone(): Address {
    const { random } = this
    return random.pick([
      this.wallet().address,
      this.stranger().address,
      COINBASE,
      PREDEPLOYS.AIBurn,
    ])
  }

  /** A program of an earlier block, or the empty account. */
  contract(): Address {
    return this.contracts.length === 0 ? COINBASE : this.random.pick(this.contracts)
  }

  wei(below = 1_000_000): bigint {
    return BigInt(this.random.below(below))
  }

  /** Signs with the next nonce, and with fees of every sort. */
  sign(wallet: Wallet, fields: Fields): SignedTransaction {
    const { type = this.random.pick([0, 1, 2, 2, 2]) } = fields
    const tip = GWEI * BigInt(this.random.below(4))
    const isPriced = type === 0 || type === 1
    const fees = isPriced
      ? { gasPrice: 30n * GWEI + tip }
      : { maxFeePerGas: 40n * GWEI, maxPriorityFeePerGas: tip }
    return this.chain.sign(wallet, { type, ...fees, ...fields })
  }

  /** A call of a function by its signature, by a funded account unless another is named. */
  call(
    to: Address,
    signature: string,
    args: readonly unknown[] = [],
    { from = this.wallet(), ...fields }: Fields & { readonly from?: Wallet } = {},
  ): SignedTransaction {
    return this.sign(from, { to, data: calldata(signature, args), gasLimit: 1_000_000n, ...fields })
  }

  /**
   * What a view of `to` answers after the last block, undefined where it reverts; the signature in
   * Solidity's words, with what it returns.
   */
  async read<Answer>(
    to: Address,
    signature: string,
    args: readonly unknown[] = [],
  ): Promise<Answer | undefined> {
    const [functionName, abi] = parse(signature)
    const data = hexToBytes(encodeFunctionData({ abi, functionName, args }))
    const outcome = await this.chain.executor.call(this.chain.parentState(), { to, data })
    if (outcome.kind !== 'ok') return undefined
    return decodeFunctionResult({ abi, functionName, data: outcome.output }) as Answer
  }

  /** One of the items, or undefined where there is none. */
  pickOf<Item>(items: readonly Item[]): Item | undefined {
    return items.length === 0 ? undefined : this.random.pick(items)
  }

  /** The next number of a sequence, which is taken up by it. */
  next(sequence: string): bigint {
    const number = this.sequences.get(sequence) ?? 0n
    this.sequences.set(sequence, number + 1n)
    return number
  }

  /** Remembers what a block made. */
  learn(receipts: readonly Receipt[]): void {
    for (const { contractAddress, status } of receipts) {
      if (contractAddress !== undefined && status === 1) this.contracts.push(contractAddress)
    }
    while (this.contracts.length > CONTRACTS_MAX) this.contracts.shift()
  }
}

/** ABI-encoded; the signature in Solidity's words: `transfer(address,uint256)`. */
export function calldata(signature: string, args: readonly unknown[] = []): Hex {
  const [functionName, abi] = parse(signature)
  return encodeFunctionData({ abi, functionName, args })
}

function parse(signature: string) {
  const declarations: readonly string[] = [`function ${signature}`]
  return [signature.slice(0, signature.indexOf('(')), parseAbi(declarations)] as const
}

/** The funded account with this address. */
export function funded(address: Address): Wallet {
  const wallet = WALLETS.find((each) => each.address === address.toLowerCase())
  if (wallet === undefined) throw new Error(`${address} is no funded account`)
  return wallet
}

/** r, s and v of a digest, and all of it as 65 bytes. */
export function signDigest(digest: Hex, { key }: Wallet) {
  const signed = signHash(hexToBytes(digest), key)
  if (signed === undefined) throw new Error('a key signs')
  const r = bytesToHex(signed.compact.subarray(0, 32))
  const s = bytesToHex(signed.compact.subarray(32))
  const v = 27 + signed.recovery
  return { v, r, s, bytes: `${r}${s.slice(2)}${v.toString(16)}` as Hex }
}
