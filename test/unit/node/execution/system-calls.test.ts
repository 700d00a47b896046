/** What happens before the transactions of a block: reward, beacon root, history. */
import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { blockReward } from '../../../../consensus/rules/reward.ts'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { PREDEPLOYS, PREINSTALLS } from '../../../../genesis/predeploys.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import {
  accountOf,
  COINBASE,
  type ExecutedOn,
  ExecutionChain,
  type ExecutionChainOptions,
  WALLETS,
} from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const PROBE: Address = `0x${'b0'.repeat(20)}`

async function openChain(alloc: ExecutionChainOptions['alloc'] = []): Promise<ExecutionChain> {
  const genesis = await testGenesis()
  return ExecutionChain.open({ genesis, store: await openTemporaryDatabase(), alloc })
}

/** The head, as if it had another number. */
function headAt({ head }: ExecutionChain, number: bigint): ExecutedOn {
  return { hash: head.hash, header: { ...head.header, number } }
}

describe('node / execution / system-calls', () => {
  it('pays the schedule at the boundaries of eras, nine tenths to the coinbase', async () => {
    const chain = await openChain()
    const { eraBlocks, genesisDifficulty } = chain.genesis.params
    const vault = PREDEPLOYS.ComputeMiningVault
    const numbers = [
      1n,
      2n,
      ...[1n, 2n, 3n, 4n, 5n, 6n, 9n].flatMap((era) =>
        [-1n, 0n, 1n].map((by) => era * eraBlocks + by),
      ),
    ]
    let released = 0n
    for (const number of numbers) {
      const before = await chain.balance(vault)
      const [coinbase, pot] = [
        await chain.balance(COINBASE),
        await chain.balance(PREDEPLOYS.ValidatorSet),
      ]
      const { block, executed } = await chain.execute([], headAt(chain, number - 1n))
      await chain.commit(
        { ...block, header: { ...block.header, parentHash: chain.head.hash } },
        executed,
      )
      const expected = blockReward({
        number,
        eraBlocks,
        operations: genesisDifficulty,
        epochDifficulty: genesisDifficulty,
        released,
      })
      expect(executed.reward, `block ${number}`).toEqual(expected)
      expect((await chain.balance(COINBASE)) - coinbase).toBe(expected.coinbase)
      expect((await chain.balance(PREDEPLOYS.ValidatorSet)) - pot).toBe(expected.pot)
      released += before - (await chain.balance(vault))
    }
    expect(released).toBeGreaterThan(0n)
  })

  it('pays a block of lower difficulty in proportion', async () => {
    const chain = await openChain()
    const { eraBlocks, genesisDifficulty } = chain.genesis.params
    const operations = genesisDifficulty / 3n
    const { executed } = await chain.execute([], chain.head, { difficulty: operations })
    const work = {
      number: 1n,
      eraBlocks,
      operations,
      epochDifficulty: genesisDifficulty,
      released: 0n,
    }
    expect(executed.reward).toEqual(blockReward(work))
  })

  for (const [what, code] of [
    ['reverts', assemble('PUSH 0 PUSH 0 REVERT')],
    ['runs out of gas', assemble('again: @again JUMP')],
    ['is not there', new Uint8Array(0)],
  ] as const) {
    it(`a block is invalid when the reward contract ${what}`, async () => {
      const chain = await openChain([[PREDEPLOYS.BlockRewards, accountOf({ nonce: 1n, code })]])
      await expect(chain.execute([])).rejects.toMatchObject({
        type: { code: 'SYSTEM_CALL_FAILED', contract: 'BlockRewards' },
      })
    })
  }

  it('nobody but SYSTEM can ask for a reward', async () => {
    const chain = await openChain()
    const data = `0x76fe26b0${[1n, 1n, 1n, 1n].map((value) => value.toString(16).padStart(64, '0')).join('')}`
    const { receipts } = await chain.advance([
      chain.sign(WALLETS[0]!, { to: PREDEPLOYS.BlockRewards, data }),
    ])
    expect(receipts[0]!.status).toBe(0)
  })

  it('BLOCKHASH and the history contract tell the ancestors of the branch', async () => {
    const history = `PUSH 0 CALLDATALOAD PUSH 0 MSTORE PUSH 32 PUSH 32 PUSH 32 PUSH 0 PUSH 0 PUSH ${PREINSTALLS.HistoryStorage} GAS CALL POP`
    const code = assemble(
      `${history} PUSH 0 CALLDATALOAD BLOCKHASH PUSH 0 MSTORE PUSH 64 PUSH 0 RETURN`,
    )
    const chain = await openChain([[PROBE, accountOf({ nonce: 1n, code })]])
    const fork = chain.head
    for (let i = 0; i < 5; i++) await chain.advance()
    const main = chain.head
    const ask = async (on: ExecutedOn, number: bigint): Promise<readonly [Hash, Hash]> => {
      const data = hexToBytes(`0x${number.toString(16).padStart(64, '0')}`)
      const base = chain.parentState(on)
      const outcome = await chain.executor.call(
        base,
        { to: PROBE, data },
        { block: { number: on.header.number + 1n } },
      )
      expect(outcome.kind).toBe('ok')
      const output = outcome.kind === 'ok' ? outcome.output : '0x'
      return [`0x${output.slice(2, 66)}`, `0x${output.slice(66)}`]
    }
    const byNumber = [...chain.blocks].sort(([, a], [, b]) => Number(a.number - b.number))
    for (let number = 0n; number < 5n; number++) {
      const [hash] = byNumber[Number(number)]!
      expect(await ask(main, number)).toEqual([hash, hash])
    }
    // Another branch from block 0 on, whose blocks are not canonical.
    const { block, executed } = await chain.execute([], fork, {
      timestamp: fork.header.timestamp + 9n,
    })
    await chain.commit(block, executed, false)
    const side = await chain.execute([], block)
    await chain.commit(side.block, side.executed, false)
    expect(await ask(side.block, 1n)).toEqual([block.hash, block.hash])
    expect(await ask(side.block, 0n)).toEqual([fork.hash, fork.hash])
    const [unknown] = await ask(side.block, 9n)
    expect(BigInt(unknown)).toBe(0n)
  })

  it('keeps the time of each block where EIP-4788 has it, with a root of zero', async () => {
    const chain = await openChain()
    await chain.advance([], { timestamp: 1_700_000_123n })
    expect(await chain.storage(PREINSTALLS.BeaconRoots, 1_700_000_123n % 8_191n)).toBe(
      1_700_000_123n,
    )
    const outcome = await chain.executor.call(chain.parentState(), {
      to: PREINSTALLS.BeaconRoots,
      data: hexToBytes(`0x${1_700_000_123n.toString(16).padStart(64, '0')}`),
    })
    expect(outcome).toMatchObject({ kind: 'ok', output: `0x${'00'.repeat(32)}` })
  })

  it('shows contracts the block that they run in', async () => {
    const reads = [
      'NUMBER',
      'TIMESTAMP',
      'COINBASE',
      'PREVRANDAO',
      'GASLIMIT',
      'BASEFEE',
      'BLOBBASEFEE',
      'CHAINID',
    ]
    const code = assemble(`${reads.map((name, i) => `${name} PUSH ${i} SSTORE`).join(' ')} STOP`)
    const chain = await openChain([[PROBE, accountOf({ nonce: 1n, code })]])
    await chain.advance([chain.sign(WALLETS[0]!, { to: PROBE, gasLimit: 500_000n })])
    const { header } = chain.head
    const values = await Promise.all(reads.map((_, i) => chain.storage(PROBE, BigInt(i))))
    expect(values).toEqual([
      header.number,
      header.timestamp,
      BigInt(header.coinbase),
      BigInt(header.mixHash),
      header.gasLimit,
      header.baseFeePerGas,
      1n,
      chain.genesis.params.chainId,
    ])
  })
})
