import { type Input, RLP } from '@ethereumjs/rlp'
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../../../../consensus/types.ts'
import type { CallFrame } from '../../../../node/execution/tracing/tracers/call-tracer.ts'
import { assemble, initcodeOf } from '../../../support/evm-assembly.ts'
import { ServedNode } from '../../../support/tracing/served-node.ts'

type Receipt = { readonly gasUsed: string; readonly contractAddress: string }
type Entry = { readonly txHash: string; readonly result: CallFrame }

const CALLS = { tracer: 'callTracer' }
/** Writes the number of the block into slot 0, and logs. */
const CODE = bytesToHex(initcodeOf(assemble('NUMBER PUSH 0 SSTORE PUSH 0 PUSH 0 LOG0')))
const LOOP = bytesToHex(initcodeOf(assemble('again: @again JUMP')))
const LARGE_LOOP = bytesToHex(initcodeOf(assemble('PUSH 1 PUSH 200000 MSTORE again: @again JUMP')))

async function deploy(served: ServedNode, data: string): Promise<string> {
  const hash = await served.send(0, { to: undefined, value: 0n, data, gasLimit: 300_000n })
  await served.seal()
  return ((await served.rpc('eth_getTransactionReceipt', hash)) as Receipt).contractAddress
}

describe('rpc / debug / trace on a chain', () => {
  it('runs a block again, its reward first, to the gas of its receipts', async () => {
    const served = await ServedNode.start()
    const { rpc } = served
    const to = await deploy(served, CODE)
    const hashes = [
      await served.send(1, { to }),
      await served.send(2),
      await served.send(3, { to }),
    ]
    const block = await served.seal()
    const traces = (await rpc('debug_traceBlockByHash', block, CALLS)) as Entry[]
    expect(traces.map(({ txHash }) => txHash).toSorted()).toEqual(hashes.toSorted())
    for (const { txHash, result } of traces) {
      const { gasUsed } = (await rpc('eth_getTransactionReceipt', txHash)) as Receipt
      expect(result.gasUsed).toBe(gasUsed)
      expect(await rpc('debug_traceTransaction', txHash, CALLS)).toEqual(result)
    }
    const number = (await rpc('eth_blockNumber')) as string
    expect(await rpc('debug_traceBlockByNumber', number, CALLS)).toEqual(traces)
    const raw = await rpc('debug_getRawBlock', block)
    expect(await rpc('debug_traceBlock', raw, CALLS)).toEqual(traces)
  })

  it('traces old blocks as they were', async () => {
    const served = await ServedNode.start()
    const to = await deploy(served, CODE)
    const first = await served.send(1, { to })
    await served.seal()
    await served.send(1, { to })
    await served.seal()
    const { structLogs } = (await served.rpc('debug_traceTransaction', first)) as {
      structLogs: { op: string; stack: string[]; gasCost: number }[]
    }
    const store = structLogs.find(({ op }) => op === 'SSTORE')
    // The slot was empty, and cold.
    expect(store).toMatchObject({ stack: ['0x2', '0x0'], gasCost: 22_100 })
  })

  it('traces calls after a block, and before one of its transactions', async () => {
    const served = await ServedNode.start()
    const { rpc } = served
    const to = await deploy(served, CODE)
    await served.send(1, { to })
    const block = await served.seal()
    const storeGas = async (config: object) => {
      const trace = await rpc('debug_traceCall', { to }, block, config)
      const { structLogs } = trace as { structLogs: { op: string; gasCost: number }[] }
      return structLogs.find(({ op }) => op === 'SSTORE')?.gasCost
    }
    expect(await storeGas({})).toBe(2_200)
    expect(await storeGas({ txIndex: '0x0' })).toBe(22_100)
    expect(await storeGas({ txIndex: '0x1' })).toBe(2_200)
    expect(await storeGas({ blockOverrides: { number: '0x99' } })).toBe(5_000)
    const stateOverrides = { [to]: { code: '0x00' } }
    expect(await storeGas({ stateOverrides })).toBeUndefined()
    await expect(storeGas({ txIndex: '0x2' })).rejects.toMatchObject({
      code: -32000,
      message: 'transaction index 2 out of range',
    })
  })

  it('settles the fees of a call that names them, as in a block', async () => {
    const served = await ServedNode.start()
    const accounts = (await served.rpc('eth_accounts')) as string[]
    const [from, to] = accounts
    const config = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }
    const request = { from, to, value: '0x1', gas: '0x5208', gasPrice: '0x77359400' }
    const diff = await served.rpc('debug_traceCall', request, 'latest', config)
    const { pre, post } = diff as Record<'pre' | 'post', Record<string, { balance: string }>>
    const paid = BigInt(pre[from!]!.balance) - BigInt(post[from!]!.balance)
    expect(paid).toBe(21_000n * 2_000_000_000n + 1n)
  })

  it('does not trace genesis, and names tracers that it has', async () => {
    const { rpc } = await ServedNode.start()
    await expect(rpc('debug_traceBlockByNumber', '0x0')).rejects.toMatchObject({
      code: -32000,
      message: 'genesis is not traceable',
    })
    const tracer = '{step(){},fault(){},result(){}}'
    await expect(rpc('debug_traceCall', {}, 'latest', { tracer })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^tracer not found: .*JavaScript are not supported$/),
    })
  })

  it('ends what runs too long, and goes on sealing meanwhile', async () => {
    const served = await ServedNode.start()
    const to = await deploy(served, LOOP)
    const config = { tracer: 'callTracer', timeout: '1s' }
    const slow = served.rpc('debug_traceCall', { to, gas: '0x2faf080' }, 'latest', config)
    const outcome = slow.catch((error: unknown) => error)
    const before = served.node.api.chain.head().header.number
    await served.seal()
    expect(served.node.api.chain.head().header.number).toBe(before + 1n)
    expect(await outcome).toMatchObject({
      code: -32005,
      message: 'execution aborted (timeout = 1s)',
    })
  })

  it('ends what grows too large', async () => {
    const served = await ServedNode.start()
    const to = await deploy(served, LARGE_LOOP)
    const asked = served.rpc('debug_traceCall', { to, gas: '0x2faf080' }, 'latest', {
      enableMemory: true,
    })
    await expect(asked).rejects.toMatchObject({
      code: -32005,
      message: expect.stringMatching(/^trace too large: more than 24000000 bytes/),
    })
  })

  it('refuses a block that does not execute', async () => {
    const served = await ServedNode.start()
    await served.send(1)
    const first = await served.seal()
    await served.send(1)
    const second = await served.seal()
    const [raw, next] = (await Promise.all(
      [first, second].map((hash) => served.rpc('debug_getRawBlock', hash)),
    )) as string[]
    expect(await served.rpc('debug_traceBlock', raw)).toHaveLength(1)
    const broken = `${next!.slice(0, -4)}c1c0`
    await expect(served.rpc('debug_traceBlock', broken)).rejects.toMatchObject({ code: -32000 })
  })

  it('decodes a transaction of a given block when it is its turn', async () => {
    const served = await ServedNode.start()
    await served.send(1)
    const block = await served.seal()
    const raw = (await served.rpc('debug_getRawBlock', block)) as Hex
    const [header, [transaction] = [], ...rest] = RLP.decode(raw) as Uint8Array[][]
    const trace = (list: readonly (Uint8Array | undefined)[]) =>
      served.rpc('debug_traceBlock', bytesToHex(RLP.encode([header, list, ...rest] as Input)))
    const noTransaction = Uint8Array.of(2, 7)
    await expect(trace([transaction, noTransaction])).rejects.toMatchObject({ code: -32003 })
    await expect(trace([transaction, transaction, noTransaction])).rejects.toMatchObject({
      message: 'tracing failed: nonce too low',
    })
  })
})
