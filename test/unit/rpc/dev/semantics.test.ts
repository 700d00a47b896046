/** What the methods of development chains do to the chain, the state, the pool and the readers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hash, Hex } from '../../../../consensus/types.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { type DevNode, startDevNode } from '../../../support/dev-node.ts'
import type { Rpc } from '../../../support/rpc-client.ts'

const [ALICE, BOB] = devAccounts().map(({ address }) => address)
const STRANGER = '0x1234567890123456789012345678901234567890'
const MINER = '0x4444444444444444444444444444444444444444'
/** Returns the block hash of the number in the call data: CALLDATALOAD BLOCKHASH MSTORE RETURN. */
const BLOCKHASH_CODE = '0x6000354060005260206000f3'
/** Reverts unless it is later than the call data says: CALLDATALOAD TIMESTAMP GT JUMPI REVERT. */
const LATER_CODE = '0x6000354211600d5760006000fd5b00'
/** LOG0 of nothing. */
const LOG_CODE = '0x60006000a000'
const LOGGER = '0x00000000000000000000000000000000000c0de1'
const READER = '0x00000000000000000000000000000000000c0de2'

type Block = { number: Hex; hash: Hash; timestamp: Hex; parentHash: Hash; transactions: Hash[] }

let dev: DevNode
let rpc: Rpc
const latest = async () => (await rpc('eth_getBlockByNumber', 'latest', false)) as Block
const balance = (who: string | undefined, at = 'latest') => rpc('eth_getBalance', who, at)
const pay = (value = '0x1', from = ALICE, to = BOB) =>
  rpc('eth_sendTransaction', { from, to, value }) as Promise<Hash>

/** Until the transaction is in a block; a head may come before the question or after it. */
async function mined(hash: Hash): Promise<{ blockNumber: Hex; blockHash: Hash; status: Hex }> {
  for (;;) {
    const head = new Promise((resolve) => dev.node.api.events.once('head', resolve))
    const receipt = await rpc('eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt as { blockNumber: Hex; blockHash: Hash; status: Hex }
    await head
  }
}

describe('rpc / dev', () => {
  beforeAll(async () => {
    dev = await startDevNode()
    rpc = (...call) => dev.rpc(...call)
  }, 120_000)
  afterAll(() => dev.remove())

  describe('mining', () => {
    it('makes a block at once, at the time that is asked for', async () => {
      const { number } = await latest()
      expect(await rpc('evm_mine')).toBe('0x0')
      const timestamp = Number((await latest()).timestamp) + 1_000
      await rpc('evm_mine', { timestamp })
      expect(await latest()).toMatchObject({
        number: `0x${(Number(number) + 2).toString(16)}`,
        timestamp: `0x${timestamp.toString(16)}`,
      })
    })

    it.each(['anvil_mine', 'hardhat_mine'])('%s makes many, so far apart', async (name) => {
      const before = await latest()
      await rpc(name, '0x3', '0x3c')
      const after = await latest()
      expect(Number(after.number)).toBe(Number(before.number) + 3)
      const previous = (await rpc('eth_getBlockByHash', after.parentHash, false)) as Block
      expect(Number(after.timestamp) - Number(previous.timestamp)).toBe(60)
    })

    it('moves time, and goes on from the time of a block', async () => {
      const start = Number((await latest()).timestamp)
      await rpc('evm_setNextBlockTimestamp', start + 500)
      await rpc('evm_mine')
      expect(Number((await latest()).timestamp)).toBe(start + 500)
      await rpc('evm_increaseTime', '0x64')
      await rpc('evm_mine')
      const { timestamp } = await latest()
      expect(Number(timestamp)).toBeGreaterThanOrEqual(start + 600)
      await expect(rpc('evm_setNextBlockTimestamp', start)).rejects.toThrow(/Timestamp error/)
      await rpc('anvil_setBlockTimestampInterval', 7)
      await rpc('evm_mine')
      expect(Number((await latest()).timestamp)).toBe(Number(timestamp) + 7)
      await rpc('anvil_removeBlockTimestampInterval')
      await rpc('evm_setTime', Number(timestamp) + 10_000)
      await rpc('evm_mine')
      expect(Number((await latest()).timestamp)).toBeGreaterThanOrEqual(Number(timestamp) + 10_000)
    })

    it('a transaction that needs a later time is estimated at it, before any block has it', async () => {
      await rpc('anvil_setCode', READER, LATER_CODE)
      const start = Number((await latest()).timestamp)
      const data = `0x${(start + 5_000).toString(16).padStart(64, '0')}`
      const request = { from: ALICE, to: READER, data }
      const ask = (method: string) => rpc(method, request)
      const asked = ['eth_estimateGas', 'eth_fillTransaction', 'eth_sendTransaction']
      for (const method of asked) await expect(ask(method)).rejects.toMatchObject({ code: 3 })
      await rpc('evm_increaseTime', 10_000)
      expect(Number(await ask('eth_estimateGas'))).toBeGreaterThan(21_000)
      expect(await mined((await ask('eth_sendTransaction')) as Hash)).toMatchObject({
        status: '0x1',
      })
      await rpc('evm_setNextBlockTimestamp', start + 50_000)
      const late = { ...request, data: `0x${(start + 40_000).toString(16).padStart(64, '0')}` }
      expect(await mined((await rpc('eth_sendTransaction', late)) as Hash)).toMatchObject({
        status: '0x1',
      })
      // A call is of the block that it names, as everywhere.
      const future = { ...request, data: `0x${(start + 60_000).toString(16).padStart(64, '0')}` }
      await rpc('evm_increaseTime', 20_000)
      await expect(rpc('eth_call', future, 'latest')).rejects.toMatchObject({ code: 3 })
      expect(Number(await rpc('eth_estimateGas', future, 'pending'))).toBeGreaterThan(21_000)
    })

    it('mines on demand alone when automine is off', async () => {
      await rpc('evm_setAutomine', false)
      expect(await rpc('anvil_getAutomine')).toBe(false)
      const hash = await pay()
      expect(await rpc('eth_getTransactionReceipt', hash)).toBeNull()
      await rpc('evm_mine')
      expect(await mined(hash)).toMatchObject({ status: '0x1' })
      await rpc('evm_setIntervalMining', 3)
      expect(await rpc('anvil_getIntervalMining')).toBe(3)
      await rpc('anvil_setIntervalMining', 0)
      expect(await rpc('anvil_getIntervalMining')).toBeNull()
      await rpc('anvil_setAutomine', true)
      expect(await rpc('hardhat_getAutomine')).toBe(true)
    })

    it('refuses what does not pay the base fee, in the words of anvil', async () => {
      const request = { from: ALICE, to: BOB, gasPrice: '0x1' }
      await expect(rpc('eth_sendTransaction', request)).rejects.toThrow(
        /^max fee per gas less than block base fee/,
      )
    })

    it('says what the header rules leave no choice of', async () => {
      await expect(rpc('anvil_setNextBlockBaseFeePerGas', '0x1')).rejects.toThrow(/follows from/)
      await expect(rpc('evm_setBlockGasLimit', '0x1000')).rejects.toThrow(/gas limit is from/)
      await expect(rpc('hardhat_setMinGasPrice', '0x1')).rejects.toThrow(/EIP-1559/)
      const gasLimit = Number(((await latest()) as unknown as { gasLimit: Hex }).gasLimit)
      await rpc('evm_setBlockGasLimit', gasLimit + 1_000)
      await rpc('evm_mine')
      expect(await latest()).toMatchObject({ gasLimit: `0x${(gasLimit + 1_000).toString(16)}` })
      await rpc('anvil_setCoinbase', MINER)
      await rpc('evm_mine')
      expect(await latest()).toMatchObject({ miner: MINER })
    })
  })

  describe('state', () => {
    it('is seen at once at latest and pending, and stands in the next block', async () => {
      const before = await latest()
      await rpc('anvil_setBalance', STRANGER, '0xde0b6b3a7640000')
      await rpc('hardhat_setNonce', STRANGER, '0x5')
      await rpc('anvil_setCode', READER, BLOCKHASH_CODE)
      await rpc('hardhat_setStorageAt', READER, '0x3', `0x${'07'.padStart(64, '0')}`)
      for (const tag of ['latest', 'pending']) {
        expect(await balance(STRANGER, tag)).toBe('0xde0b6b3a7640000')
        expect(await rpc('eth_getTransactionCount', STRANGER, tag)).toBe('0x5')
        expect(await rpc('eth_getCode', READER, tag)).toBe(BLOCKHASH_CODE)
        expect(Number(await rpc('eth_getStorageAt', READER, '0x3', tag))).toBe(7)
      }
      const asked = { to: READER, data: `0x${before.number.slice(2).padStart(64, '0')}` }
      expect(await rpc('eth_call', asked, 'pending')).toBe(before.hash)
      await rpc('evm_mine')
      expect(await balance(STRANGER)).toBe('0xde0b6b3a7640000')
      expect(await rpc('eth_call', asked, 'latest')).toBe(before.hash)
      expect(Number(await rpc('eth_getStorageAt', READER, '0x3', 'latest'))).toBe(7)
    })

    it('a block on a state by hand is executed alike by whoever traces it', async () => {
      await rpc('anvil_setBalance', STRANGER, '0x8ac7230489e80000')
      await rpc('anvil_impersonateAccount', STRANGER)
      const { blockHash } = await mined(await pay('0x5', STRANGER))
      const traces = await rpc('debug_traceBlockByHash', blockHash, { tracer: 'callTracer' })
      expect(traces).toMatchObject([{ result: { from: STRANGER, value: '0x5' } }])
      await rpc('anvil_stopImpersonatingAccount', STRANGER)
    })

    it('a call at pending sees what waits in the pool', async () => {
      await rpc('evm_setAutomine', false)
      const value = BigInt((await balance(BOB)) as Hex)
      const hash = await pay('0x9')
      expect(BigInt((await balance(BOB, 'pending')) as Hex)).toBe(value + 9n)
      // BALANCE of the caller's word.
      const code = '0x6000353160005260206000f3'
      const read = { to: STRANGER, data: `0x${'0'.repeat(24)}${BOB!.slice(2)}` }
      const result = await rpc('eth_call', read, 'pending', { [STRANGER]: { code } })
      expect(BigInt(result as Hex)).toBe(value + 9n)
      await rpc('evm_setAutomine', true)
      await mined(hash)
    })

    it('refuses what would break every later block', async () => {
      await expect(rpc('anvil_setCode', PREDEPLOYS.BlockRewards, '0x')).rejects.toThrow(/every/)
      await expect(rpc('anvil_setStorageAt', `0x${'77'.repeat(20)}`, '0x0', '0x1')).rejects.toThrow(
        /storage alone/,
      )
    })
  })

  describe('impersonation', () => {
    it('sends for an account without a key, a contract as well', async () => {
      await expect(pay('0x1', READER)).rejects.toThrow(/unknown account/)
      await rpc('hardhat_impersonateAccount', READER)
      await rpc('hardhat_setBalance', READER, '0xde0b6b3a7640000')
      expect(await rpc('eth_accounts')).toContain(READER)
      const hash = await pay('0x2', READER)
      expect(await mined(hash)).toMatchObject({ status: '0x1', from: READER })
      await rpc('hardhat_stopImpersonatingAccount', READER)
      await expect(pay('0x1', READER)).rejects.toThrow(/unknown account/)
      await rpc('anvil_autoImpersonateAccount', true)
      await mined(await pay('0x1', READER))
      await rpc('anvil_autoImpersonateAccount', false)
    })
  })

  describe('snapshots', () => {
    it('go back with the state, the blocks, the pool and what was written by hand', async () => {
      await rpc('anvil_setBalance', STRANGER, '0x64')
      const before = await latest()
      const id = await rpc('evm_snapshot')
      await rpc('anvil_setBalance', STRANGER, '0x65')
      const hash = await pay()
      const { blockHash } = await mined(hash)
      expect(await rpc('evm_revert', id)).toBe(true)
      expect(await latest()).toEqual(before)
      expect(await balance(STRANGER)).toBe('0x64')
      expect(await rpc('eth_getTransactionByHash', hash)).toBeNull()
      expect(await rpc('eth_getBlockByNumber', 'latest', false)).not.toMatchObject({
        hash: blockHash,
      })
      expect(await rpc('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
      expect(await rpc('evm_revert', id)).toBe(false)
      await mined(await pay())
      expect(await balance(STRANGER)).toBe('0x64')
    })

    it('take later ones with them', async () => {
      const [first, second] = [await rpc('evm_snapshot'), await rpc('anvil_snapshot')]
      expect(Number(second)).toBe(Number(first) + 1)
      expect(await rpc('anvil_revert', first)).toBe(true)
      expect(await rpc('evm_revert', second)).toBe(false)
    })

    it('BLOCKHASH, historical states, logs and filters are those of the new branch', async () => {
      await rpc('anvil_setCode', LOGGER, LOG_CODE)
      const filter = await rpc('eth_newFilter', { address: LOGGER })
      const id = await rpc('evm_snapshot')
      const old = await mined(
        (await rpc('eth_sendTransaction', { from: ALICE, to: LOGGER })) as Hash,
      )
      await rpc('evm_revert', id)
      await rpc('evm_mine')
      await rpc('evm_mine')
      const changes = (await rpc('eth_getFilterChanges', filter)) as { removed: boolean }[]
      expect(changes.map(({ removed }) => removed)).toEqual([false, true])
      expect(await rpc('eth_getLogs', { address: LOGGER, fromBlock: '0x0' })).toEqual([])
      const block = (await rpc('eth_getBlockByNumber', old.blockNumber, false)) as Block
      expect(block.hash).not.toBe(old.blockHash)
      const asked = { to: READER, data: `0x${old.blockNumber.slice(2).padStart(64, '0')}` }
      expect(await rpc('eth_call', asked, 'latest')).toBe(block.hash)
      await expect(
        rpc('eth_getBalance', ALICE, { blockHash: old.blockHash, requireCanonical: true }),
      ).rejects.toThrow()
    })

    it('go back past what was final, which becomes final anew', async () => {
      const id = await rpc('evm_snapshot')
      const status = () => dev.node.api.finality.status()
      const finalizedAbove = async (epoch: bigint) => {
        while (status().finalized.epoch <= epoch) await rpc('anvil_mine', '0x8')
      }
      const { epoch } = status().finalized
      await finalizedAbove(epoch + 1n)
      expect(await rpc('evm_revert', id)).toBe(true)
      expect(status().finalized.epoch).toBeLessThanOrEqual(epoch + 1n)
      await finalizedAbove(epoch + 1n)
      expect(status()).toMatchObject({ safetyFault: undefined, lost: undefined })
    }, 60_000)
  })

  describe('reorganisations', () => {
    it('roll back so many blocks', async () => {
      const before = await latest()
      await rpc('anvil_mine', '0x2')
      await rpc('anvil_rollback', 2)
      expect(await latest()).toEqual(before)
      await expect(rpc('anvil_rollback', 1_000_000)).rejects.toThrow(/height/)
    })

    it('make blocks anew of the transactions that are given', async () => {
      const hash = await pay()
      const old = await mined(hash)
      await rpc('evm_mine')
      const { number } = await latest()
      await rpc('anvil_reorg', 2, [[{ from: ALICE, to: BOB, value: '0x7' }, 1]])
      const after = (await rpc('eth_getBlockByNumber', 'latest', true)) as Block
      expect(after.number).toBe(number)
      expect(after.transactions).toMatchObject([{ value: '0x7', from: ALICE }])
      expect(await rpc('eth_getTransactionByHash', hash)).toBeNull()
      const replaced = (await rpc('eth_getBlockByNumber', old.blockNumber, false)) as Block
      expect(replaced.hash).not.toBe(old.blockHash)
      expect(replaced.transactions).toEqual([])
    })
  })

  describe('pool', () => {
    it('drops one, or all', async () => {
      await rpc('evm_setAutomine', false)
      const [first] = [await pay(), await pay(), await pay('0x1', BOB)]
      expect(await rpc('anvil_dropTransaction', first)).toBe(first)
      expect(await rpc('hardhat_dropTransaction', first)).toBeNull()
      expect(await rpc('txpool_status')).toEqual({ pending: '0x1', queued: '0x1' })
      await rpc('anvil_removePoolTransactions', ALICE)
      expect(await rpc('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
      await rpc('anvil_dropAllTransactions')
      expect(await rpc('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
      await rpc('evm_setAutomine', true)
    })
  })

  describe('state as bytes', () => {
    it('comes back as it was', async () => {
      await rpc('anvil_setBalance', STRANGER, '0x1234')
      const dump = await rpc('anvil_dumpState')
      await rpc('anvil_setBalance', STRANGER, '0x1')
      await rpc('anvil_setStorageAt', READER, '0x3', '0x9')
      expect(await rpc('anvil_loadState', dump)).toBe(true)
      expect(await balance(STRANGER)).toBe('0x1234')
      expect(Number(await rpc('eth_getStorageAt', READER, '0x3', 'latest'))).toBe(7)
      await expect(rpc('anvil_loadState', '0x1234')).rejects.toThrow(/no JSON/)
    })
  })

  describe('information', () => {
    it('says what chain this is', async () => {
      const { number, hash } = await latest()
      expect(await rpc('anvil_nodeInfo')).toMatchObject({
        currentBlockNumber: number,
        currentBlockHash: hash,
      })
      const metadata = { latestBlockNumber: Number(number), latestBlockHash: hash }
      expect(await rpc('anvil_metadata')).toMatchObject(metadata)
      expect(await rpc('hardhat_metadata')).toMatchObject(metadata)
    })
  })

  describe('a restart', () => {
    it('keeps states by hand, senders without a key and blocks that were taken back away', async () => {
      await rpc('anvil_setBalance', STRANGER, '0xde0b6b3a7640000')
      await rpc('anvil_impersonateAccount', STRANGER)
      const receipt = await mined(await pay('0x3', STRANGER))
      await rpc('evm_mine')
      await rpc('anvil_rollback', 1)
      await rpc('anvil_setBalance', BOB, '0x77')
      const head = await latest()
      await dev.stop()
      dev = await startDevNode(dev)
      expect(await latest()).toEqual(head)
      expect(await balance(BOB)).toBe('0x77')
      const block = await rpc('debug_traceBlockByHash', receipt.blockHash, { tracer: 'callTracer' })
      expect(block).toMatchObject([{ result: { from: STRANGER } }])
      await rpc('evm_mine')
      expect(await balance(BOB)).toBe('0x77')
    }, 60_000)

    it('reset goes back to block 0', async () => {
      await rpc('hardhat_reset')
      expect((await latest()).number).toBe('0x0')
      await mined(await pay())
      expect((await latest()).number).toBe('0x1')
    })
  })
})
