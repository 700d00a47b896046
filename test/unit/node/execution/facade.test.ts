/** M15: one balance, two views; a facade move logs one Transfer, a native move logs nothing. */
import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { callData, ExecutionChain, WALLETS, walletOf } from '../../../support/execution-chain.ts'
import { Random } from '../../../support/random.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const FACADE = PREDEPLOYS.AI
const TRANSFER_TOPIC: Hex = `0x${Buffer.from(keccak256(new TextEncoder().encode('Transfer(address,address,uint256)'))).toString('hex')}`

const topic = (address: Address): Hex => `0x${'00'.repeat(12)}${address.slice(2)}`
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`

async function openChain(): Promise<ExecutionChain> {
  return ExecutionChain.open({ genesis: await testGenesis(), store: await openTemporaryDatabase() })
}

async function balanceOf(chain: ExecutionChain, address: Address): Promise<bigint> {
  const data = hexToBytes(callData('0x70a08231', address))
  const outcome = await chain.executor.call(chain.parentState(), { to: FACADE, data })
  expect(outcome.kind).toBe('ok')
  return outcome.kind === 'ok' ? BigInt(outcome.output) : -1n
}

describe('node / execution / facade', () => {
  it('M15: random moves of both kinds: balanceOf is the balance, the facade holds nothing', async () => {
    const chain = await openChain()
    const random = new Random(15)
    const people = [
      ...WALLETS.map(({ address }) => address),
      walletOf(1).address,
      walletOf(2).address,
    ]
    for (let block = 0; block < 6; block++) {
      const transactions = Array.from({ length: 12 }, () => {
        const [wallet, to] = [random.pick(WALLETS), random.pick(people)]
        const value = BigInt(random.below(1_000_000))
        if (random.below(2) === 0) return chain.sign(wallet, { to, value })
        return chain.sign(wallet, { to: FACADE, data: callData('0xa9059cbb', to, value) })
      })
      const { receipts } = await chain.advance(transactions)
      for (const [index, { status, logs }] of receipts.entries()) {
        const { tx, sender } = transactions[index]!
        expect(status).toBe(1)
        if (tx.to!.toString() !== FACADE) expect(logs).toEqual([])
        else {
          const to: Address = `0x${Buffer.from(tx.data.slice(16, 36)).toString('hex')}`
          const value = BigInt(`0x${Buffer.from(tx.data.slice(36)).toString('hex')}`)
          const topics = [TRANSFER_TOPIC, topic(sender), topic(to)]
          expect(logs).toEqual([{ address: FACADE, topics, data: word(value) }])
        }
      }
    }
    for (const address of [...people, PREDEPLOYS.AIBurn, PREDEPLOYS.ComputeMiningVault]) {
      expect(await balanceOf(chain, address)).toBe(await chain.balance(address))
    }
    expect(await chain.balance(FACADE)).toBe(0n)
  })

  it('deposit gives the value back, withdraw moves nothing, coins sent by mistake return', async () => {
    const chain = await openChain()
    const wallet = WALLETS[3]!
    const before = await chain.balance(wallet.address)
    const { receipts } = await chain.advance([
      chain.sign(wallet, { to: FACADE, data: callData('0xd0e30db0'), value: 5n }),
      chain.sign(wallet, { to: FACADE, data: callData('0x2e1a7d4d', 5n) }),
      chain.sign(wallet, { to: FACADE, value: 7n }),
    ])
    expect(receipts.map(({ status }) => status)).toEqual([1, 1, 1])
    const fees = receipts.reduce(
      (sum, { gasUsed, effectiveGasPrice }) => sum + gasUsed * effectiveGasPrice,
      0n,
    )
    expect(await chain.balance(wallet.address)).toBe(before - fees)
    expect(await chain.balance(FACADE)).toBe(0n)
  })

  it('the supply is what is not in the sink', async () => {
    const chain = await openChain()
    await chain.advance([
      chain.sign(WALLETS[0]!, { to: FACADE, data: callData('0x42966c68', 1_000n) }),
    ])
    const outcome = await chain.executor.call(chain.parentState(), {
      to: FACADE,
      data: hexToBytes(callData('0x18160ddd')),
    })
    const sink = await chain.balance(PREDEPLOYS.AIBurn)
    expect(sink).toBeGreaterThan(1_000n)
    expect(outcome).toMatchObject({ kind: 'ok', output: word(10n ** 27n - sink) })
  })

  it('logs of the block reward, which goes through the facade, are in no receipt', async () => {
    const chain = await openChain()
    const { receipts, reward, logsBloom } = await chain.advance()
    expect(reward.coinbase).toBeGreaterThan(0n)
    expect(receipts).toEqual([])
    expect(BigInt(logsBloom)).toBe(0n)
  })
})
