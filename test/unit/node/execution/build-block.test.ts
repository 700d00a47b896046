/** What goes into a block that is built, what is passed over, and what is named for the pool. */
import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES_MAX, blockBytes } from '../../../../consensus/codec/block-codec.ts'
import { hashHeader } from '../../../../consensus/codec/header-codec.ts'
import { verifyBody } from '../../../../consensus/rules/body-rules.ts'
import { verifyHeaderAlone } from '../../../../consensus/rules/header-rules.ts'
import { verifyResults } from '../../../../consensus/rules/result-rules.ts'
import type { BuildOptions, BuiltBlock } from '../../../../node/execution/types.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { ExecutionChain, GWEI, WALLETS, walletOf } from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const TO = walletOf(1).address

async function openChain(): Promise<ExecutionChain> {
  return ExecutionChain.open({ genesis: await testGenesis(), store: await openTemporaryDatabase() })
}

function build(
  chain: ExecutionChain,
  candidates: Iterable<SignedTransaction>,
  options: BuildOptions & { gasLimit?: bigint } = {},
): Promise<BuiltBlock> {
  const { gasLimit = 30_000_000n, ...rest } = options
  return chain.executor.buildBlock(
    chain.parentState(),
    chain.environment(chain.head, { gasLimit }),
    candidates,
    rest,
  )
}

const hashes = (transactions: readonly SignedTransaction[]) => transactions.map(({ hash }) => hash)

describe('node / execution / build-block', () => {
  it('gives what executing the same block gives, and passes every rule for blocks', async () => {
    const chain = await openChain()
    for (let round = 0; round < 3; round++) {
      const candidates = WALLETS.map((wallet) =>
        chain.sign(wallet, { to: TO, value: 3n, gasLimit: 21_000n }),
      )
      const built = await build(chain, candidates)
      const { header, executed } = built
      const raws = built.transactions.map(({ raw }) => raw)
      expect(built.transactions).toEqual(candidates)
      verifyHeaderAlone(header, chain.genesis.params)
      verifyBody({ header, transactions: raws })
      const again = await chain.executor.executeBlock(
        chain.parentState(),
        header,
        built.transactions,
      )
      verifyResults(header, again)
      expect(again).toEqual(executed)
      await chain.commit({ hash: hashHeader(header), header }, executed)
    }
  })

  it('an empty block pays the reward', async () => {
    const { header, executed } = await build(await openChain(), [])
    expect(executed.reward.coinbase).toBeGreaterThan(0n)
    expect(header.gasUsed).toBe(0n)
  })

  it('stops at the gas limit, and looks for smaller ones before', async () => {
    const chain = await openChain()
    const big = chain.sign(WALLETS[0]!, { to: TO, gasLimit: 80_000n })
    const after = chain.sign(WALLETS[0]!, { to: TO, gasLimit: 21_000n })
    const small = [1, 2, 3].map((i) => chain.sign(WALLETS[i]!, { to: TO, gasLimit: 21_000n }))
    const built = await build(chain, [big, after, ...small], { gasLimit: 65_000n })
    expect(hashes(built.transactions)).toEqual(hashes(small))
    expect(built.refused).toEqual([])
  })

  it('stops at 896 KiB', async () => {
    const chain = await openChain()
    const data = `0x${'00'.repeat(120_000)}` as const
    const large = WALLETS.slice(0, 9).map((wallet) =>
      chain.sign(wallet, { to: TO, data, gasLimit: 1_300_000n }),
    )
    const built = await build(chain, large)
    expect(built.transactions).toHaveLength(7)
    const bytes = blockBytes(
      built.header,
      built.transactions.map(({ raw }) => raw),
    )
    expect(bytes).toBeLessThanOrEqual(BLOCK_BYTES_MAX)
    verifyBody({ header: built.header, transactions: built.transactions.map(({ raw }) => raw) })
  })

  it('closes when it is told that time is over', async () => {
    const chain = await openChain()
    const candidates = WALLETS.map((wallet) => chain.sign(wallet, { to: TO }))
    let asked = 0
    const built = await build(chain, candidates, { isOver: () => ++asked > 4 })
    expect(hashes(built.transactions)).toEqual(hashes(candidates.slice(0, 4)))
  })

  it('names what can never be included on this state, and passes over what may be later', async () => {
    const chain = await openChain()
    await chain.advance([chain.sign(WALLETS[0]!, { to: TO, value: 1n })])
    const low = chain.sign(WALLETS[0]!, { nonce: 0n, to: TO })
    const high = chain.sign(WALLETS[1]!, { nonce: 5n, to: TO })
    const poor = chain.sign(walletOf(7), { to: TO })
    const rich = chain.sign(WALLETS[2]!, { to: TO, value: 10n ** 27n })
    const cheap = chain.sign(WALLETS[3]!, {
      to: TO,
      maxFeePerGas: GWEI - 1n,
      maxPriorityFeePerGas: 0n,
    })
    const short = chain.sign(WALLETS[4]!, { to: TO, gasLimit: 20_999n })
    const good = chain.sign(WALLETS[5]!, { to: TO })
    const built = await build(chain, [low, high, poor, rich, cheap, short, good])
    expect(hashes(built.transactions)).toEqual([good.hash])
    expect(built.refused).toEqual([
      { hash: low.hash, reason: 'NONCE_TOO_LOW' },
      { hash: poor.hash, reason: 'BALANCE_TOO_LOW' },
      { hash: rich.hash, reason: 'BALANCE_TOO_LOW' },
      { hash: short.hash, reason: 'GAS_TOO_LOW' },
    ])
  })

  it('a transaction that may not stand in a block makes it invalid', async () => {
    const chain = await openChain()
    const fine = chain.sign(WALLETS[0]!, { to: TO })
    const high = chain.sign(WALLETS[1]!, { nonce: 5n, to: TO })
    await expect(chain.execute([fine, high])).rejects.toMatchObject({
      type: {
        code: 'TRANSACTION_NOT_INCLUDABLE',
        index: 1,
        reason: { code: 'NONCE_TOO_HIGH', expected: 0n, actual: 5n },
      },
    })
    // And leaves nothing behind: the next block is as if it had never been tried.
    const { receipts } = await chain.advance([fine])
    expect(receipts).toHaveLength(1)
  })
})
