/** Senders of many transactions, recovered on a thread of their own. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { SenderRecovery } from '../../../../node/crypto/sender-recovery.ts'
import { TransactionError } from '../../../../node/crypto/transaction-envelope.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { ExecutionChain, WALLETS } from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

async function openChain(): Promise<ExecutionChain> {
  return ExecutionChain.open({ genesis: await testGenesis(), store: await openTemporaryDatabase() })
}

function startRecovery(): SenderRecovery {
  const recovery = SenderRecovery.start()
  onTestFinished(() => recovery.close())
  return recovery
}

describe('node / crypto / sender-recovery', () => {
  it('answers each transaction of a batch in its place, bad ones with their error', async () => {
    const chain = await openChain()
    const signed = Array.from({ length: 1_500 }, (_, i) =>
      chain.sign(WALLETS[i % WALLETS.length]!, { to: WALLETS[0]!.address, value: BigInt(i) }),
    )
    const raws = signed.map(({ raw }, i) => (i % 100 === 7 ? raw.slice(0, -1) : raw))
    const decoded = await startRecovery().decode(raws, chain.common)
    expect(decoded).toHaveLength(raws.length)
    for (const [i, item] of decoded.entries()) {
      if (i % 100 === 7) expect(item).toBeInstanceOf(TransactionError)
      else expect(item).toMatchObject({ hash: signed[i]!.hash, sender: signed[i]!.sender })
    }
  })

  it('gives the same for a batch too small to hand over', async () => {
    const chain = await openChain()
    const { raw, sender } = chain.sign(WALLETS[3]!)
    const [decoded] = await startRecovery().decode([raw], chain.common)
    expect(decoded).toMatchObject({ sender })
  })

  it('answers batches that were sent at once, each with its own', async () => {
    const chain = await openChain()
    const recovery = startRecovery()
    const batches = WALLETS.slice(0, 4).map((wallet) =>
      Array.from({ length: 20 }, () => chain.sign(wallet)),
    )
    const answers = await Promise.all(
      batches.map((batch) =>
        recovery.decode(
          batch.map(({ raw }) => raw),
          chain.common,
        ),
      ),
    )
    const senders = answers.map(
      (answer) => new Set(answer.map((item) => ('sender' in item ? item.sender : ''))),
    )
    expect(senders).toEqual(WALLETS.slice(0, 4).map(({ address }) => new Set([address])))
  })

  it('refuses what waits when it is closed, and whatever comes after', async () => {
    const chain = await openChain()
    const recovery = SenderRecovery.start()
    const raws = Array.from({ length: 64 }, () => chain.sign(WALLETS[0]!).raw)
    const waiting = recovery.decode(raws, chain.common)
    const refused = expect(waiting).rejects.toMatchObject({ type: { code: 'CLOSED' } })
    await recovery.close()
    await refused
    await expect(recovery.decode(raws, chain.common)).rejects.toMatchObject({
      type: { code: 'CLOSED' },
    })
  })
})
