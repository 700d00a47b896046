/** M1: all balances make 10^27 wei after every block, whatever transactions try. */
import { bytesToHex, eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../../consensus/types.ts'
import { PREDEPLOYS, SYSTEM_ADDRESS } from '../../../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble, initcodeOf } from '../../../support/evm-assembly.ts'
import {
  accountOf,
  COINBASE,
  callData,
  ExecutionChain,
  GWEI,
  WALLETS,
  walletOf,
} from '../../../support/execution-chain.ts'
import { oracleRoot, readFlatState, totalBalance } from '../../../support/flat-state.ts'
import { Random } from '../../../support/random.ts'
import { randomProgram } from '../../../support/random-programs.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const SUPPLY = 10n ** 27n
const SINK = PREDEPLOYS.AIBurn

/** Gives its coins to whom the call data names, and is gone if it was made just now. */
const SUICIDAL = assemble('PUSH 0 CALLDATALOAD SELFDESTRUCT')
/** The same for its own benefit, while it is being made. */
const SELF_HEIR = assemble('ADDRESS SELFDESTRUCT')

type Recipe = (chain: ExecutionChain, random: Random) => SignedTransaction

const wallet = (random: Random) => random.pick(WALLETS.slice(0, 8))
const anyone = (random: Random): Address =>
  random.pick([
    ...WALLETS.map(({ address }) => address),
    walletOf(random.below(30)).address,
    SYSTEM_ADDRESS,
    SINK,
    COINBASE,
  ])

const RECIPES: Record<string, Recipe> = {
  transfer: (chain, random) =>
    chain.sign(wallet(random), { to: anyone(random), value: BigInt(random.below(1_000)) }),
  facade: (chain, random) =>
    chain.sign(wallet(random), {
      to: PREDEPLOYS.AI,
      data: callData('0xa9059cbb', anyone(random), BigInt(random.below(1_000))),
    }),
  facadeBurn: (chain, random) =>
    chain.sign(wallet(random), { to: PREDEPLOYS.AI, data: callData('0x42966c68', 7n) }),
  facadeDeposit: (chain, random) =>
    chain.sign(wallet(random), { to: PREDEPLOYS.AI, data: callData('0xd0e30db0'), value: 5n }),
  tooMuch: (chain, random) =>
    chain.sign(wallet(random), {
      to: PREDEPLOYS.AI,
      data: callData('0xa9059cbb', anyone(random), 10n ** 26n),
    }),
  outOfGas: (chain, random) =>
    chain.sign(wallet(random), {
      to: PREDEPLOYS.AI,
      data: callData('0xa9059cbb', anyone(random), 1n),
      gasLimit: 24_000n,
    }),
  create: (chain, random) =>
    chain.sign(wallet(random), {
      data: bytesToHex(
        initcodeOf(randomProgram(random, 60, { addresses: [anyone(random), PREDEPLOYS.AI] })),
      ),
      value: BigInt(random.below(50)),
      gasLimit: 400_000n,
    }),
  selfHeir: (chain, random) =>
    chain.sign(wallet(random), { data: bytesToHex(SELF_HEIR), value: 1_000n, gasLimit: 200_000n }),
  lateCoins: (chain, random) =>
    chain.sign(wallet(random), {
      data: bytesToHex(lateCoins(BigInt(anyone(random)))),
      value: 3_000n,
      gasLimit: 400_000n,
    }),
  toSystem: (chain, random) => chain.sign(wallet(random), { to: SYSTEM_ADDRESS, value: 11n }),
  revert: (chain, random) =>
    chain.sign(wallet(random), {
      data: bytesToHex(assemble('PUSH 0 PUSH 0 REVERT')),
      value: 5n,
      gasLimit: 90_000n,
    }),
  delegate: (chain, random) => {
    const authority = walletOf(random.below(6))
    const authorization = eoaCode7702SignAuthorization(
      { chainId: '0x0', address: random.pick([PREDEPLOYS.AI, SINK, COINBASE]), nonce: '0x0' },
      authority.key,
    )
    return chain.sign(wallet(random), {
      type: 4,
      to: authority.address,
      authorizationList: [authorization],
      value: 3n,
      gasLimit: 200_000n,
    })
  },
  tip: (chain, random) =>
    chain.sign(wallet(random), {
      to: anyone(random),
      maxFeePerGas: 9n * GWEI,
      maxPriorityFeePerGas: 7n * GWEI,
    }),
}

/**
 * Makes a child with 1,000 wei that destroys itself for the benefit of `heir` when it is called,
 * calls it, and calls it again with 500.
 */
function lateCoins(heir: bigint): Uint8Array {
  const child = bytesToHex(initcodeOf(SUICIDAL))
  const length = (child.length - 2) / 2
  return assemble(
    `PUSH ${child} PUSH 0 MSTORE PUSH ${length} PUSH ${32 - length} PUSH 1000 CREATE PUSH 32 MSTORE ` +
      `PUSH ${heir} PUSH 64 MSTORE ` +
      'PUSH 0 PUSH 0 PUSH 32 PUSH 64 PUSH 0 PUSH 32 MLOAD GAS CALL POP ' +
      // The child is its own heir now, and what it gets is lost with it.
      'PUSH 32 MLOAD PUSH 64 MSTORE ' +
      'PUSH 0 PUSH 0 PUSH 32 PUSH 64 PUSH 500 PUSH 32 MLOAD GAS CALL POP STOP',
  )
}

async function openChain(): Promise<ExecutionChain> {
  const genesis = await testGenesis()
  return ExecutionChain.open({ genesis, store: await openTemporaryDatabase() })
}

describe('node / execution / conservation', () => {
  it('M1: random blocks of everything neither make nor lose a coin, and have the right root', async () => {
    const chain = await openChain()
    const random = new Random(27)
    const recipes = Object.values(RECIPES)
    for (let block = 0; block < 25; block++) {
      const transactions = Array.from({ length: 1 + random.below(14) }, () =>
        random.pick(recipes)(chain, random),
      )
      await chain.advance(transactions)
      const state = await readFlatState(chain.store)
      expect(totalBalance(state), `block ${block}`).toBe(SUPPLY)
      expect(await oracleRoot(state), `block ${block}`).toBe(chain.head.header.stateRoot)
    }
  }, 120_000)

  it('credits the base fee to the sink and the tip to the coinbase', async () => {
    const chain = await openChain()
    const [sink, coinbase] = [await chain.balance(SINK), await chain.balance(COINBASE)]
    const transfer = chain.sign(WALLETS[0]!, {
      to: WALLETS[1]!.address,
      maxFeePerGas: 9n * GWEI,
      maxPriorityFeePerGas: 2n * GWEI,
    })
    const { reward } = await chain.advance([transfer], { baseFeePerGas: 3n * GWEI })
    expect((await chain.balance(SINK)) - sink).toBe(21_000n * 3n * GWEI)
    expect((await chain.balance(COINBASE)) - coinbase).toBe(21_000n * 2n * GWEI + reward.coinbase)
  })

  it('sends to the sink what a contract destroys that is its own heir', async () => {
    const chain = await openChain()
    const sink = await chain.balance(SINK)
    const creation = chain.sign(WALLETS[0]!, {
      data: bytesToHex(SELF_HEIR),
      value: 1_000n,
      gasLimit: 200_000n,
    })
    const { receipts } = await chain.advance([creation])
    const { gasUsed, contractAddress, status } = receipts[0]!
    expect(status).toBe(1)
    expect((await chain.balance(SINK)) - sink).toBe(gasUsed * GWEI + 1_000n)
    expect(await chain.balance(contractAddress!)).toBe(0n)
    expect(totalBalance(await readFlatState(chain.store))).toBe(SUPPLY)
  })

  it('sends to the sink what reaches a contract after it destroyed itself', async () => {
    const chain = await openChain()
    const sink = await chain.balance(SINK)
    const creation = chain.sign(WALLETS[0]!, {
      data: bytesToHex(lateCoins(0x99n)),
      value: 1_500n,
      gasLimit: 400_000n,
    })
    const { receipts } = await chain.advance([creation])
    const { gasUsed, status, contractAddress } = receipts[0]!
    expect(status).toBe(1)
    expect(await chain.balance(`0x${'00'.repeat(19)}99`)).toBe(1_000n)
    expect((await chain.balance(SINK)) - sink).toBe(gasUsed * GWEI + 500n)
    expect(await chain.balance(contractAddress!)).toBe(0n)
    expect(totalBalance(await readFlatState(chain.store))).toBe(SUPPLY)
  })

  it('sends to the sink what a destroyed account gets without being called', async () => {
    // PUSH20 child SELFDESTRUCT, as initcode of a second contract with 300 wei.
    const outer = Uint8Array.from([
      ...lateCoins(0x99n).slice(0, -1),
      ...assemble(
        `PUSH 32 MLOAD PUSH 256 MUL PUSH ${(0x73n << 168n) + 0xffn} ADD ` +
          'PUSH 96 MSTORE PUSH 22 PUSH 106 PUSH 300 CREATE POP STOP',
      ),
    ])
    const chain = await openChain()
    const sink = await chain.balance(SINK)
    const data = bytesToHex(outer)
    const creation = chain.sign(WALLETS[0]!, { data, value: 1_800n, gasLimit: 400_000n })
    const { receipts } = await chain.advance([creation])
    expect(receipts[0]!.status).toBe(1)
    expect((await chain.balance(SINK)) - sink).toBe(receipts[0]!.gasUsed * GWEI + 800n)
    expect(totalBalance(await readFlatState(chain.store))).toBe(SUPPLY)
  })

  it('a contract of an earlier block hands its coins on and stays, as EIP-6780 says', async () => {
    const address: Address = `0x${'5d'.repeat(20)}`
    const heir: Address = `0x${'5e'.repeat(20)}`
    const genesis = await testGenesis()
    const chain = await ExecutionChain.open({
      genesis,
      store: await openTemporaryDatabase(),
      alloc: [[address, accountOf({ nonce: 1n, code: SUICIDAL })]],
    })
    await chain.advance([
      chain.sign(WALLETS[0]!, { to: address, value: 77n, data: callData('0x', heir) }),
    ])
    expect(await chain.balance(heir)).toBe(77n)
    const view = chain.state.view(chain.head.header.stateRoot)
    expect((await view.account(address))?.nonce).toBe(1n)
    await chain.advance([
      chain.sign(WALLETS[0]!, { to: address, value: 5n, data: callData('0x', address) }),
    ])
    expect(await chain.balance(address)).toBe(5n)
  })

  it('coins sent to the SYSTEM account stay there', async () => {
    const chain = await openChain()
    await chain.advance([chain.sign(WALLETS[0]!, { to: SYSTEM_ADDRESS, value: 42n })])
    await chain.advance()
    await chain.advance()
    expect(await chain.balance(SYSTEM_ADDRESS)).toBe(42n)
  })

  it('the SYSTEM account leaves nothing behind when it has nothing', async () => {
    const chain = await openChain()
    await chain.advance()
    const view = chain.state.view(chain.head.header.stateRoot)
    expect(await view.account(SYSTEM_ADDRESS)).toBeUndefined()
  })
})
