/** What a sealer tells the chain of finality, and when it tells it again. */
import { hexToBytes } from '@ethereumjs/util'
import { afterEach, describe, expect, it } from 'vitest'
import type { Certificate } from '../../../../consensus/finality/types.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { addressOfKey } from '../../../../genesis/validator-keys.ts'
import { summaryOf } from '../../../../node/chain/block-summary.ts'
import { lastCertifiedEpoch } from '../../../../node/finality/duty-calls.ts'
import { DutyTransactions } from '../../../../node/finality/duty-transactions.ts'
import {
  EPOCH,
  type Fork,
  feed,
  forkOf,
  VOTING_KEYS,
  validatorGenesis,
} from '../../../support/certified-chain.ts'
import { TestChain } from '../../../support/chain-factory.ts'

const RETRY_BLOCKS = 8
const coinbase = devAccounts()[5]!.address
let test: TestChain

type Links = readonly (readonly [source: number, target: number])[]

/** From each epoch to the next. */
const chained = (epochs: number): Links => Array.from({ length: epochs }, (_, i) => [i, i + 1])

/** A chain whose nodes know certificates of these links, and whose blocks know none. */
async function untold(
  links: Links,
  change: (certificate: Certificate) => Certificate = (certificate) => certificate,
  epochs = Math.max(...links.map(([, target]) => target)),
) {
  test = await TestChain.open({ genesis: await validatorGenesis() })
  const fork: Fork = await forkOf(epochs * EPOCH + 3, coinbase)
  const certificates = links.map(([source, target]) => fork.certificate(source, target))
  await feed(test, fork, certificates)
  const { chain } = test
  for (const [epoch, each] of chain.finality.certificates) {
    chain.finality.certificates.set(epoch, change(each))
  }
  const privateKey = VOTING_KEYS[0]!
  const duties = new DutyTransactions(chain, {
    address: addressOfKey(hexToBytes(privateKey)),
    privateKey,
  })
  const due = async () => duties.dueOn(await summaryOf(chain.blocks, chain.head.hash))
  const certified = () => lastCertifiedEpoch(chain.state.view(chain.head.header.stateRoot))
  const overdue = async (sinceEpoch: bigint) =>
    duties.overdueOn(await summaryOf(chain.blocks, chain.head.hash), sinceEpoch)
  return { due, overdue, certified, fork }
}

afterEach(() => test.close())

describe('node / finality / duty transactions', () => {
  it('one block brings every certificate that the chain lacks, each after its source', async () => {
    const { due, certified } = await untold(chained(4))
    const transactions = await due()
    expect(transactions.map(({ tx }) => tx.nonce)).toEqual([0n, 1n, 2n, 3n])
    await test.import(await test.seal({ coinbase, transactions }))
    expect(await certified()).toBe(4n)
    expect(await due()).toEqual([])
  })

  it('a source that is older than the last of the chain is told before what follows from it', async () => {
    const { due, certified, fork } = await untold([[0, 2]], undefined, 3)
    await test.import(await test.seal({ coinbase, transactions: await due() }))
    expect(await certified()).toBe(2n)
    for (const certificate of [fork.certificate(0, 1), fork.certificate(1, 3)]) {
      await test.chain.takeCertificate(certificate)
    }
    const transactions = await due()
    expect(transactions).toHaveLength(2)
    await test.import(await test.seal({ coinbase, transactions }))
    expect(await certified()).toBe(3n)
  })

  it('what was only in a template is brought again by the next one', async () => {
    const { due } = await untold(chained(2))
    const [first] = await Promise.all([due(), due()])
    for (let i = 0; i < 3; i++) {
      // Somebody else's block, who has no voting key.
      await test.extend(1, { coinbase })
      expect((await due()).map(({ tx }) => tx.data)).toEqual(first.map(({ tx }) => tx.data))
    }
  })

  it('for the pool there is nothing before something is overdue, and then a tip', async () => {
    const { overdue } = await untold(chained(3))
    expect(await overdue(0n)).toEqual([])
    const transactions = await overdue(1n)
    expect(transactions).toHaveLength(3)
    for (const { tx } of transactions) expect(tx).toMatchObject({ maxPriorityFeePerGas: 1n })
  })

  it('what the chain refused waits for eight blocks', async () => {
    const forged = ({ vote, signers, signatures }: Certificate): Certificate => {
      return { vote, signers, signatures: [...signatures].reverse() }
    }
    const { due, certified } = await untold(chained(1), forged)
    const transactions = await due()
    expect(transactions).toHaveLength(1)
    await test.import(await test.seal({ coinbase, transactions }))
    expect(await certified()).toBe(0n)
    for (let i = 1; i < RETRY_BLOCKS; i++) {
      expect(await due()).toEqual([])
      await test.extend(1, { coinbase })
    }
    expect(await due()).toHaveLength(1)
  })
})
