/** What readers, the pool and provers have of a chain of which blocks or states are taken back. */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assembleProof } from '../../../../consensus/proof/seal.ts'
import type { Hash, Hex } from '../../../../consensus/types.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { CHANGES_WAITING_MAX } from '../../../../node/dev/dev-chain.ts'
import { type DevNode, startDevNode } from '../../../support/dev-node.ts'
import type { Rpc } from '../../../support/rpc-client.ts'
import { TestSocket } from '../../../support/rpc-fixture.ts'
import { searchReference } from '../../../support/seal-reference.ts'

const [ALICE, BOB, CAROL] = devAccounts().map(({ address }) => address)
const STRANGER = '0x1234567890123456789012345678901234567890'
/** LOG0 of nothing. */
const LOG_CODE = '0x60006000a000'
const LOGGER = '0x00000000000000000000000000000000000c0de1'

type Receipt = { readonly blockNumber: Hex; readonly blockHash: Hash }
type Work = { readonly [Name in 'workId' | 'sealHash' | 'difficulty' | 'epochSeed']: Hex }

let dev: DevNode
let rpc: Rpc
const logOnce = async () =>
  (await rpc('eth_sendTransactionSync', { from: ALICE, to: LOGGER })) as Receipt

describe('rpc / dev / going back', () => {
  /** The first is for the test, the second for what comes after it. */
  let before: unknown
  let home: unknown
  beforeAll(async () => {
    dev = await startDevNode()
    rpc = (...call) => dev.rpc(...call)
    await rpc('anvil_setCode', LOGGER, LOG_CODE)
    await rpc('anvil_mine', 3)
  }, 120_000)
  afterAll(() => dev.remove())
  beforeEach(async () => {
    home = await rpc('evm_snapshot')
    before = await rpc('evm_snapshot')
  })
  afterEach(async () => {
    await rpc('evm_setAutomine', true)
    await rpc('anvil_dropAllTransactions')
    await rpc('evm_revert', home)
  })

  it('of more changes than may wait the last is refused', async () => {
    const { dev: controls } = dev.node.api
    const asked = Array.from({ length: CHANGES_WAITING_MAX + 1 }, () => controls!.snapshot())
    const outcomes = await Promise.allSettled(asked)
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(refused.map(({ type }) => type)).toEqual([
      { code: 'BUSY', waitingMax: CHANGES_WAITING_MAX },
    ])
    expect(outcomes.at(-1)!.status).toBe('rejected')
    // There is room again.
    await controls!.snapshot()
  })

  it('changes that are asked for at once are made one after another', async () => {
    await rpc('anvil_mine', 12)
    const height = Number(await rpc('eth_blockNumber'))
    const wealth = Array.from({ length: 8 }, (_, index) => `0x${(index + 1).toString(16)}`)
    const asked = [
      ...Array.from({ length: 6 }, () => rpc('anvil_rollback', 2)),
      ...wealth.map((wei) => rpc('anvil_setBalance', STRANGER, wei)),
      ...wealth.map(() => rpc('eth_getBlockByNumber', 'pending', false)),
    ]
    await Promise.all(asked)
    expect(Number(await rpc('eth_blockNumber'))).toBe(height - 12)
    await rpc('anvil_setBalance', STRANGER, '0x77')
    await rpc('evm_mine')
    expect(await rpc('eth_getBalance', STRANGER)).toBe('0x77')
  })

  describe('subscriptions', () => {
    let socket: TestSocket
    beforeEach(async () => {
      socket = await TestSocket.open(dev.wsUrl, {})
      await socket.call('eth_subscribe', 'logs', { address: LOGGER })
    })
    afterEach(() => socket.close())

    it.each<[string, () => Promise<unknown>]>([
      ['evm_revert', () => rpc('evm_revert', before)],
      ['anvil_rollback', () => rpc('anvil_rollback', 2)],
      ['anvil_reorg', () => rpc('anvil_reorg', 2)],
      ['anvil_reset', () => rpc('anvil_reset')],
    ])('%s takes logs back with removed: true, newest first', async (name, goBack) => {
      const [first, second] = [await logOnce(), await logOnce()]
      await goBack()
      const told = (await socket.notices(4)).map(({ result }) => result)
      const { blockHash: one } = first
      const { blockHash: two } = second
      expect(told).toMatchObject([
        { blockHash: one, removed: false },
        { blockHash: two, removed: false },
        { blockHash: two, removed: true },
        { blockHash: one, removed: true },
      ])
      // What comes after it is told as ever.
      if (name === 'anvil_reset') {
        await rpc('anvil_setCode', LOGGER, LOG_CODE)
        home = await rpc('evm_snapshot')
      }
      const { blockHash } = await logOnce()
      expect((await socket.notices(1))[0]?.result).toMatchObject({ blockHash, removed: false })
    })

    it('anvil_loadState takes no block back, and so no log', async () => {
      const state = await rpc('anvil_dumpState')
      const first = await logOnce()
      await rpc('anvil_loadState', state)
      const second = await logOnce()
      expect((await socket.notices(2)).map(({ result }) => result)).toMatchObject([
        { blockHash: first.blockHash, removed: false },
        { blockHash: second.blockHash, removed: false },
      ])
      expect(
        await rpc('eth_getLogs', { address: LOGGER, blockHash: first.blockHash }),
      ).toHaveLength(1)
    })
  })

  it('filters tell the blocks that come, not those that went, and take their logs back', async () => {
    const [blocks, logs] = [await rpc('eth_newBlockFilter'), await rpc('eth_newFilter', {})]
    const old = await logOnce()
    expect(await rpc('eth_getFilterChanges', blocks)).toEqual([old.blockHash])
    await rpc('evm_revert', before)
    const fresh = await logOnce()
    expect(await rpc('eth_getFilterChanges', blocks)).toEqual([fresh.blockHash])
    expect(await rpc('eth_getFilterChanges', logs)).toMatchObject([
      { blockHash: old.blockHash, removed: false },
      { blockHash: old.blockHash, removed: true },
      { blockHash: fresh.blockHash, removed: false },
    ])
    expect(await rpc('eth_getFilterLogs', logs)).toMatchObject([{ blockHash: fresh.blockHash }])
  })

  it('the pool keeps what waits, and takes back nothing of the blocks that went', async () => {
    const pay = (from: string | undefined) =>
      rpc('eth_sendTransaction', { from, to: CAROL, value: '0x1' }) as Promise<Hash>
    await rpc('evm_setAutomine', false)
    const mined = await pay(ALICE)
    await rpc('evm_mine')
    // One that comes after what is taken back, and one that does not.
    const [later, free] = [await pay(ALICE), await pay(BOB)]
    expect(await rpc('txpool_status')).toEqual({ pending: '0x2', queued: '0x0' })
    await rpc('evm_revert', before)
    expect(await rpc('txpool_status')).toEqual({ pending: '0x1', queued: '0x1' })
    expect(await rpc('eth_getTransactionByHash', mined)).toBeNull()
    expect(await rpc('eth_getTransactionByHash', free)).toMatchObject({ blockHash: null })
    const again = await pay(ALICE)
    await rpc('evm_mine')
    for (const hash of [again, later, free]) {
      expect(await rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
    }
  })

  it('nothing is answered of the state, the receipts and the logs of blocks that went', async () => {
    const old = await logOnce()
    const hash = await rpc('eth_getBlockByHash', old.blockHash, false)
    await rpc('evm_revert', before)
    const { blockHash, blockNumber } = old
    for (const at of [{ blockHash }, { blockHash, requireCanonical: true }, blockNumber]) {
      await expect(rpc('eth_getBalance', ALICE, at)).rejects.toMatchObject({ code: -32000 })
      await expect(rpc('eth_call', { to: BOB }, at)).rejects.toMatchObject({ code: -32000 })
      await expect(rpc('eth_getProof', ALICE, [], at)).rejects.toMatchObject({ code: -32000 })
    }
    const transaction = (hash as { transactions: Hash[] }).transactions[0]
    expect(await rpc('eth_getTransactionReceipt', transaction)).toBeNull()
    expect(await rpc('eth_getLogs', { fromBlock: '0x0', address: LOGGER })).toEqual([])
  })

  describe('work for provers', () => {
    const takeWork = async () => (await rpc('hanzo_getWork', BOB)) as Work
    const submit = (work: Work) => {
      const tile = searchReference({
        shape: 'T0',
        genesisHash: hexToBytes(dev.genesis.hash),
        sealHash: hexToBytes(work.sealHash),
        difficulty: BigInt(work.difficulty),
        operands: { kind: 0, epochSeed: hexToBytes(work.epochSeed) },
      })
      const proof = bytesToHex(assembleProof('T0', tile, { kind: 0 }))
      return rpc('hanzo_submitWork', work.workId, bytesToHex(tile.nonce), proof)
    }
    const stale = { ok: false, code: 'WORK_STALE', blockHash: null }

    it('that was taken before a state was written by hand is stale, and not handed out again', async () => {
      const old = await takeWork()
      await rpc('anvil_setBalance', STRANGER, '0x64')
      const fresh = await takeWork()
      expect(fresh.workId).not.toBe(old.workId)
      expect(await submit(old)).toEqual(stale)
      expect(await submit(fresh)).toMatchObject({ ok: true })
      expect(await rpc('eth_getBalance', STRANGER, 'latest')).toBe('0x64')
      await rpc('evm_mine')
    })

    it('that was taken before a way back is stale', async () => {
      await rpc('anvil_setBalance', STRANGER, '0x64')
      const old = await takeWork()
      await rpc('evm_revert', before)
      expect(await submit(old)).toEqual(stale)
      await rpc('evm_mine')
      const onOld = await takeWork()
      await rpc('anvil_rollback', 1)
      expect(await submit(onOld)).toEqual(stale)
      expect(await rpc('eth_getBalance', STRANGER, 'latest')).toBe('0x0')
    })
  })
})
