/** Stakes, votes, proposals from bond to execution, attested accounts, validators, vested coins. */
import { encodeAbiParameters, hashTypedData, keccak256, parseAbiParameters, toHex } from 'viem'
import type { Address, Hex } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { WALLETS, type Wallet, walletOf } from '../execution-chain.ts'
import { attest } from './attesters.ts'
import { type ActionTable, calldata, signDigest, type World } from './world.ts'

const { AIStaking, AIGovernor, ProposalBond, IdentityRegistry, ValidatorSet, Timelock } = PREDEPLOYS
const { AI: FACADE, CommunityTreasuryVault, TeamVesting, PublicSale, HUSD } = PREDEPLOYS

const AI = 10n ** 18n
const BOND = 10n * AI
const SALE_SECONDS = 120n
/** They stake, vote and propose; attested in block 0. */
const CITIZENS = WALLETS.slice(0, 4)
/** Whose attestation comes and goes: without it nobody has the votes to propose. */
const RESIDENTS = WALLETS.slice(4, 10)
const FIRST_VOTING_KEY = 700

/** The newest. */
const PROPOSALS_WATCHED = 6

/** Of `IGovernor.ProposalState`. */
const STATES = { active: 1, succeeded: 4, queued: 5 } as const

export const GOVERNANCE_ACTIONS: ActionTable = {
  stake: {
    weight: 8,
    make: (world) => {
      const value = world.random.pick([100n, 130n, 250n]) * AI
      return byCitizen(world, AIStaking, 'stake()', [], value)
    },
  },
  unstake: {
    weight: 3,
    make: (world) =>
      byCitizen(world, AIStaking, 'unstake(uint256)', [world.random.pick([1n, 60n * AI])]),
  },
  withdrawStake: {
    weight: 3,
    fails: 'mostly',
    make: (world) => byCitizen(world, AIStaking, 'withdraw()'),
  },
  claimInterest: { weight: 3, make: (world) => byCitizen(world, AIStaking, 'claim()') },
  delegateVotes: {
    weight: 2,
    make: (world) => {
      const from = world.random.pick(RESIDENTS)
      return world.call(AIStaking, 'delegate(address)', [world.wallet().address], { from })
    },
  },
  fundInterest: {
    weight: 1,
    make: (world) => world.call(AIStaking, 'fund()', [], { value: world.wei() }),
  },
  propose: { weight: 5, make: propose },
  stepProposal: { weight: 16, make: stepProposal },
  resolveBond: {
    weight: 5,
    fails: 'mostly',
    make: (world) =>
      world.call(ProposalBond, 'resolve(uint256)', [world.pickOf(world.proposals) ?? 0n]),
  },
  attestIdentity: { weight: 3, make: (world) => stateIdentity(world, 'Attest') },
  revokeIdentity: { weight: 2, make: (world) => stateIdentity(world, 'Revoke') },
  depositValidator: { weight: 2, make: depositValidator },
  exitValidator: {
    weight: 2,
    make: (world) => world.call(ValidatorSet, 'exit(uint256)', [world.random.below(4)]),
    fails: 'always',
  },
  releaseTreasury: { weight: 4, make: (world) => world.call(CommunityTreasuryVault, 'release()') },
  releaseTeam: { weight: 1, make: (world) => world.call(TeamVesting, 'release()') },
  seizeParameter: {
    weight: 1,
    fails: 'always',
    make: (world) => world.call(ProposalBond, 'setBondSize(uint256)', [1n]),
  },
}

/** Citizens begin with the votes to propose. */
export function stakeOfCitizens(world: World): readonly SignedTransaction[] {
  return CITIZENS.map((from) => world.call(AIStaking, 'stake()', [], { from, value: 500n * AI }))
}

function byCitizen(
  world: World,
  to: Address,
  signature: string,
  args: readonly unknown[] = [],
  value = 0n,
): SignedTransaction {
  return world.call(to, signature, args, { from: world.random.pick(CITIZENS), value })
}

type Call = { readonly type: number; readonly target: Address; readonly data: Hex }

const PROPOSALS: readonly ((world: World) => Call)[] = [
  () => ({ type: 0, target: Timelock, data: '0x' }),
  () => ({ type: 1, target: ProposalBond, data: calldata('setBondSize(uint256)', [BOND]) }),
  (world) => ({
    type: 2,
    target: FACADE,
    data: calldata('transfer(address,uint256)', [world.anyone(), world.wei()]),
  }),
]

/** It starts once: every later one of these fails when it is executed. */
function startOfSale(): Call {
  const terms = [HUSD, SALE_SECONDS, AI / 100n, AI / 100n, false]
  const data = calldata('start(address,uint256,uint96,uint96,bool)', terms)
  return { type: 2, target: PublicSale, data }
}

function propose(world: World): SignedTransaction {
  const { type, target, data } = world.random.chance(50)
    ? startOfSale()
    : world.random.pick(PROPOSALS)(world)
  const description = `proposal ${world.next('proposals')}`
  const calls = [[target], [0n], [data]] as const
  const id = keccak256(
    encodeAbiParameters(parseAbiParameters('address[], uint256[], bytes[], bytes32'), [
      ...calls,
      keccak256(toHex(description)),
    ]),
  )
  world.proposals.push(BigInt(id))
  const signature = 'propose(uint8,address[],uint256[],bytes[],string)'
  return byCitizen(world, AIGovernor, signature, [type, ...calls, description], BOND)
}

/** Does with a proposal what comes next, and proposes when there is none. */
async function stepProposal(world: World): Promise<SignedTransaction> {
  for (const id of world.proposals.slice(-PROPOSALS_WATCHED)) {
    const state = await world.read<number>(AIGovernor, 'state(uint256) view returns (uint8)', [id])
    if (state === STATES.succeeded) return world.call(AIGovernor, 'queue(uint256)', [id])
    if (state === STATES.queued) return world.call(AIGovernor, 'execute(uint256)', [id])
    const from = state === STATES.active ? await voterOf(world, id) : undefined
    if (from === undefined) continue
    const support = world.random.pick([0, 1, 1, 1, 2])
    return world.call(AIGovernor, 'castVote(uint256,uint8)', [id, support], { from })
  }
  return propose(world)
}

/** A citizen who has not voted. */
async function voterOf(world: World, id: bigint): Promise<Wallet | undefined> {
  const signature = 'hasVoted(uint256,address) view returns (bool)'
  const voted = await Promise.all(
    CITIZENS.map(({ address }) => world.read<boolean>(AIGovernor, signature, [id, address])),
  )
  return world.pickOf(CITIZENS.filter((_, index) => voted[index] === false))
}

async function stateIdentity(world: World, word: 'Attest' | 'Revoke'): Promise<SignedTransaction> {
  const account = world.random.pick(RESIDENTS).address
  const nonces = 'nonces(address) view returns (uint256)'
  const nonce = (await world.read<bigint>(IdentityRegistry, nonces, [account])) ?? 0n
  const deadline = world.timestamp + 100n
  const uint = 'uint256'
  const digest = hashTypedData({
    domain: {
      name: 'IdentityRegistry',
      version: '1',
      chainId: world.chainId,
      verifyingContract: IdentityRegistry,
    },
    types: {
      [word]: [
        { name: 'account', type: 'address' },
        { name: 'nonce', type: uint },
        { name: 'deadline', type: uint },
      ],
    },
    primaryType: word,
    message: { account, nonce, deadline },
  })
  const signature = `${word.toLowerCase()}(address,uint256,uint256,bytes[])`
  return world.call(IdentityRegistry, signature, [account, nonce, deadline, attest(world, digest)])
}

/** With a voting key of its own, which signs for the payout account. */
async function depositValidator(world: World): Promise<SignedTransaction> {
  const number = Number(world.next('voting keys'))
  const key = walletOf(FIRST_VOTING_KEY + number)
  // In turn: nobody has the coins for many.
  const from = WALLETS[number % WALLETS.length]!
  const signature = 'hashDeposit(address) view returns (bytes32)'
  const digest = await world.read<Hex>(ValidatorSet, signature, [from.address])
  const proof = signDigest(digest ?? '0x', key).bytes
  const args = [key.address, from.address, proof]
  const value = 2_000n * AI
  return world.call(ValidatorSet, 'deposit(address,address,bytes)', args, { from, value })
}
