import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hash, Hex } from '../../../../consensus/types.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { assemble, initcodeOf } from '../../../support/evm-assembly.ts'
import { walletOf } from '../../../support/execution-chain.ts'
import { ServedNode } from '../../../support/tracing/served-node.ts'
import { callTo } from '../../../support/tracing/traced-chain.ts'

const ACCOUNTS = devAccounts().map(({ address }) => address)
const HEIR = walletOf(1).address
const NOBODY = walletOf(2).address
const REVERTING = 'PUSH 255 PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT'
const IDENTITY: Address = `0x${'4'.padStart(40, '0')}`

type Page = {
  readonly txs: readonly { readonly hash: Hash }[]
  readonly receipts: readonly Record<string, unknown>[]
  readonly firstPage: boolean
  readonly lastPage: boolean
}

/** Deploys code with 9 wei; returns where it is, and by which transaction. */
async function deploy(served: ServedNode, source: string) {
  const data = bytesToHex(initcodeOf(assemble(source)))
  const hash = await served.send(0, { to: undefined, value: 9n, data, gasLimit: 500_000n })
  await served.seal()
  const receipt = (await served.rpc('eth_getTransactionReceipt', hash)) as {
    contractAddress: Address
  }
  return { hash, address: receipt.contractAddress }
}

describe('rpc / otterscan', () => {
  it('says its level, and who has code', async () => {
    const { rpc } = await ServedNode.start()
    expect(await rpc('ots_getApiLevel')).toBe(8)
    expect(await rpc('ots_hasCode', PREDEPLOYS.AI, 'latest')).toBe(true)
    expect(await rpc('ots_hasCode', ACCOUNTS[0], 'latest')).toBe(false)
    expect(await rpc('ots_hasCode', NOBODY)).toBe(false)
  })

  it('tells what a transaction reverted with', async () => {
    const served = await ServedNode.start()
    const { address } = await deploy(served, REVERTING)
    const [bad, good] = [await served.send(1, { to: address, value: 0n }), await served.send(2)]
    await served.seal()
    expect(await served.rpc('ots_getTransactionError', bad)).toBe(`0x${'00'.repeat(31)}ff`)
    expect(await served.rpc('ots_getTransactionError', good)).toBe('0x')
    await expect(
      served.rpc('ots_getTransactionError', `0x${'01'.repeat(32)}`),
    ).rejects.toMatchObject({ code: -32000 })
  })

  it('lists the frames of a transaction, and the coins that move inside', async () => {
    const served = await ServedNode.start()
    const inner = await deploy(served, `PUSH ${HEIR} SELFDESTRUCT`)
    const outer = await deploy(
      served,
      `${callTo('CALL', inner.address, { value: 2 })} ${callTo('STATICCALL', IDENTITY, { input: 1 })}
       PUSH 0 PUSH 0 PUSH 1 CREATE`,
    )
    const from = ACCOUNTS[1]
    const hash = await served.send(1, { to: outer.address, value: 3n, gasLimit: 300_000n })
    await served.seal()
    const entries = (await served.rpc('ots_traceTransaction', hash)) as { to: string }[]
    const made = entries.at(-1)!.to
    const [at, within] = [outer.address, inner.address]
    expect(entries).toEqual([
      { type: 'CALL', depth: 0, from, to: at, value: '0x3', input: '0x', output: '0x' },
      { type: 'CALL', depth: 1, from: at, to: within, value: '0x2', input: '0x', output: '0x' },
      {
        type: 'SELFDESTRUCT',
        depth: 2,
        from: within,
        to: HEIR,
        value: '0xb',
        input: '0x',
        output: '0x',
      },
      { type: 'CREATE', depth: 1, from: at, to: made, value: '0x1', input: '0x', output: '0x' },
    ])
    expect(await served.rpc('ots_getInternalOperations', hash)).toEqual([
      { type: 0, from: at, to: within, value: '0x2' },
      { type: 1, from: within, to: HEIR, value: '0xb' },
      { type: 2, from: at, to: made, value: '0x1' },
    ])
  })

  it('shows a block with its fees and rewards, without its transactions', async () => {
    const served = await ServedNode.start()
    for (let i = 0; i < 3; i++) await served.send(i)
    const hash = await served.seal()
    const details = (await served.rpc('ots_getBlockDetails', 1)) as {
      block: Record<string, unknown>
      issuance: Record<string, Hex>
      totalFees: Hex
    }
    expect(await served.rpc('ots_getBlockDetailsByHash', hash)).toEqual(details)
    expect(await served.rpc('ots_getBlockDetails', '0x1')).toEqual(details)
    const { block, issuance, totalFees } = details
    expect(block).toMatchObject({ hash, number: '0x1', transactionCount: 3, logsBloom: null })
    expect(block).not.toHaveProperty('transactions')
    const { reward } = (await served.rpc('hanzo_getComputeProof', '0x1')) as { reward: Hex }
    expect(BigInt(issuance['blockReward']!)).toBeGreaterThanOrEqual(BigInt(reward))
    expect(issuance).toEqual({ ...issuance, uncleReward: '0x0', issuance: issuance['blockReward'] })
    const receipts = (await served.rpc('eth_getBlockReceipts', '0x1')) as Record<string, Hex>[]
    const fees = receipts.map(
      ({ gasUsed, effectiveGasPrice }) => BigInt(gasUsed!) * BigInt(effectiveGasPrice!),
    )
    expect(BigInt(totalFees)).toBe(fees.reduce((sum, fee) => sum + fee, 0n))
    expect(await served.rpc('ots_getBlockDetails', 99)).toBeNull()
  })

  it('turns the pages of a block from its end', async () => {
    const served = await ServedNode.start()
    for (let i = 0; i < 5; i++) await served.send(i, { data: '0x0102030405' })
    await served.seal()
    const block = (await served.rpc('eth_getBlockByNumber', '0x1', false)) as {
      transactions: Hash[]
    }
    const page = async (number: number) =>
      (await served.rpc('ots_getBlockTransactions', 1, number, 2)) as {
        fullblock: { transactions: { hash: Hash; input: Hex }[]; transactionCount: number }
        receipts: Record<string, unknown>[]
      }
    const pages = [await page(0), await page(1), await page(2), await page(3)]
    const hashes = pages.map(({ fullblock }) => fullblock.transactions.map(({ hash }) => hash))
    const { transactions } = block
    expect(hashes).toEqual([
      transactions.slice(3),
      transactions.slice(1, 3),
      transactions.slice(0, 1),
      [],
    ])
    const [{ fullblock, receipts }] = [pages[0]!]
    expect(fullblock.transactionCount).toBe(5)
    expect(fullblock.transactions[0]?.input).toBe('0x01020304')
    expect(receipts).toMatchObject([{ logs: null, logsBloom: null, status: '0x1' }, {}])
    expect(receipts[0]?.['transactionHash']).toBe(transactions[3])
    await expect(served.rpc('ots_getBlockTransactions', 1, 0, 256)).rejects.toMatchObject({
      code: -32602,
    })
  })

  it('searches for an address in both directions, in calls inside of contracts, too', async () => {
    const served = await ServedNode.start()
    const inner = await deploy(served, 'STOP')
    const outer = await deploy(served, callTo('CALL', inner.address, { value: 1 }))
    const hashes: Hash[] = []
    for (let i = 0; i < 3; i++) {
      hashes.push(await served.send(1, { to: outer.address, gasLimit: 100_000n }))
      await served.send(2)
      await served.seal()
    }
    const search = async (direction: string, block: number, size: number) => {
      const method = `ots_searchTransactions${direction}`
      const page = (await served.rpc(method, inner.address, block, size)) as Page
      return { ...page, hashes: page.txs.map(({ hash }) => hash) }
    }
    // Newest first: it was called three times, and made once.
    const all = [...hashes.toReversed(), inner.hash]
    const ends = { firstPage: true, lastPage: true }
    expect(await search('Before', 0, 25)).toMatchObject({ hashes: all, ...ends })
    expect(await search('After', 0, 25)).toMatchObject({ hashes: all, ...ends })
    const first = await search('Before', 0, 2)
    expect(first).toMatchObject({ hashes: all.slice(0, 2), firstPage: true, lastPage: false })
    const [receipt] = first.receipts
    expect(receipt).toMatchObject({ transactionHash: all[0], timestamp: expect.any(Number) })
    const second = await search('Before', 4, 2)
    expect(second).toMatchObject({ hashes: all.slice(2), firstPage: false, lastPage: true })
    const up = await search('After', 0, 2)
    expect(up).toMatchObject({ hashes: all.slice(2), firstPage: false, lastPage: true })
    expect(await search('After', 3, 2)).toMatchObject({
      ...{ hashes: all.slice(0, 2), firstPage: true, lastPage: false },
    })
    await expect(search('Before', 0, 26)).rejects.toMatchObject({
      code: -32602,
      message: 'max allowed page size: 25',
    })
  })

  it('finds transactions by sender and nonce, and who made a contract', async () => {
    const served = await ServedNode.start()
    const { hash, address } = await deploy(served, 'STOP')
    const second = await served.send(0)
    const other = await served.send(1)
    await served.seal()
    const find = (account: Address, nonce: number) =>
      served.rpc('ots_getTransactionBySenderAndNonce', account, nonce)
    expect(await find(ACCOUNTS[0]!, 0)).toBe(hash)
    expect(await find(ACCOUNTS[0]!, 1)).toBe(second)
    expect(await find(ACCOUNTS[1]!, 0)).toBe(other)
    expect(await find(ACCOUNTS[0]!, 2)).toBeNull()
    expect(await find(NOBODY, 0)).toBeNull()
    const creator = (account: Address) => served.rpc('ots_getContractCreator', account)
    expect(await creator(address)).toEqual({ hash, creator: ACCOUNTS[0] })
    expect(await creator(PREDEPLOYS.AI)).toBeNull()
    expect(await creator(ACCOUNTS[0]!)).toBeNull()
  })
})
