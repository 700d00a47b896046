/**
 * One history of a set of validators told three times: to the contract in the EVM, to the ledger
 * that stands for it in tier 1 of the simulator, and to the model of tier 0. Blocks have other
 * hashes in each, so what is done is told in epochs and indices. Long because all three are to be
 * read side by side.
 */

import type { Certificate, FinalityVote, SignedVote } from '../../consensus/finality/types.ts'
import { domainSeparator } from '../../consensus/finality/votes/vote-digest.ts'
import type { Hash } from '../../consensus/types.ts'
import { buildGenesis } from '../../genesis/build-genesis.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { certifyCall, slashCall } from '../../node/finality/duty-calls.ts'
import { readValidatorRecords } from '../../node/finality/validator-view.ts'
import { signVote } from '../../node/finality/vote-signer.ts'
import { EPOCH_MS } from '../../node/simulation/engine/node-clock.ts'
import {
  type ModelBlock,
  type ModelTransaction,
  tokenHash,
} from '../../node/simulation/model/model-block.ts'
import { ModelExecutor } from '../../node/simulation/model/model-executor.ts'
import {
  addressOfKey,
  recoverToken,
  signWithToken,
} from '../../node/simulation/model/token-signature.ts'
import { foundSet } from '../../node/simulation/model/validator-model.ts'
import { ContractStorage, placeOf } from '../../node/simulation/node/ledger/contract-storage.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { depositCall, exitCall, withdrawCall } from '../../node/simulation/node/ledger/set-calls.ts'
import { depositProof } from '../../node/simulation/node/set-changes.ts'
import { validatorKeys } from '../../node/simulation/node/validators.ts'
import { StateOverlay } from '../../node/state/overlay.ts'
import { ExecutionChain, WALLETS } from './execution-chain.ts'
import { openTemporaryDatabase } from './temporary-database.ts'

export const FOUNDERS = 5
/** Founders, and who may join. Key i earns for wallet i. */
export const KEYS = validatorKeys(9)
export const STAKE_MIN_WEI = 2_000n * 10n ** 18n

export type Link = { readonly source: number; readonly target: number }

export type SetOperation =
  | { readonly kind: 'deposit'; readonly key: number; readonly stakeWei: bigint }
  /** By wallet `caller`. */
  | { readonly kind: 'exit'; readonly index: number; readonly caller: number }
  | { readonly kind: 'certify'; readonly link: Link; readonly signers: readonly number[] }
  | { readonly kind: 'withdraw'; readonly index: number }
  /** Two votes of validator `index`; with equal targets their output roots differ. */
  | { readonly kind: 'slash'; readonly index: number; readonly links: readonly [Link, Link] }

export type SetMember = {
  readonly key: number
  readonly stakeWei: bigint
  readonly start: number
  /** undefined: it stays. */
  readonly end: number | undefined
  readonly isSlashed: boolean
  readonly isWithdrawn: boolean
}

/** What has to be equal. */
export type SetSnapshot = {
  readonly dynasty: number
  readonly beganAt: readonly number[]
  readonly members: readonly SetMember[]
  readonly lastCertified: number
  readonly lastFinalized: number
  /** Epochs. */
  readonly justified: readonly number[]
}

export interface SetHistory {
  /** A block of these operations; which of them were done. */
  advance(operations: readonly SetOperation[]): Promise<readonly boolean[]>
  snapshot(): Promise<SetSnapshot>
}

const ZERO: Hash = `0x${'0'.repeat(64)}`
const OTHER: Hash = `0x${'1'.repeat(64)}`
const NEVER = (1n << 40n) - 1n
let genesis: Promise<Genesis> | undefined

function setGenesis(): Promise<Genesis> {
  genesis ??= buildGenesis({
    preset: 'instant',
    timestamp: BigInt(EPOCH_MS / 1000),
    validators: KEYS.slice(0, FOUNDERS).map(({ address }, i) => {
      return { address, coinbase: WALLETS[i]!.address }
    }),
  })
  return genesis
}

export async function epochLengthOfSets(): Promise<number> {
  return (await setGenesis()).params.epochLength
}

/** `ValidatorSet` in the EVM, or in the ledger of tier 1. */
export class ExecutedSet implements SetHistory {
  readonly #chain: ExecutionChain
  readonly #hashes: Hash[]
  readonly #separator: Uint8Array
  /** Of each validator, by its index. */
  #keys: readonly number[] = KEYS.slice(0, FOUNDERS).map((_, i) => i)

  private constructor(chain: ExecutionChain) {
    this.#chain = chain
    this.#hashes = [chain.genesis.hash]
    this.#separator = domainSeparator({
      chainId: chain.genesis.params.chainId,
      verifyingContract: PREDEPLOYS.ValidatorSet,
      genesisHash: chain.genesis.hash,
    })
  }

  static async open(kind: 'evm' | 'ledger'): Promise<ExecutedSet> {
    const built = await setGenesis()
    const store = await openTemporaryDatabase()
    const openExecutor = kind === 'ledger' ? { openExecutor: ledgerExecutorOf(built) } : {}
    return new ExecutedSet(await ExecutionChain.open({ genesis: built, store, ...openExecutor }))
  }

  async advance(operations: readonly SetOperation[]): Promise<readonly boolean[]> {
    const transactions = operations.map((operation) => {
      const wallet = WALLETS[senderOf(operation)]!
      const value = operation.kind === 'deposit' ? operation.stakeWei : 0n
      const data = this.#callOf(operation)
      return this.#chain.sign(wallet, {
        to: PREDEPLOYS.ValidatorSet,
        gasLimit: 2_000_000n,
        value,
        data,
      })
    })
    const { receipts } = await this.#chain.advance(transactions)
    this.#hashes.push(this.#chain.head.hash)
    this.#keys = (await this.snapshot()).members.map(({ key }) => key)
    return receipts.map(({ status }) => status === 1)
  }

  async snapshot(): Promise<SetSnapshot> {
    const { state, head } = this.#chain
    const view = state.view(head.header.stateRoot)
    const { dynasty, validators } = await readValidatorRecords(view)
    const storage = new ContractStorage(new StateOverlay(view))
    const beganAt: number[] = []
    for (let number = 0n; number <= dynasty; number++) {
      beganAt.push(
        Number(await storage.read('_dynasties[].beganAt', placeOf('_dynasties', number))),
      )
    }
    const justified: number[] = []
    for (let epoch = 1; epoch * this.#epochLength < this.#hashes.length; epoch++) {
      const hash = await storage.readSlot(placeOf('_justified', BigInt(epoch)))
      if (hash !== 0n) justified.push(epoch)
    }
    return {
      dynasty: Number(dynasty),
      beganAt,
      members: validators.map(({ votingKey, stake, start, end, isSlashed, isWithdrawn }) => ({
        key: KEYS.findIndex(({ address }) => address === votingKey),
        stakeWei: stake,
        start: Number(start),
        end: end === NEVER ? undefined : Number(end),
        ...{ isSlashed, isWithdrawn },
      })),
      lastCertified: Number(await storage.read('lastCertified')),
      lastFinalized: Number(await storage.read('lastFinalized')),
      justified,
    }
  }

  get #epochLength(): number {
    return this.#chain.genesis.params.epochLength
  }

  #callOf(operation: SetOperation): Uint8Array {
    switch (operation.kind) {
      case 'deposit': {
        const { address, votingKey } = KEYS[operation.key]!
        const payout = WALLETS[operation.key]!.address
        return depositCall(address, payout, depositProof(votingKey, payout, this.#separator))
      }
      case 'exit':
        return exitCall(operation.index)
      case 'withdraw':
        return withdrawCall(operation.index)
      case 'certify': {
        const vote = voteOf(operation.link, this.#hashOf)
        return certifyCall(certificateOf(vote, operation.signers, this.#sign))
      }
      case 'slash': {
        const [first, second] = pairOf(operation, this.#hashOf, this.#sign)
        return slashCall({ first, second })
      }
    }
  }

  readonly #hashOf = (epoch: number): Hash => this.#hashes[epoch * this.#epochLength] ?? ZERO

  readonly #sign = (vote: FinalityVote, index: number): SignedVote =>
    signVote(vote, index, this.#separator, KEYS[this.#keys[index]!]!.votingKey)
}

/** The set of tier 0. It asks nobody who calls, and knows no least stake. */
export class ModelledSet implements SetHistory {
  readonly #executor: ModelExecutor
  readonly #epochLength: number
  readonly #blocks: ModelBlock[]

  constructor(epochLength: number, withdrawalDelayEpochs = 64n) {
    const domain = {
      chainId: 1n,
      verifyingContract: addressOfKey(60),
      genesisHash: tokenHash('b10c', 0),
    }
    const config = {
      ...{ domain, epochLength, voteDepth: 3, recover: recoverToken },
      withdrawalDelayEpochs,
    }
    const stakes = KEYS.slice(0, FOUNDERS).map((_, i) => ({
      key: addressOfKey(i),
      weight: STAKE_MIN_WEI,
    }))
    const header = { ...HEADER, parentHash: tokenHash('57a7', 0), number: 0n, timestamp: 0n }
    this.#executor = new ModelExecutor(config, { ...header, transactions: [] }, foundSet(stakes))
    this.#epochLength = epochLength
    this.#blocks = [this.#executor.genesis]
  }

  async advance(operations: readonly SetOperation[]): Promise<readonly boolean[]> {
    const parent = this.#blocks.at(-1)!
    let state = this.#executor.stateAfter(parent.hash)
    const transactions: ModelTransaction[] = []
    const done = operations.map((operation) => {
      const transaction = this.#transactionOf(operation)
      const after = this.#executor.apply(state, transaction, parent)
      if (after === undefined) return false
      state = after
      transactions.push(transaction)
      return true
    })
    const number = parent.header.number + 1n
    const header = { ...HEADER, parentHash: parent.hash, number, timestamp: number }
    this.#blocks.push(this.#executor.seal({ ...header, transactions }))
    return done
  }

  async snapshot(): Promise<SetSnapshot> {
    const { set, lastCertified, lastFinalized, justified } = this.#executor.stateAfter(
      this.#blocks.at(-1)!.hash,
    )
    return {
      dynasty: set.dynasty,
      beganAt: set.beganAt.map(Number),
      members: set.members.map(({ key, weight, start, end, isSlashed, isWithdrawn }) => ({
        key: KEYS.findIndex((_, i) => addressOfKey(i) === key),
        stakeWei: weight,
        start,
        end: end === Number.MAX_SAFE_INTEGER ? undefined : end,
        ...{ isSlashed, isWithdrawn },
      })),
      lastCertified: Number(lastCertified),
      lastFinalized: Number(lastFinalized),
      justified: [...justified.keys()].map(Number).sort((a, b) => a - b),
    }
  }

  #transactionOf(operation: SetOperation): ModelTransaction {
    switch (operation.kind) {
      case 'deposit': {
        const { key, stakeWei: weight } = operation
        return { kind: 'deposit', key: addressOfKey(key), weight }
      }
      case 'exit':
        return { kind: 'exit', index: operation.index }
      case 'withdraw':
        return { kind: 'withdraw', index: operation.index }
      case 'certify': {
        const vote = voteOf(operation.link, this.#hashOf)
        const certificate = certificateOf(vote, operation.signers, this.#sign)
        return { kind: 'certify', certificate }
      }
      case 'slash': {
        const [first, second] = pairOf(operation, this.#hashOf, this.#sign)
        return { kind: 'slash', evidence: { first, second } }
      }
    }
  }

  readonly #hashOf = (epoch: number): Hash => this.#blocks[epoch * this.#epochLength]?.hash ?? ZERO

  readonly #sign = (vote: FinalityVote, index: number): SignedVote => {
    const { members } = this.#executor.stateAfter(this.#blocks.at(-1)!.hash).set
    const key = KEYS.findIndex((_, i) => addressOfKey(i) === members[index]?.key)
    return signWithToken(vote, index, key, this.#executor.separator)
  }
}

const HEADER = {
  coinbase: addressOfKey(61),
  difficulty: 1n,
  gasLimit: 30_000_000n,
  gasUsed: 0n,
  baseFeePerGas: 1n,
} as const

/** The number of the wallet: nobody who deposits, as only the contract pays for evidence. */
function senderOf(operation: SetOperation): number {
  if (operation.kind === 'exit') return operation.caller
  return operation.kind === 'deposit' ? operation.key : KEYS.length
}

type HashOf = (epoch: number) => Hash
/** By the index of the validator. */
type Sign = (vote: FinalityVote, index: number) => SignedVote

function voteOf({ source, target }: Link, hashOf: HashOf): FinalityVote {
  return {
    sourceEpoch: BigInt(source),
    sourceHash: hashOf(source),
    targetEpoch: BigInt(target),
    targetHash: hashOf(target),
    outputRoot: ZERO,
  }
}

function certificateOf(vote: FinalityVote, signers: readonly number[], sign: Sign): Certificate {
  return { vote, signers, signatures: signers.map((index) => sign(vote, index).signature) }
}

function pairOf(
  { index, links: [one, two] }: Extract<SetOperation, { kind: 'slash' }>,
  hashOf: HashOf,
  sign: Sign,
): readonly [SignedVote, SignedVote] {
  const second = { ...voteOf(two, hashOf), outputRoot: OTHER }
  return [sign(voteOf(one, hashOf), index), sign(second, index)]
}
