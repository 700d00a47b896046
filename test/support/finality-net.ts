/**
 * Validators for tests of finality: keys, votes with real signatures, and a machine over a tree
 * that a test grows by hand.
 */
import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util'
import {
  type FinalityConfig,
  type FinalityInput,
  type FinalityState,
  genesisFinality,
  type Transition,
} from '../../consensus/finality/finality-state.ts'
import { transition } from '../../consensus/finality/transition.ts'
import type {
  Certificate,
  FinalityVote,
  SignedVote,
  ValidatorView,
  VoteSignature,
} from '../../consensus/finality/types.ts'
import {
  domainSeparator,
  outputRoot,
  voteDigest,
} from '../../consensus/finality/votes/vote-digest.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import { devAccounts } from '../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { recoverAddress, signHash } from '../../node/crypto/secp256k1.ts'
import { GENESIS_HASH, TEST_PARAMS } from './mined-blocks.ts'
import { hashOf, newTree } from './tree-blocks.ts'

export const VOTE_DEPTH = 3
/** That of a chain for development. */
export const WITHDRAWAL_DELAY_EPOCHS = 64n
export const STAKE_WEI = 2_000n * 10n ** 18n

export const DOMAIN = {
  chainId: TEST_PARAMS.chainId,
  verifyingContract: PREDEPLOYS.ValidatorSet,
  genesisHash: GENESIS_HASH,
} as const

export const SEPARATOR = domainSeparator(DOMAIN)

/** The state root of a test's block: nobody executes anything here. */
export const stateRootOf = (hash: Hash): Hash => `0x5a${hash.slice(4)}`

export function signVote(vote: FinalityVote, validator: number, key = validator): SignedVote {
  const signed = signHash(voteDigest(SEPARATOR, vote), keyOf(key))
  if (signed === undefined) throw new Error('the test has a bad key')
  const signature = concatBytes(signed.compact, Uint8Array.of(27 + signed.recovery))
  return { vote, validator, signature: bytesToHex(signature) as VoteSignature }
}

export function certificateOf(vote: FinalityVote, signers: readonly number[]): Certificate {
  return { vote, signers, signatures: signers.map((index) => signVote(vote, index).signature) }
}

/** A set in which validator i weighs `weights[i]` wei. */
export function viewOf(weights: readonly bigint[], dynasty = 0n): ValidatorView {
  return {
    dynasty,
    votingKeys: weights.map((_, i) => addressOf(i)),
    weights,
    slashed: weights.map(() => false),
    withdrawn: weights.map(() => false),
  }
}

export const FOUR = viewOf([STAKE_WEI, STAKE_WEI, STAKE_WEI, STAKE_WEI])

/** A vote for block `target` of a test from block `source`. */
export function linkVote(tree: BlockTree, source: number, target: number): FinalityVote {
  const [from, to] = [tree.get(hashOf(source)), tree.get(hashOf(target))]
  if (from === undefined || to === undefined)
    throw new Error('the blocks of a link are in the tree')
  const epochLength = BigInt(TEST_PARAMS.epochLength)
  return {
    sourceEpoch: from.number / epochLength,
    sourceHash: from.hash,
    targetEpoch: to.number / epochLength,
    targetHash: to.hash,
    outputRoot: outputRoot(stateRootOf(to.hash), to.hash),
  }
}

export class FinalityMachine {
  readonly tree: BlockTree
  readonly state: FinalityState

  constructor(view: ValidatorView = FOUR, tree = newTree()) {
    const config: FinalityConfig = {
      domain: DOMAIN,
      epochLength: TEST_PARAMS.epochLength,
      voteDepth: VOTE_DEPTH,
      withdrawalDelayEpochs: WITHDRAWAL_DELAY_EPOCHS,
      recover: recoverSigner,
    }
    this.tree = tree
    const stateRoot = stateRootOf(GENESIS_HASH)
    this.state = genesisFinality(config, tree, { hash: GENESIS_HASH, stateRoot, view })
  }

  /** What votes assemble is handed back at once, as a node does; its effects follow. */
  take(input: FinalityInput): Transition {
    const taken = transition(this.state, input)
    const effects = taken.effects.flatMap((effect) => {
      if (effect.kind !== 'assembled') return [effect]
      const { certificate } = effect
      return [effect, ...this.take({ kind: 'certificate', certificate }).effects]
    })
    return { ...taken, effects }
  }

  /** Tells of a checkpoint that the test has executed in the tree. */
  checkpoint(index: number, view: ValidatorView = FOUR): Transition {
    const hash = hashOf(index)
    return this.take({ kind: 'checkpoint', hash, stateRoot: stateRootOf(hash), view })
  }

  vote(source: number, target: number, validator: number): Transition {
    const signed = signVote(linkVote(this.tree, source, target), validator)
    return this.take({ kind: 'vote', signed })
  }
}

export function kindsOf({ effects }: Transition): string[] {
  return effects.map(({ kind }) => kind)
}

function recoverSigner(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  const v = signature[64]
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return undefined
  const address = recoverAddress(digest, signature.subarray(0, 64), v === 28 ? 1 : 0)
  return address && bytesToHex(address)
}

function keyOf(index: number): Uint8Array {
  const account = devAccounts()[index]
  if (account === undefined) throw new Error(`there is no key ${index}`)
  return hexToBytes(account.privateKey)
}

function addressOf(index: number): Address {
  const account = devAccounts()[index]
  if (account === undefined) throw new Error(`there is no account ${index}`)
  return account.address
}
