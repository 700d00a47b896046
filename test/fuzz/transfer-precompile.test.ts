/**
 * M16 without a plan: chains of calls of every kind, of the precompile, of the facade and of one
 * another, from contracts, delegated accounts and transactions. Bystanders lose nothing.
 *
 * Spec: docs/spec/token-economy.md, "One balance".
 */
import { bytesToHex, eoaCode7702SignAuthorization, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../consensus/types.ts'
import type { GenesisAccount } from '../../genesis/genesis-file.ts'
import { PREDEPLOYS, TRANSFER_PRECOMPILE } from '../../genesis/predeploys.ts'
import { TRANSFER_RULES } from '../../node/execution/evm/native-transfer-precompile.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { testGenesis } from '../support/chain-factory.ts'
import { assemble } from '../support/evm-assembly.ts'
import {
  accountOf,
  callData,
  ExecutionChain,
  WALLETS,
  walletOf,
} from '../support/execution-chain.ts'
import { Random } from '../support/random.ts'
import { openTemporaryDatabase } from '../support/temporary-database.ts'

const BLOCKS = 20
const BLOCK_TRANSACTIONS = 15
const PROXIES = Array.from({ length: 16 }, (_, index): Address => {
  return `0x${'ee'.repeat(19)}${index.toString(16).padStart(2, '0')}`
})
const THIEVES = WALLETS.slice(0, 3)
const VICTIMS = WALLETS.slice(3)
const TARGETS = [TRANSFER_PRECOMPILE, PREDEPLOYS.AI, ...PROXIES]
const LOOT = 10n ** 18n
/** An account that delegates anew in each transaction; it never sends. */
const PUPPET = walletOf(90)

describe('fuzz / transfer precompile', () => {
  it('M16: no chain of calls takes a coin from an account that did not send it', async () => {
    expect(await blockOfLoss([])).toBeUndefined()
  })

  it('finds a theft where the precompile does not ask who calls', async () => {
    expect(await blockOfLoss(['caller'])).toBeDefined()
  })
})

/** The first block after which a victim has not what it had. */
async function blockOfLoss(missing: readonly string[]): Promise<number | undefined> {
  const random = new Random(16)
  const chain = await ExecutionChain.open({
    genesis: await testGenesis(),
    store: await openTemporaryDatabase(),
    alloc: PROXIES.map((address) => [address, randomProxy(random)] as const),
    transferRules: TRANSFER_RULES.filter(({ name }) => !missing.includes(name)),
  })
  const before = await balances(chain)
  let delegations = 0n
  for (let block = 1; block <= BLOCKS; block++) {
    const transactions = Array.from({ length: BLOCK_TRANSACTIONS }, () =>
      random.chance(20)
        ? delegate(chain, random, delegations++)
        : call(chain, random, random.pick([...TARGETS, PUPPET.address])),
    )
    await chain.advance(transactions)
    const after = await balances(chain)
    if (after.some((balance, index) => balance !== before[index])) return block
  }
  return undefined
}

function balances(chain: ExecutionChain): Promise<readonly bigint[]> {
  return Promise.all(VICTIMS.map(({ address }) => chain.balance(address)))
}

function call(chain: ExecutionChain, random: Random, to: Address): SignedTransaction {
  return chain.sign(random.pick(THIEVES), { to, data: theft(random), gasLimit: 400_000n })
}

function delegate(chain: ExecutionChain, random: Random, nonce: bigint): SignedTransaction {
  const authorization = eoaCode7702SignAuthorization(
    { chainId: '0x0', address: random.pick(TARGETS), nonce: `0x${nonce.toString(16)}` },
    PUPPET.key,
  )
  return chain.sign(random.pick(THIEVES), {
    type: 4,
    to: PUPPET.address,
    authorizationList: [authorization],
    data: theft(random),
    gasLimit: 400_000n,
  })
}

/** Data for the precompile or for the facade that would move coins of a victim. */
function theft(random: Random): Hex {
  const [from, to] = [random.pick(VICTIMS).address, random.pick(THIEVES).address]
  return random.pick([
    callData('0x', from, to, LOOT),
    callData('0x23b872dd', from, to, LOOT),
    callData('0xa9059cbb', to, LOOT),
  ])
}

/** Calls one to three targets, each its own way: with data of its own or those that it got. */
function randomProxy(random: Random): GenesisAccount {
  const steps = Array.from({ length: 1 + random.below(3) }, () => {
    const operation = random.pick(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'])
    const value = operation === 'CALL' || operation === 'CALLCODE' ? 'PUSH 0' : ''
    const [load, size] = random.chance(50)
      ? ['CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY', 'CALLDATASIZE']
      : stored(theft(random))
    const target = random.pick(TARGETS)
    return `${load} PUSH 0 PUSH 0 ${size} PUSH 0 ${value} PUSH ${target} PUSH 90000 ${operation} POP`
  })
  return accountOf({ nonce: 1n, code: assemble(`${steps.join(' ')} STOP`) })
}

/** Source that puts `data` at 0, and source of its length. */
function stored(data: Hex): readonly [load: string, size: string] {
  const bytes = hexToBytes(data)
  const words: string[] = []
  for (let at = 0; at < bytes.length; at += 32) {
    const word = new Uint8Array(32)
    word.set(bytes.subarray(at, at + 32))
    words.push(`PUSH ${bytesToHex(word)} PUSH ${at} MSTORE`)
  }
  return [words.join(' '), `PUSH ${bytes.length}`]
}
