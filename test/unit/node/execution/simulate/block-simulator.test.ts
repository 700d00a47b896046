import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../../../genesis/predeploys.ts'
import { EMPTY_BLOOM } from '../../../../../node/execution/receipts/receipt-codec.ts'
import { COIN_ADDRESS } from '../../../../../node/execution/simulate/transfer-logs.ts'
import { assemble } from '../../../../support/evm-assembly.ts'
import { callData, GWEI, WALLETS, walletOf } from '../../../../support/execution-chain.ts'
import {
  GAS_CAP,
  moveOf,
  openSimulatedChain,
  outputOf,
} from '../../../../support/simulated-chain.ts'
import { callTo, contractAt } from '../../../../support/tracing/traced-chain.ts'

const [ALICE, BOB] = [WALLETS[0]!.address, WALLETS[1]!.address]
const NOBODY = walletOf(1).address
const FACADE = PREDEPLOYS.AI
const IDENTITY: Address = `0x${'4'.padStart(40, '0')}`
const ELSEWHERE: Address = `0x${'e1'.repeat(20)}`

const RETURN_WORD = 'PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN'
const RETURN_SLOT = `PUSH 0 SLOAD ${RETURN_WORD}`
const COUNT_UP = `PUSH 0 SLOAD PUSH 1 ADD DUP1 PUSH 0 SSTORE ${RETURN_WORD}`
const REVERT = 'PUSH 0 PUSH 0 REVERT'

const transfer = (to: Address, value: bigint) => ({
  to: FACADE,
  data: hexToBytes(callData('0xa9059cbb', to, value)),
})
const balanceOf = (address: Address) => ({
  to: FACADE,
  data: hexToBytes(callData('0x70a08231', address)),
})
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error) => error.type?.code ?? error,
  )

describe('node / execution / simulate / block simulator', () => {
  it('runs each block on the state that the one before left', async () => {
    const { simulate, chain } = await openSimulatedChain(COUNT_UP)
    const calls = [{ to: contractAt(1) }, { to: contractAt(1) }]
    const [first, second] = await simulate([{ calls }, { calls }])
    expect([outputOf(first), outputOf(first, 1)]).toEqual([8n, 9n])
    expect([outputOf(second), outputOf(second, 1)]).toEqual([10n, 11n])
    expect(first?.header.parentHash).toBe(chain.head.hash)
    expect(second?.header.parentHash).toBe(first?.hash)
    expect(await chain.storage(contractAt(1), 0n)).toBe(7n)
  })

  it('shows a block what its caller says of it, and the blocks below by their hashes', async () => {
    const source = `NUMBER PUSH 1 SWAP1 SUB BLOCKHASH ${RETURN_WORD}`
    const { simulate } = await openSimulatedChain(
      `TIMESTAMP ${RETURN_WORD}`,
      `COINBASE ${RETURN_WORD}`,
      `PREVRANDAO ${RETURN_WORD}`,
      `GASLIMIT ${RETURN_WORD}`,
      `BASEFEE ${RETURN_WORD}`,
      source,
    )
    const calls = [1, 2, 3, 4, 5, 6].map((index) => ({ to: contractAt(index) }))
    const block = {
      time: 2_000_000_000n,
      feeRecipient: BOB,
      prevRandao: `0x${'5a'.repeat(32)}` as const,
      gasLimit: 20_000_000n,
      baseFeePerGas: 7n,
    }
    const [first, second] = await simulate([{ block, calls }, { calls }])
    expect(calls.slice(0, 5).map((_, index) => outputOf(first, index))).toEqual([
      ...[2_000_000_000n, BigInt(BOB), BigInt(block.prevRandao), 20_000_000n, 7n],
    ])
    expect(calls.map((_, index) => outputOf(second, index))).toEqual([
      ...[2_000_000_002n, BigInt(BOB), 0n, 20_000_000n, 0n, BigInt(first?.hash ?? 0)],
    ])
  })

  it('tells coins that move as transfers, in order, and not those of calls that fail', async () => {
    const { simulate } = await openSimulatedChain(
      [
        ...['PUSH 0 PUSH 0 LOG0', callTo('CALL', contractAt(2), { value: 2 })],
        callTo('CALL', contractAt(3), { value: 3 }),
      ].join(' '),
      'PUSH 0 PUSH 0 LOG0',
      REVERT,
      `PUSH ${ELSEWHERE} SELFDESTRUCT`,
    )
    const calls = [
      { from: ALICE, to: contractAt(1), value: 9n },
      { from: ALICE, to: contractAt(3), value: 1n },
      { from: ALICE, to: contractAt(4) },
    ]
    const [traced] = await simulate([{ calls }], { tracesTransfers: true })
    const [one, two, three] = traced?.calls ?? []
    expect(one?.logs.map(({ log }) => log.address)).toEqual([
      ...[COIN_ADDRESS, contractAt(1), COIN_ADDRESS, contractAt(2)],
    ])
    expect(one?.logs.map(({ index }) => index)).toEqual([0, 1, 2, 3])
    expect(two).toMatchObject({ outcome: { kind: 'reverted' }, logs: [] })
    expect(three?.logs.map(moveOf)).toEqual([
      { token: COIN_ADDRESS, from: contractAt(4), to: ELSEWHERE, value: 1_000n },
    ])
    const [untold] = await simulate([{ calls }])
    expect(untold?.calls[0]?.logs.map(({ log }) => log.address)).toEqual([
      ...[contractAt(1), contractAt(2)],
    ])
    // What is told is in no root.
    expect({ ...untold?.header }).toEqual({ ...traced?.header })
  })

  it('moves coins by the ERC-20 facade, and tells the move of the coin beside the token', async () => {
    const { simulate } = await openSimulatedChain()
    const calls = [
      { from: ALICE, ...transfer(NOBODY, 5n) },
      { from: ALICE, ...transfer(NOBODY, 10n ** 30n) },
      balanceOf(NOBODY),
    ]
    const [traced] = await simulate([{ calls }], { tracesTransfers: true })
    expect(outputOf(traced, 2)).toBe(5n)
    const move = { from: ALICE, to: NOBODY, value: 5n }
    expect(traced?.calls[0]?.logs.map(moveOf)).toEqual([
      { token: COIN_ADDRESS, ...move },
      { token: FACADE, ...move },
    ])
    expect(traced?.calls[1]).toMatchObject({ outcome: { kind: 'reverted' }, logs: [] })
    const [untold] = await simulate([{ calls }])
    expect(untold?.calls[0]?.logs.map(moveOf)).toEqual([{ token: FACADE, ...move }])
    expect(untold?.hash).toBe(traced?.hash)
    expect(untold?.header.logsBloom).not.toBe(EMPTY_BLOOM)
  })

  it('takes the base fee to the sink where it is paid, and nothing where it is not', async () => {
    const { simulate } = await openSimulatedChain()
    const sink = [balanceOf(PREDEPLOYS.AIBurn)]
    const paid = { from: ALICE, to: BOB, value: 1n, maxFeePerGas: 3n * GWEI }
    const block = { baseFeePerGas: 2n * GWEI }
    const burnt = async (call: object): Promise<bigint> => {
      const [before, , after] = await simulate([
        { calls: sink },
        { block, calls: [{ ...paid, ...call }] },
        { calls: sink },
      ])
      return outputOf(after) - outputOf(before)
    }
    expect(await burnt({})).toBe(21_000n * 2n * GWEI)
    expect(await burnt({ maxFeePerGas: 0n })).toBe(0n)
  })

  it('asks with validation what is asked of transactions, and without it next to nothing', async () => {
    const { simulate } = await openSimulatedChain()
    const calls = (call: object) => [{ calls: [{ from: ALICE, to: BOB, ...call }] }]
    const codes = async (call: object) => [
      await failure(simulate(calls(call))),
      await failure(simulate(calls({ maxFeePerGas: 100n * GWEI, ...call }), { isValidated: true })),
    ]
    const fine = 'no failure'
    expect(await codes({ gas: 21_000n })).toEqual([fine, fine])
    expect(await codes({ gas: 21_000n, nonce: 3n })).toEqual([fine, 'NONCE_TOO_HIGH'])
    expect(await codes({ gas: 21_000n, maxFeePerGas: 0n })).toEqual([fine, 'FEE_BELOW_BASE'])
    expect(await codes({ gas: 20_000n })).toEqual(['GAS_TOO_LOW', 'GAS_TOO_LOW'])
    expect(await codes({ gas: 21_000n, from: NOBODY, value: 1n })).toEqual([
      ...['BALANCE_TOO_LOW', 'BALANCE_TOO_LOW'],
    ])
    expect(await codes({ gas: 10n ** 12n })).toEqual(['GAS_ABOVE_BLOCK', 'GAS_ABOVE_BLOCK'])
    // Contracts may send: nobody signs here.
    expect(await codes({ gas: 21_000n, from: FACADE, maxFeePerGas: 0n })).toEqual([
      ...[fine, 'FEE_BELOW_BASE'],
    ])
  })

  it('has the gas of the request for all calls together', async () => {
    const { simulate } = await openSimulatedChain('INVALID', `GAS ${RETURN_WORD}`)
    const block = { gasLimit: 3n * GAS_CAP }
    const [result] = await simulate([
      { block, calls: [{ to: contractAt(1), gas: 40_000_000n }, { to: contractAt(2) }] },
    ])
    expect(result?.calls[0]?.outcome).toMatchObject({ kind: 'failed', gasUsed: 40_000_000n })
    expect(outputOf(result, 1)).toBe(10_000_000n - 21_000n - 2n)
    const [spent] = await simulate([{ block, calls: [{ to: contractAt(1) }] }])
    expect(spent?.calls[0]?.outcome.gasUsed).toBe(GAS_CAP)
    const both = [{ to: contractAt(1) }, { to: contractAt(2) }]
    expect(await failure(simulate([{ block, calls: both }]))).toBe('GAS_TOO_LOW')
  })

  it('tells the most gas that was in use, before what comes back', async () => {
    const { simulate } = await openSimulatedChain('PUSH 0 PUSH 0 SSTORE')
    const [block] = await simulate([
      { calls: [{ to: contractAt(1) }, { to: BOB, data: new Uint8Array(1_000).fill(1) }] },
    ])
    const [cleared, floored] = block?.calls ?? []
    expect(cleared?.maxUsedGas).toBe(21_000n + 5_004n)
    expect(cleared?.outcome.gasUsed).toBe(21_000n + 5_004n - 4_800n)
    // EIP-7623: 10 a token, of which a byte that is not zero is four.
    expect(floored?.maxUsedGas).toBe(21_000n + 40_000n)
    expect(floored?.outcome.gasUsed).toBe(21_000n + 40_000n)
  })

  it('overrides accounts before a block, and what they are stays', async () => {
    const { simulate } = await openSimulatedChain(RETURN_SLOT)
    const slot: Hex = `0x${'00'.repeat(32)}`
    const stateDiff = new Map([[slot, `0x${'00'.repeat(31)}2a` as const]])
    const code = assemble(`SELFBALANCE ${RETURN_WORD}`)
    const accounts = new Map([
      [contractAt(1), { stateDiff }],
      [ELSEWHERE, { code, balance: 77n }],
    ])
    const calls = [{ to: contractAt(1) }, { to: ELSEWHERE }]
    const [first, second] = await simulate([{ accounts, calls }, { calls }])
    for (const block of [first, second]) {
      expect([outputOf(block), outputOf(block, 1)]).toEqual([42n, 77n])
    }
  })

  it('moves a precompile for one block', async () => {
    const { simulate } = await openSimulatedChain()
    const data = Uint8Array.of(9)
    const calls = [
      { to: IDENTITY, data },
      { to: ELSEWHERE, data },
    ]
    const accounts = new Map([[IDENTITY, { movePrecompileTo: ELSEWHERE }]])
    const blocks = await simulate([{ calls }, { accounts, calls }, { calls }])
    expect(blocks.map((block) => [outputOf(block), outputOf(block, 1)])).toEqual([
      ...[
        [9n, 0n],
        [0n, 9n],
        [9n, 0n],
      ],
    ])
    const moved = (from: Address, to: Address, also?: Address) =>
      simulate([
        {
          accounts: new Map([
            [from, { movePrecompileTo: to }],
            ...(also ? [[also, { balance: 1n }] as const] : []),
          ]),
        },
      ])
    expect(await failure(moved(ELSEWHERE, IDENTITY))).toBe('NOT_A_PRECOMPILE')
    expect(await failure(moved(IDENTITY, IDENTITY))).toBe('ALREADY_OVERRIDDEN')
    expect(await failure(moved(IDENTITY, ELSEWHERE, ELSEWHERE))).toBe('ALREADY_OVERRIDDEN')
  })

  it('refuses what this chain does not have', async () => {
    const { simulate } = await openSimulatedChain()
    const withdrawal = { index: 0n, validatorIndex: 0n, address: BOB, amount: 1n }
    for (const block of [
      { withdrawals: [withdrawal] },
      { beaconRoot: `0x${'01'.repeat(32)}` as const },
    ]) {
      expect(await failure(simulate([{ block }]))).toBe('NO_CONSENSUS_LAYER')
    }
    const blobVersionedHashes = [`0x01${'ab'.repeat(31)}` as const]
    const calls = [{ from: ALICE, to: BOB, blobVersionedHashes }]
    expect(await failure(simulate([{ calls }]))).toBe('BLOBS_NOT_ALLOWED')
    expect(await failure(simulate([{ calls: [{ to: BOB, chainId: 1n }] }]))).toBe(
      'CHAIN_ID_DIFFERS',
    )
  })

  it('refuses fields that make no transaction', async () => {
    const { simulate } = await openSimulatedChain()
    const code = (call: object) => failure(simulate([{ calls: [call] }]))
    expect(await code({ to: BOB, maxFeePerGas: 1n, maxPriorityFeePerGas: 2n })).toBe(
      'TIP_ABOVE_FEE_CAP',
    )
    expect(await code({ to: BOB, authorizationList: [] })).toBe('AUTHORIZATIONS_MALFORMED')
    expect(await code({ data: new Uint8Array(49_153) })).toBe('INIT_CODE_TOO_LARGE')
    expect(await code({ to: BOB, gasPrice: 1n, authorizationList: [] })).toBe('FEES_NOT_ALLOWED')
  })

  it('ends when its caller is gone, in the middle of a call', async () => {
    const { simulate } = await openSimulatedChain('loop: @loop JUMP')
    const controller = new AbortController()
    const work = simulate([{ calls: [{ to: contractAt(1) }] }], {}, { signal: controller.signal })
    setImmediate(() => controller.abort())
    expect(await failure(work)).toBe('ABORTED')
  })
})
