import { createClient, custom, encodeFunctionData, parseAbi } from 'viem'
import { simulateBlocks, simulateCalls } from 'viem/actions'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { loadResultCheck } from '../../../support/openrpc.ts'
import { ServedNode } from '../../../support/tracing/served-node.ts'

const ALICE = devAccounts()[0]!.address
const BOB = `0x${'b0'.repeat(20)}` as const
const COIN = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee'
const abi = parseAbi(['function transfer(address to, uint256 value) returns (bool)'])
const data = encodeFunctionData({ abi, functionName: 'transfer', args: [BOB, 5n] })
/** Reverts with `Error("no")`. */
const REFUSAL =
  '0x7f08c379a0000000000000000000000000000000000000000000000000000000006000526020600452600260245261' +
  '6e6f60f01b60445260646000fd'

type Answer = readonly SimulatedBlock[]

type SimulatedBlock = {
  readonly transactions: readonly unknown[]
  readonly calls: readonly Record<string, unknown>[]
}

function clientOf({ rpc }: ServedNode) {
  const transport = custom({
    request: ({ method, params }) => rpc(method, ...((params ?? []) as unknown[])),
  })
  return createClient({ transport })
}

describe('rpc / eth / simulate', () => {
  it('answers as the schema has it, with hashes and with whole transactions', async () => {
    const { rpc } = await ServedNode.start()
    const check = loadResultCheck()
    const stateOverrides = { [BOB]: { code: REFUSAL } }
    const calls = [
      { from: ALICE, to: PREDEPLOYS.AI, input: data },
      { from: ALICE, to: ALICE, gasPrice: '0x0' },
      { from: ALICE, to: BOB },
      { from: ALICE, input: '0xfe', gas: '0x186a0' },
    ]
    for (const returnFullTransactions of [false, true]) {
      const options = {
        blockStateCalls: [{ stateOverrides, calls }, {}],
        traceTransfers: true,
        returnFullTransactions,
      }
      const answer = (await rpc('eth_simulateV1', options, 'latest')) as Answer
      expect(check?.('eth_simulateV1', answer) ?? []).toEqual([])
      const [block] = answer
      expect(block?.calls.map(({ status }) => status)).toEqual(['0x1', '0x1', '0x0', '0x0'])
      expect(block?.calls[2]?.['error']).toMatchObject({
        code: 3,
        message: 'execution reverted: no',
      })
      expect(block?.calls[3]?.['error']).toMatchObject({ code: -32015 })
      const kind = returnFullTransactions ? 'object' : 'string'
      expect(block?.transactions.map((transaction) => typeof transaction)).toEqual([
        ...[kind, kind, kind, kind],
      ])
    }
  })

  it('is what viem simulates blocks with', async () => {
    const client = clientOf(await ServedNode.start())
    const [first, second] = await simulateBlocks(client, {
      blocks: [
        {
          blockOverrides: { number: 1n, baseFeePerGas: 9n },
          stateOverrides: [{ address: BOB, balance: 100n }],
          calls: [{ account: BOB, to: ALICE, value: 60n }],
        },
        {
          calls: [
            { account: ALICE, to: PREDEPLOYS.AI, abi, functionName: 'transfer', args: [BOB, 5n] },
          ],
        },
      ],
      traceTransfers: true,
    })
    expect(first).toMatchObject({ number: 1n, baseFeePerGas: 9n })
    expect(first?.calls[0]).toMatchObject({ status: 'success', gasUsed: 21_000n })
    expect(second?.calls[0]).toMatchObject({ status: 'success', result: true })
  })

  it('is what viem tells changes of assets by: the coin and its facade are one', async () => {
    const client = clientOf(await ServedNode.start())
    const { assetChanges, results } = await simulateCalls(client, {
      account: ALICE,
      calls: [
        { to: PREDEPLOYS.AI, abi, functionName: 'transfer', args: [BOB, 5n] },
        { to: BOB, value: 7n },
      ],
      traceAssetChanges: true,
      traceTransfers: true,
    })
    expect(results.map(({ status }) => status)).toEqual(['success', 'success'])
    expect(assetChanges.map(({ token, value }) => [token.address, value.diff])).toEqual([
      [COIN, -12n],
      [PREDEPLOYS.AI, -12n],
    ])
    expect(results[0]?.logs?.map(({ address }) => address)).toEqual([COIN, PREDEPLOYS.AI])
  })

  it('refuses what is no simulation, each with the code that geth gives', async () => {
    const { rpc } = await ServedNode.start()
    const code = (options: unknown, block: unknown = 'latest') =>
      rpc('eth_simulateV1', options, block).then(
        () => 'no failure',
        (error) => error.code,
      )
    const blocks = (...blockStateCalls: readonly object[]) => ({ blockStateCalls })
    const many = Array.from({ length: 257 }, () => ({}))
    const call = { from: ALICE, to: BOB }
    expect(await code({})).toBe(-32602)
    expect(await code(blocks())).toBe(-32602)
    expect(await code(blocks({}), '0x99')).toBe(-32000)
    expect(await code(blocks(...many))).toBe(-38026)
    expect(await code(blocks({ blockOverrides: { number: '0x200' } }))).toBe(-38026)
    expect(await code(blocks({ blockOverrides: { number: '0x0' } }))).toBe(-38020)
    expect(await code(blocks({ blockOverrides: { time: '0x1' } }))).toBe(-38021)
    expect(await code(blocks({ blockOverrides: { difficulty: '0x1' } }))).toBe(-32602)
    expect(await code(blocks({ calls: [{ ...call, from: BOB, value: '0x1' }] }))).toBe(-38014)
    expect(await code(blocks({ calls: [{ ...call, gas: '0x1' }] }))).toBe(-38013)
    expect(await code(blocks({ calls: [{ ...call, gas: '0xffffffffff' }] }))).toBe(-38015)
    const validated = (fields: object) =>
      code({ ...blocks({ calls: [{ ...call, ...fields }] }), validation: true })
    const maxFeePerGas = '0x174876e800'
    expect(await validated({})).toBe(-38012)
    expect(await validated({ maxFeePerGas, nonce: '0x5' })).toBe(-38011)
    const initcode = `0x${'00'.repeat(49_153)}`
    expect(await code(blocks({ calls: [{ from: ALICE, input: initcode }] }))).toBe(-38025)
    const state = { [BOB]: { state: {}, stateDiff: {} } }
    expect(await code(blocks({ stateOverrides: state }))).toBe(-32602)
  })
})
