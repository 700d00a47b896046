/** The facade, the sink, the vaults: every function that moves coins, right and wrong. */
import { hashTypedData } from 'viem'
import type { Hex } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { WALLETS, type Wallet } from '../execution-chain.ts'
import { type ActionTable, signDigest, type World } from './world.ts'

const { AI, AIBurn, BlockRewards, ComputeMiningVault, EcosystemVault } = PREDEPLOYS
const DAY_SECONDS = 86_400n
const MORE_THAN_ANYONE_HAS = 10n ** 26n

export const TOKEN_ACTIONS: ActionTable = {
  facadeTransfer: {
    weight: 10,
    make: (world) => world.call(AI, 'transfer(address,uint256)', [world.anyone(), world.wei()]),
  },
  facadeTransferToNobody: {
    weight: 1,
    fails: 'always',
    make: (world) =>
      world.call(AI, 'transfer(address,uint256)', [`0x${'00'.repeat(20)}`, world.wei()]),
  },
  facadeTransferToItself: {
    weight: 1,
    fails: 'always',
    make: (world) => world.call(AI, 'transfer(address,uint256)', [AI, world.wei()]),
  },
  facadeTransferOfTooMuch: {
    weight: 2,
    fails: 'always',
    make: (world) =>
      world.call(AI, 'transfer(address,uint256)', [world.anyone(), MORE_THAN_ANYONE_HAS]),
  },
  facadeOutOfGas: {
    weight: 3,
    fails: 'always',
    make: (world) =>
      world.call(AI, 'transfer(address,uint256)', [world.anyone(), 1n], {
        gasLimit: 23_000n + BigInt(world.random.below(6_000)),
      }),
  },
  approve: {
    weight: 5,
    make: (world) => {
      const value = world.random.pick([0n, world.wei(), 2n ** 256n - 1n])
      return world.call(AI, 'approve(address,uint256)', [world.wallet().address, value])
    },
  },
  transferFrom: {
    weight: 6,
    make: (world) =>
      world.call(AI, 'transferFrom(address,address,uint256)', [
        world.wallet().address,
        world.anyone(),
        world.wei(1_000),
      ]),
  },
  permit: { weight: 4, make: permit },
  transferWithAuthorization: { weight: 4, make: transferWithAuthorization },
  facadeBurn: { weight: 3, make: (world) => world.call(AI, 'burn(uint256)', [world.wei()]) },
  deposit: {
    weight: 3,
    make: (world) => world.call(AI, 'deposit()', [], { value: world.wei() }),
  },
  withdraw: { weight: 2, make: (world) => world.call(AI, 'withdraw(uint256)', [world.wei()]) },
  coinsToTheFacade: {
    weight: 2,
    make: (world) => world.sign(world.wallet(), { to: AI, value: world.wei() }),
  },
  unknownFunction: {
    weight: 1,
    fails: 'always',
    make: (world) => world.call(AI, 'mint(address,uint256)', [world.anyone(), 1n]),
  },
  burnForAReason: {
    weight: 4,
    make: (world) =>
      world.call(AIBurn, 'burn(uint8)', [world.random.below(5)], { value: world.wei() }),
  },
  releaseToTimelock: {
    weight: 4,
    make: (world) => world.call(EcosystemVault, 'release()'),
  },
  releaseByAThief: {
    weight: 1,
    fails: 'always',
    make: (world) =>
      world.call(ComputeMiningVault, 'release(address,uint256)', [world.anyone(), 1n]),
  },
  rewardForAThief: {
    weight: 1,
    fails: 'always',
    make: (world) =>
      world.call(BlockRewards, 'onBlock(address,uint256,uint256,uint256)', [
        world.anyone(),
        1n,
        5_000n,
        1n,
      ]),
  },
}

/** Of a funded account, in its order; now and then too late or signed by somebody else. */
function permit(world: World): SignedTransaction {
  const { random } = world
  const owner = world.wallet()
  const isLate = random.chance(15)
  const isForged = random.chance(15)
  const message = {
    owner: owner.address,
    spender: world.wallet().address,
    value: world.wei(),
    nonce: isLate || isForged ? 0n : world.next(`permit ${owner.address}`),
    deadline: isLate ? world.timestamp - 1n : world.timestamp + DAY_SECONDS,
  }
  const { v, r, s } = sign(world, isForged ? otherThan(owner) : owner, 'Permit', message)
  const { spender, value, deadline } = message
  const args = [owner.address, spender, value, deadline, v, r, s]
  const signature = 'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)'
  return world.call(AI, signature, args)
}

function transferWithAuthorization(world: World): SignedTransaction {
  const { random } = world
  const from = world.wallet()
  const key = BigInt(1 + random.below(1_000))
  const message = {
    from: from.address,
    to: world.anyone(),
    value: world.wei(),
    validAfter: random.chance(15) ? world.timestamp + 1n : 0n,
    validBefore: world.timestamp + DAY_SECONDS,
    nonce: word((key << 64n) + world.next(`authorization ${from.address} ${key}`)),
  }
  const { bytes } = sign(world, from, 'TransferWithAuthorization', message)
  const signature =
    'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)'
  return world.call(AI, signature, [...Object.values(message), bytes])
}

const TYPES = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const

function sign(
  { chainId }: World,
  wallet: Wallet,
  primaryType: keyof typeof TYPES,
  message: Record<string, unknown>,
) {
  const domain = { name: 'AI', version: '1', chainId, verifyingContract: AI }
  const types: Record<string, readonly { name: string; type: string }[]> = TYPES
  return signDigest(hashTypedData({ domain, types, primaryType, message }), wallet)
}

function otherThan(wallet: Wallet): Wallet {
  return WALLETS.find(({ address }) => address !== wallet.address) ?? wallet
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
