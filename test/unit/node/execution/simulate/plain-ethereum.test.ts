/** Simulations on plain Ethereum; the official files do the rest (`npm run test:conformance`). */
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../../../consensus/types.ts'
import { parseEthereumGenesis } from '../../../../../genesis/file/ethereum-genesis.ts'
import type { ChainApi } from '../../../../../node/api.ts'
import { BlockSimulator } from '../../../../../node/execution/simulate/block-simulator.ts'
import { ImportedChain } from '../../../../../node/import-chain/imported-chain.ts'
import { createImportedNode } from '../../../../../node/import-chain/imported-node.ts'
import {
  type Alloc,
  EthereumTestChain,
  ethereumGenesisJson,
} from '../../../../support/ethereum-chain.ts'
import { assemble } from '../../../../support/evm-assembly.ts'
import { COINBASE, GWEI, WALLETS } from '../../../../support/execution-chain.ts'
import { GAS_CAP, outputOf, requestOf } from '../../../../support/simulated-chain.ts'

const ALICE = WALLETS[0]!
const CONTRACT: Address = `0x${'c1'.repeat(20)}`

const contract = (source: string): Alloc => ({
  [CONTRACT]: { balance: '0', code: bytesToHex(assemble(source)) },
})

function simulatorOf({ state, fees, chainId }: ChainApi): BlockSimulator {
  return new BlockSimulator({
    ...{ state, fees, chainId, gasCap: GAS_CAP },
    blockSeconds: 12n,
    hasConsensusLayer: true,
  })
}

/** A chain whose Osaka begins at its second block. */
async function beforeOsaka(alloc: Alloc): Promise<ChainApi> {
  const json = ethereumGenesisJson('prague', alloc)
  const config = { ...json.config, osakaTime: 24 }
  const chain = await ImportedChain.create(parseEthereumGenesis({ ...json, config }))
  return createImportedNode({ chain, clientVersion: 'test', clock: { now: () => 0 } })
}

describe('node / execution / simulate / plain Ethereum', () => {
  it('leaves the state and the receipts that the same transactions leave, signed', async () => {
    const test = await EthereumTestChain.open(
      'osaka',
      contract('PUSH 9 PUSH 1 SSTORE PUSH 0 PUSH 0 LOG0'),
    )
    await test.advance()
    const withdrawals = [{ index: 1n, validatorIndex: 2n, address: CONTRACT, amount: 3n }]
    const to = [CONTRACT, WALLETS[1]!.address, undefined]
    const fields = (index: number) => ({
      ...(to[index] && { to: to[index] }),
      value: BigInt(index),
      gasPrice: 3n * GWEI,
    })
    const signed = to.map((_, index) =>
      test.sign(ALICE, { ...fields(index), nonce: BigInt(index), gasLimit: 100_000n }),
    )
    const built = await test.build(signed, { withdrawals })
    const [block] = await simulatorOf(test.api).simulate(
      test.chain.head,
      requestOf(
        [
          {
            block: {
              withdrawals,
              feeRecipient: COINBASE,
              prevRandao: built.header.mixHash,
              gasLimit: built.header.gasLimit,
            },
            calls: to.map((_, index) => ({
              from: ALICE.address,
              gas: 100_000n,
              ...fields(index),
            })),
          },
        ],
        { isValidated: true },
      ),
    )
    const { transactionsRoot: _, ...rest } = built.header
    expect(block?.header).toMatchObject(rest)
    expect(block?.transactions.map(({ tx }) => tx.type)).toEqual([0, 0, 0])
    expect(block?.transactions[0]?.hash).not.toBe(signed[0]?.hash)
  })

  it('goes over a fork with the state, and under the new rules from there on', async () => {
    // CLZ is Osaka's: 255 zeros are in front of a one.
    const api = await beforeOsaka(
      contract(
        'PUSH 1 PUSH 0 SLOAD ADD PUSH 0 SSTORE PUSH 1 CLZ PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
      ),
    )
    const accounts = new Map([[CONTRACT, { balance: 5n }]])
    const calls = [{ to: CONTRACT, gas: 1_000_000n }]
    const [before, after] = await simulatorOf(api).simulate(
      api.chain.head(),
      requestOf([{ accounts, calls }, { calls }], { tracesTransfers: true }),
    )
    expect(before?.header.timestamp).toBe(12n)
    expect(before?.calls[0]?.outcome.kind).toBe('failed')
    expect(after?.header.timestamp).toBe(24n)
    expect(outputOf(after)).toBe(255n)
  })

  it('credits withdrawals after the calls of a block', async () => {
    const { api } = await EthereumTestChain.open(
      'osaka',
      contract('SELFBALANCE PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN'),
    )
    const withdrawals = [{ index: 0n, validatorIndex: 0n, address: CONTRACT, amount: 4n }]
    const calls = [{ to: CONTRACT }]
    const [first, second] = await simulatorOf(api).simulate(
      api.chain.head(),
      requestOf([{ block: { withdrawals }, calls }, { calls }]),
    )
    expect([outputOf(first), outputOf(second)]).toEqual([0n, 4n * GWEI])
    expect(first?.withdrawals).toEqual(withdrawals)
  })

  it('knows gas prices alone before London', async () => {
    const { api } = await EthereumTestChain.open('berlin')
    const call = { from: ALICE.address, to: CONTRACT }
    const simulator = simulatorOf(api)
    const run = (fees: object) =>
      simulator.simulate(api.chain.head(), requestOf([{ calls: [{ ...call, ...fees }] }]))
    const [block] = await run({ accessList: [] })
    expect(block?.header.baseFeePerGas).toBeUndefined()
    expect(block?.transactions[0]?.tx).toMatchObject({ type: 1, gasPrice: 0n })
    await expect(run({ maxFeePerGas: 1n })).rejects.toMatchObject({
      type: { code: 'FEES_NOT_ALLOWED' },
    })
  })
})
