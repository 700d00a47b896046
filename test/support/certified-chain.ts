/**
 * Forks of one chain of four validators, with the certificates that a liar's majority may sign for
 * each: real blocks and real signatures.
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Certificate, FinalityVote } from '../../consensus/finality/types.ts'
import { domainSeparator, outputRoot } from '../../consensus/finality/votes/vote-digest.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import { devAccounts } from '../../genesis/accounts.ts'
import { buildGenesis } from '../../genesis/build-genesis.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { addressOfKey } from '../../genesis/validator-keys.ts'
import type { SealedBlock } from '../../node/chain/sealed-block.ts'
import { signVote } from '../../node/finality/vote-signer.ts'
import { TestChain } from './chain-factory.ts'
import { Random } from './random.ts'

export const EPOCH = 8
const random = new Random(44)
export const VOTING_KEYS = Array.from({ length: 4 }, () => bytesToHex(random.bytes(32)))
/** More than two thirds of four equal stakes. */
const QUORUM = [0, 1, 2]

let genesis: Promise<Genesis> | undefined

export function validatorGenesis(): Promise<Genesis> {
  genesis ??= buildGenesis({
    preset: 'instant',
    timestamp: 1_700_000_000n,
    validators: VOTING_KEYS.map((key, i) => {
      return { address: addressOfKey(hexToBytes(key)), coinbase: devAccounts()[i]!.address }
    }),
  })
  return genesis
}

/** Blocks 1 to n of one fork. */
export type Fork = {
  readonly blocks: readonly SealedBlock[]
  hash(epoch: number): Hash
  certificate(source: number, target: number, signers?: readonly number[]): Certificate
}

/** Blocks after the first `shared` of `from`, sealed by `coinbase`: no two of them are alike. */
export async function forkOf(
  count: number,
  coinbase: Address,
  from?: { readonly fork: Fork; readonly shared: number },
): Promise<Fork> {
  const chain = await validatorGenesis()
  const test = await TestChain.open({ genesis: chain })
  const shared = from?.fork.blocks.slice(0, from.shared) ?? []
  for (const block of shared) await test.import(block)
  const blocks = [...shared, ...(await test.extend(count - shared.length, { coinbase }))]
  await test.close()
  const blockAt = (epoch: number) => (epoch === 0 ? undefined : blocks[epoch * EPOCH - 1]!)
  const hash = (epoch: number): Hash => blockAt(epoch)?.hash ?? chain.hash
  const certificate = (source: number, target: number, signers = QUORUM): Certificate => {
    const vote = {
      sourceEpoch: BigInt(source),
      sourceHash: hash(source),
      targetEpoch: BigInt(target),
      targetHash: hash(target),
      outputRoot: outputRoot(blockAt(target)!.header.stateRoot, hash(target)),
    }
    return certify(chain, vote, signers)
  }
  return { blocks, hash, certificate }
}

/** Blocks of a fork in order, each with the certificates that are due behind it. */
export async function feed(
  test: TestChain,
  fork: Fork,
  certificates: readonly Certificate[] = [],
): Promise<void> {
  for (const block of fork.blocks) await test.import(block)
  for (const certificate of certificates) await test.chain.takeCertificate(certificate)
}

export function certify(
  { params, hash }: Genesis,
  vote: FinalityVote,
  signers: readonly number[],
): Certificate {
  const separator = domainSeparator({
    chainId: params.chainId,
    verifyingContract: PREDEPLOYS.ValidatorSet,
    genesisHash: hash,
  })
  const sign = (index: number) => signVote(vote, index, separator, VOTING_KEYS[index]!).signature
  return { vote, signers, signatures: signers.map(sign) }
}
