import { domainSeparator, parseSignature } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeEach, describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import type { Hex } from '../../../../genesis/types.ts'
import { repeatedAddress, testGenesis } from '../test-genesis.ts'
import { ALICE, BOB, GenesisEvm } from './genesis-evm.ts'

const AI = 10n ** 18n
const CAROL = repeatedAddress(0xca)
const ZERO = repeatedAddress(0)
const genesis = await testGenesis()
const alice = privateKeyToAccount(devAccounts()[0]!.privateKey)
const domain = {
  name: 'AI',
  version: '1',
  chainId: genesis.params.chainId,
  verifyingContract: PREDEPLOYS.AI,
}
const FOREVER = 2n ** 64n

let evm: GenesisEvm
beforeEach(async () => {
  evm = await GenesisEvm.open(genesis)
})

describe('genesis / contracts / AI / balances', () => {
  it('says who it is', async () => {
    expect(await evm.read('AI', 'name')).toBe('AI')
    expect(await evm.read('AI', 'symbol')).toBe('AI')
    expect(await evm.read('AI', 'decimals')).toBe(18)
    expect(await evm.read('AI', 'MAX_SUPPLY')).toBe(10n ** 27n)
  })

  it('reads native balances', async () => {
    expect(await evm.read('AI', 'balanceOf', [ALICE])).toBe(10_000n * AI)
    await evm.setBalance(CAROL, 7n)
    expect(await evm.read('AI', 'balanceOf', [CAROL])).toBe(7n)
  })

  it('counts as supply all but the sink', async () => {
    expect(await evm.read('AI', 'totalSupply')).toBe(10n ** 27n)
    await evm.setBalance(PREDEPLOYS.AIBurn, 5n)
    expect(await evm.read('AI', 'totalSupply')).toBe(10n ** 27n - 5n)
  })
})

describe('genesis / contracts / AI / transfers', () => {
  it('moves native coins with one log', async () => {
    const { result, events } = await evm.call({
      to: 'AI',
      name: 'transfer',
      args: [CAROL, 3n * AI],
    })
    expect(result).toBe(true)
    expect(await evm.balance(CAROL)).toBe(3n * AI)
    expect(await evm.balance(ALICE)).toBe(9_997n * AI)
    expect(events).toMatchObject([
      { address: PREDEPLOYS.AI, name: 'Transfer', args: { value: 3n * AI } },
    ])
    expect(evm.supply()).toBe(10n ** 27n)
  })

  it('moves on behalf of an owner who approved, and no more', async () => {
    await evm.call({ to: 'AI', name: 'approve', args: [BOB, 5n] })
    await evm.call({ to: 'AI', name: 'transferFrom', args: [ALICE, CAROL, 4n], from: BOB })
    expect(await evm.read('AI', 'allowance', [ALICE, BOB])).toBe(1n)
    await expect(
      evm.call({ to: 'AI', name: 'transferFrom', args: [ALICE, CAROL, 2n], from: BOB }),
    ).rejects.toMatchObject({ errorName: 'ERC20InsufficientAllowance' })
  })

  it('refuses more than the balance, and names the shortfall', async () => {
    const from = repeatedAddress(0xdd)
    await expect(
      evm.call({ to: 'AI', name: 'transfer', args: [BOB, 1n], from }),
    ).rejects.toMatchObject({ errorName: 'ERC20InsufficientBalance' })
  })

  it('refuses the zero address and itself: coins there would be lost', async () => {
    for (const to of [ZERO, PREDEPLOYS.AI]) {
      await expect(evm.call({ to: 'AI', name: 'transfer', args: [to, 1n] })).rejects.toMatchObject({
        errorName: 'ERC20InvalidReceiver',
      })
    }
  })

  it('moves to itself and moves nothing', async () => {
    await evm.call({ to: 'AI', name: 'transfer', args: [ALICE, 10_000n * AI] })
    await evm.call({ to: 'AI', name: 'transfer', args: [BOB, 0n], from: CAROL })
    expect(await evm.balance(ALICE)).toBe(10_000n * AI)
    expect(evm.supply()).toBe(10n ** 27n)
  })

  it('runs no code of the recipient', async () => {
    // The sink has a payable fallback and would log nothing; the validator set has none at all.
    await evm.call({ to: 'AI', name: 'transfer', args: [PREDEPLOYS.ValidatorSet, 1n] })
    expect(await evm.read('ValidatorSet', 'pot')).toBe(1n)
  })

  it('burns by a transfer to the sink', async () => {
    const { events } = await evm.call({ to: 'AI', name: 'burn', args: [2n * AI] })
    expect(events).toMatchObject([{ name: 'Transfer', args: { value: 2n * AI } }])
    expect(await evm.balance(PREDEPLOYS.AIBurn)).toBe(2n * AI)
    expect(await evm.read('AI', 'totalSupply')).toBe(10n ** 27n - 2n * AI)
    expect(await evm.read('AIBurn', 'other')).toBe(2n * AI)
    expect(evm.supply()).toBe(10n ** 27n)
  })
})

describe("genesis / contracts / AI / WETH9's shape", () => {
  it('gives a deposit straight back', async () => {
    const { events } = await evm.call({ to: 'AI', name: 'deposit', value: 4n * AI })
    expect(events).toMatchObject([
      { name: 'Transfer', args: { value: 4n * AI } },
      { name: 'Deposit', args: { value: 4n * AI } },
    ])
    expect(await evm.balance(ALICE)).toBe(10_000n * AI)
    expect(await evm.balance(PREDEPLOYS.AI)).toBe(0n)
  })

  it('gives coins sent to it straight back', async () => {
    const { events } = await evm.send({ to: PREDEPLOYS.AI, value: 4n * AI })
    expect(events.map(({ name }) => name)).toEqual(['Transfer', 'Deposit'])
    expect(await evm.balance(ALICE)).toBe(10_000n * AI)
    expect(await evm.balance(PREDEPLOYS.AI)).toBe(0n)
  })

  it('withdraws by a log alone', async () => {
    const { events } = await evm.call({ to: 'AI', name: 'withdraw', args: [10_000n * AI] })
    expect(events).toMatchObject([{ name: 'Withdrawal', args: { value: 10_000n * AI } }])
    expect(await evm.balance(ALICE)).toBe(10_000n * AI)
    await expect(
      evm.call({ to: 'AI', name: 'withdraw', args: [10_000n * AI + 1n] }),
    ).rejects.toMatchObject({ errorName: 'ERC20InsufficientBalance' })
  })
})

describe('genesis / contracts / AI / signatures', () => {
  it('has the EIP-712 domain of its address and chain', async () => {
    expect(await evm.read('AI', 'eip712Domain')).toEqual([
      '0x0f',
      'AI',
      '1',
      genesis.params.chainId,
      expect.stringMatching(/^0x0{36}0A10$/i),
      `0x${'00'.repeat(32)}`,
      [],
    ])
    expect(await evm.read('AI', 'DOMAIN_SEPARATOR')).toBe(domainSeparator({ domain }))
  })

  it('approves by permit, once', async () => {
    const message = { owner: ALICE, spender: BOB, value: 9n, nonce: 0n, deadline: FOREVER }
    const signature = await alice.signTypedData({
      domain,
      types: { Permit: PERMIT },
      primaryType: 'Permit',
      message,
    })
    const { v, r, s } = parseSignature(signature)
    const args = [ALICE, BOB, 9n, FOREVER, Number(v), r, s]
    await evm.call({ to: 'AI', name: 'permit', args, from: CAROL })
    expect(await evm.read('AI', 'allowance', [ALICE, BOB])).toBe(9n)
    expect(await evm.read('AI', 'nonces', [ALICE])).toBe(1n)
    await expect(evm.call({ to: 'AI', name: 'permit', args, from: CAROL })).rejects.toMatchObject({
      errorName: 'ERC2612InvalidSigner',
    })
  })

  it('transfers by authorization, once', async () => {
    const nonce = keyedNonce(5n, 0n)
    const args = await authorization(nonce)
    await evm.callOverload('AI', BY_AUTHORIZATION, args, BOB)
    expect(await evm.balance(CAROL)).toBe(9n)
    expect(await evm.read('AI', 'authorizationState', [ALICE, nonce])).toBe(true)
    await expect(evm.callOverload('AI', BY_AUTHORIZATION, args, BOB)).rejects.toMatchObject({
      errorName: 'InvalidAccountNonce',
    })
  })

  it('begins each key of authorizations at sequence 0', async () => {
    const skipping = await authorization(keyedNonce(5n, 1n))
    await expect(evm.callOverload('AI', BY_AUTHORIZATION, skipping, BOB)).rejects.toMatchObject({
      errorName: 'InvalidAccountNonce',
    })
    await evm.callOverload('AI', BY_AUTHORIZATION, await authorization(keyedNonce(5n, 0n)), BOB)
    await evm.callOverload('AI', BY_AUTHORIZATION, skipping, BOB)
    expect(await evm.balance(CAROL)).toBe(18n)
  })

  it('binds an authorization to its amount and receiver', async () => {
    const [from, to, value, ...rest] = await authorization(keyedNonce(5n, 0n))
    for (const args of [
      [from, BOB, value, ...rest],
      [from, to, 10n, ...rest],
      [BOB, to, value, ...rest],
    ]) {
      await expect(evm.callOverload('AI', BY_AUTHORIZATION, args, BOB)).rejects.toMatchObject({
        errorName: 'ERC3009InvalidSignature',
      })
    }
    expect(await evm.balance(CAROL)).toBe(0n)
  })

  it('moves nothing for a contract on the word of others', async () => {
    const { ComputeMiningVault } = PREDEPLOYS
    const [, ...rest] = await authorization(keyedNonce(5n, 0n))
    const args = [ComputeMiningVault, ...rest]
    await expect(evm.callOverload('AI', BY_AUTHORIZATION, args, BOB)).rejects.toMatchObject({
      errorName: 'ERC3009InvalidSignature',
    })
    for (const from of [ComputeMiningVault, PREDEPLOYS.ValidatorSet, PREDEPLOYS.AIBurn, ZERO]) {
      const transfer = { to: 'AI', name: 'transferFrom', args: [from, BOB, 1n], from: BOB } as const
      await expect(evm.call(transfer)).rejects.toMatchObject({
        errorName: 'ERC20InsufficientAllowance',
      })
    }
  })
})

const BY_AUTHORIZATION =
  'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)'

/** Arguments by which anybody moves 9 wei from Alice to Carol. */
async function authorization(nonce: Hex): Promise<readonly unknown[]> {
  const signature = await alice.signTypedData({
    domain,
    types: { TransferWithAuthorization: AUTHORIZATION },
    primaryType: 'TransferWithAuthorization',
    message: {
      from: ALICE,
      to: CAROL,
      value: 9n,
      validAfter: 0n,
      validBefore: FOREVER,
      nonce,
    },
  })
  return [ALICE, CAROL, 9n, 0n, FOREVER, nonce, signature]
}

const PERMIT = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
] as const

const AUTHORIZATION = [
  { name: 'from', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'validAfter', type: 'uint256' },
  { name: 'validBefore', type: 'uint256' },
  { name: 'nonce', type: 'bytes32' },
] as const

/** OpenZeppelin's authorizations: a 192-bit key and a 64-bit sequence. */
function keyedNonce(key: bigint, sequence: bigint): Hex {
  return `0x${((key << 64n) | sequence).toString(16).padStart(64, '0')}`
}
