import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Hash } from '../../../consensus/types.ts'
import type { Node } from '../../../node/node.ts'
import { TestChain, testGenesis } from '../../support/chain-factory.ts'
import { signTransaction } from '../../support/signed-transactions.ts'
import { startTestNode, untilHead, untilPeers } from '../../support/test-node.ts'

const PAST = { timestamp: 0n }
const POLL = { interval: 20, timeout: 20_000 }

/** Transfers of one wei from the funded accounts in turn. */
async function transfers(count: number, from = 0): Promise<Uint8Array[]> {
  const genesis = await testGenesis()
  return Array.from({ length: count }, (_, i) => {
    const n = from + i
    return hexToBytes(signTransaction(genesis, n % 10, { nonce: BigInt(Math.floor(n / 10)) }))
  })
}

const submitAll = (node: Node, raws: readonly Uint8Array[]): Promise<Hash[]> =>
  Promise.all(raws.map((raw) => node.api.pool.submit(raw)))

describe('node / transactions', () => {
  it('go from the pool into a block and are found by hash', async () => {
    const node = await startTestNode()
    const hashes = await submitAll(node, await transfers(25))
    expect(node.api.pool.status()).toEqual({ pending: 25, queued: 0 })
    const { hash, header } = await node.sealer!.sealNow(PAST)
    const block = await node.api.chain.block(hash)
    expect(new Set(block!.transactions.map((each) => each.hash))).toEqual(new Set(hashes))
    expect(header.gasUsed).toBe(25n * 21_000n)
    for (const each of hashes) {
      expect((await node.api.chain.locate(each))?.blockHash).toBe(hash)
    }
    await expect.poll(() => node.api.pool.status(), POLL).toEqual({ pending: 0, queued: 0 })
  })

  it('on-transaction: a block comes by itself for what waits, and none without', async () => {
    const node = await startTestNode({
      seal: { pace: { kind: 'on-transaction' }, gpu: 'cpu', dutyPercent: 100 },
    })
    const [first, second] = await transfers(2)
    const hash = await node.api.pool.submit(first!)
    await expect.poll(() => node.api.chain.locate(hash), POLL).toBeDefined()
    const { number } = node.api.chain.head().header
    const next = await node.api.pool.submit(second!)
    await expect.poll(() => node.api.chain.locate(next), POLL).toBeDefined()
    expect(node.api.chain.head().header.number).toBe(number + 1n)
  })

  it('reach every node by gossip, and a block with them is taken without recovering anew', async () => {
    const a = await startTestNode({ peers: [] })
    const b = await startTestNode({ peers: [a] })
    const c = await startTestNode({ peers: [a, b] })
    await Promise.all([a, b, c].map((node) => untilPeers(node, 2)))
    await submitAll(a, await transfers(100))
    for (const node of [b, c]) {
      await expect.poll(() => node.api.pool.status().pending, POLL).toBe(100)
    }
    const sealed = await c.sealer!.sealNow(PAST)
    expect(sealed.header.gasUsed).toBe(100n * 21_000n)
    await Promise.all([a, b].map((node) => untilHead(node, (hash) => hash === sealed.hash)))
    for (const node of [a, b, c]) {
      await expect.poll(() => node.api.pool.status().pending, POLL).toBe(0)
    }
  })

  it('of a branch that is left wait in the pool again, but for those of the new branch', async () => {
    const node = await startTestNode()
    const raws = await transfers(30)
    const hashes = await submitAll(node, raws.slice(0, 20))
    const { hash: left } = await node.sealer!.sealNow(PAST)
    const other = await TestChain.open()
    const branch = await sealBranch(other, raws.slice(0, 5))
    for (const block of branch) await node.chain.importBlock(block, 'gossip')
    expect(node.api.chain.head().hash).toBe(branch.at(-1)!.hash)
    expect(await node.api.chain.canonicalHash(1n)).not.toBe(left)
    await expect.poll(() => node.api.pool.status().pending, POLL).toBe(15)
    for (const [index, hash] of hashes.entries()) {
      const location = await node.api.chain.locate(hash)
      expect(location?.blockHash).toBe(index < 5 ? branch[0]!.hash : undefined)
      expect(node.api.pool.get(hash) === undefined).toBe(index < 5)
    }
    const { header } = await node.sealer!.sealNow(PAST)
    expect(header.gasUsed).toBe(15n * 21_000n)
  })
})

/** Two blocks from genesis, the first with these transactions. */
async function sealBranch(test: TestChain, raws: readonly Uint8Array[]) {
  const transactions = test.signed(raws)
  const parent = test.chain.genesis.hash
  const coinbase = `0x${'dd'.repeat(20)}` as const
  const [first] = await test.extend(1, { parent, transactions, coinbase })
  return [first!, ...(await test.extend(1))]
}
