/** Blocks that never were, on our own chain. */
import { Address as LibraryAddress } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { overrideAccounts } from '../../../../node/execution/calls/overrides.ts'
import type { SimulatedFields, Simulation } from '../../../../node/execution/simulation.ts'
import type { ExecutableFields } from '../../../../node/execution/transaction/executable.ts'
import { InclusionError } from '../../../../node/execution/transaction/inclusion-rules.ts'
import { bytesOfHex } from '../../../../node/state/flat/integers.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { COINBASE, ExecutionChain, GWEI, WALLETS } from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const NOBODY: Address = `0x${'ee'.repeat(20)}`
const TARGET: Address = `0x${'d7'.repeat(20)}`
const CONTRACT: Address = `0x${'b1'.repeat(20)}`
const LENIENT = { nonce: false, sender: false, baseFee: false }
const [ALICE] = WALLETS as [(typeof WALLETS)[0]]

async function openChain(): Promise<ExecutionChain> {
  return ExecutionChain.open({ genesis: await testGenesis(), store: await openTemporaryDatabase() })
}

function fieldsOn({ parent }: Simulation): SimulatedFields {
  const { number, timestamp, gasLimit, difficulty, mixHash } = parent.header
  return {
    ...{ gasLimit, difficulty, mixHash, coinbase: COINBASE, baseFeePerGas: GWEI },
    number: number + 1n,
    timestamp: timestamp + 1n,
  }
}

function message(to: Address, fields: Partial<ExecutableFields> = {}): ExecutableFields {
  return {
    type: 2,
    nonce: 0n,
    gasLimit: 100_000n,
    to: new LibraryAddress(bytesOfHex(to)),
    value: 0n,
    data: new Uint8Array(0),
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    ...fields,
  }
}

const simulate = <Result>(chain: ExecutionChain, run: (s: Simulation) => Promise<Result>) =>
  chain.executor.simulate(chain.parentState(), {}, run)

describe('node / execution / simulation', () => {
  it('a block stands on what the one before left, and nothing of it is kept', async () => {
    const chain = await openChain()
    const headers = await simulate(chain, async (simulation) => {
      await overrideAccounts(simulation.overlay, new Map([[NOBODY, { balance: 10n }]]))
      const first = await simulation.open(fieldsOn(simulation))
      await first.execute({ sender: NOBODY, tx: message(TARGET, { value: 7n }) }, LENIENT)
      const one = await first.finish([])
      const second = await simulation.open(fieldsOn(simulation))
      await second.execute({ sender: TARGET, tx: message(NOBODY, { value: 6n }) }, LENIENT)
      const two = await second.finish([])
      const target = await simulation.overlay.loadAccount(TARGET)
      expect(target.current).toMatchObject({ balance: 1n, nonce: 1n })
      return [one, two]
    })
    const [one, two] = headers
    expect(one?.header.parentHash).toBe(chain.head.hash)
    expect(two?.header).toMatchObject({ parentHash: one?.hash, gasUsed: 21_000n })
    expect(await chain.balance(TARGET)).toBe(0n)
  })

  it('comes to what executing the same block comes to, but for the reward', async () => {
    const chain = await openChain()
    const transaction = chain.sign(ALICE, { to: TARGET, value: 5n })
    const { header } = await simulate(chain, async (simulation) => {
      const block = await simulation.open(fieldsOn(simulation))
      await block.execute(transaction)
      return block.finish([transaction.raw])
    })
    const parent = { ...chain.parentState(), epochDifficulty: undefined }
    const executed = await chain.executor.executeBlock(parent, header as never, [transaction])
    const { stateRoot, receiptsRoot, gasUsed, logsBloom } = executed
    expect(header).toMatchObject({ stateRoot, receiptsRoot, gasUsed, logsBloom })
    expect(executed.reward).toEqual({ coinbase: 0n, pot: 0n })
  })

  it('BLOCKHASH tells simulated blocks and those below', async () => {
    const chain = await openChain()
    await chain.advance()
    const code = assemble(
      'PUSH 1 BLOCKHASH PUSH 0 MSTORE PUSH 2 BLOCKHASH PUSH 32 MSTORE PUSH 64 PUSH 0 RETURN',
    )
    const [first, output] = await simulate(chain, async (simulation) => {
      await overrideAccounts(simulation.overlay, new Map([[CONTRACT, { code }]]))
      const one = await (await simulation.open(fieldsOn(simulation))).finish([])
      const block = await simulation.open(fieldsOn(simulation))
      const { applied } = await block.execute({ sender: NOBODY, tx: message(CONTRACT) }, LENIENT)
      return [one, applied.execution?.returnValue] as const
    })
    const hex = Buffer.from(output ?? []).toString('hex')
    expect(hex).toBe(chain.head.hash.slice(2) + first.hash.slice(2))
  })

  it('what signed transactions must satisfy is asked when it is asked for', async () => {
    const chain = await openChain()
    await simulate(chain, async (simulation) => {
      const block = await simulation.open(fieldsOn(simulation))
      const free = { sender: NOBODY, tx: message(TARGET, { nonce: 9n }) }
      await expect(block.execute(free)).rejects.toMatchObject({ type: { code: 'FEE_BELOW_BASE' } })
      const paid = { ...free.tx, maxFeePerGas: 2n * GWEI }
      await expect(
        block.execute({ sender: NOBODY, tx: paid }, { ...LENIENT, nonce: true }),
      ).rejects.toMatchObject({ type: { code: 'NONCE_TOO_HIGH' } })
      await expect(block.execute({ sender: NOBODY, tx: paid }, LENIENT)).rejects.toMatchObject({
        type: { code: 'BALANCE_TOO_LOW' },
      })
      const greedy = { sender: NOBODY, tx: message(TARGET, { gasLimit: 17_000_000n }) }
      await expect(block.execute(greedy, { ...LENIENT, sender: true })).rejects.toBeInstanceOf(
        InclusionError,
      )
      const { receipt } = await block.execute(greedy, LENIENT)
      expect(receipt).toMatchObject({ gasUsed: 21_000n, effectiveGasPrice: 0n })
    })
  })

  it('storage that an override replaces makes the root of what is left', async () => {
    const chain = await openChain()
    const slot = (n: number) => `0x${String(n).padStart(64, '0')}` as const
    const rootOf = (state: ReadonlyMap<`0x${string}`, `0x${string}`>) =>
      simulate(chain, async (simulation) => {
        const account = { nonce: 1n, state }
        await overrideAccounts(simulation.overlay, new Map([[PREDEPLOYS.AIStaking, account]]))
        const block = await simulation.open(fieldsOn(simulation))
        const { executed } = await block.finish([])
        return executed.changes.accounts.get(PREDEPLOYS.AIStaking)?.after?.storageRoot
      })
    const [empty, one] = [await rootOf(new Map()), await rootOf(new Map([[slot(1), slot(1)]]))]
    expect(empty).toBe('0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')
    expect(one).not.toBe(empty)
  })

  it('native code goes away, or to another address, for one simulation alone', async () => {
    const chain = await openChain()
    const identity: Address = `0x${'04'.padStart(40, '0')}`
    const call = (move: (simulation: Simulation) => void, to: Address) =>
      simulate(chain, async (simulation) => {
        move(simulation)
        const block = await simulation.open(fieldsOn(simulation))
        const tx = message(to, { data: Uint8Array.of(1, 2) })
        const { applied } = await block.execute({ sender: NOBODY, tx }, LENIENT)
        return [...(applied.execution?.returnValue ?? [])]
      })
    const away = ({ lane }: Simulation) => lane.movePrecompile(identity, TARGET)
    expect(await call(away, identity)).toEqual([])
    expect(await call(away, TARGET)).toEqual([1, 2])
    expect(await call(() => undefined, identity)).toEqual([1, 2])
  })
})
