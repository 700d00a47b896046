/** Precompiles on threads: the answers of this thread, whatever the fork, and ends in time. */
import { getActivePrecompiles, type PrecompileFunc } from '@ethereumjs/evm'
import { afterAll, describe, expect, it } from 'vitest'
import { assert } from '../../../../../consensus/errors.ts'
import { parseEthereumGenesis } from '../../../../../genesis/file/ethereum-genesis.ts'
import { createSharedCommon } from '../../../../../node/crypto/shared-common.ts'
import { BLS, BN254 } from '../../../../../node/execution/precompiles/curves.ts'
import { GAS_IN_PLACE } from '../../../../../node/execution/precompiles/pace-precompiles.ts'
import {
  type PrecompileJob,
  resultOf,
  rulesOf,
} from '../../../../../node/execution/precompiles/precompile-job.ts'
import { PrecompileThreads } from '../../../../../node/execution/precompiles/precompile-threads.ts'
import { EthereumRules } from '../../../../../node/execution/rules/ethereum-rules.ts'
import { testGenesis } from '../../../../support/chain-factory.ts'
import { ethereumGenesisJson } from '../../../../support/ethereum-chain.ts'
import { bytesOf, HOSTILE_CALLS, join, powerInput } from '../../../../support/hostile-calls.ts'

const OSAKA = createSharedCommon(await testGenesis())
const BLAKE_ADDRESS = '9'.padStart(40, '0')
const GAS = 50_000_000n

const threads = new PrecompileThreads()
afterAll(() => threads.close())

function jobOf(address: string, data: Uint8Array, gasLimit = GAS, common = OSAKA): PrecompileJob {
  return { address, data, gasLimit, rules: rulesOf(common) }
}

/** The precompile of the library, run here. */
function here({ address, data, gasLimit }: PrecompileJob, common = OSAKA) {
  const run: PrecompileFunc | undefined = getActivePrecompiles(common).get(address)
  assert(run !== undefined, 'the fork has the precompile')
  const evm = { _bls: BLS, _bn254: BN254 } as unknown as Parameters<PrecompileFunc>[0]['_EVM']
  return run({ data, gasLimit, common, _EVM: evm })
}

/** Takes half an hour. */
function endless(): PrecompileJob {
  return { ...quick(2 ** 32 - 1), gasLimit: 2n ** 32n }
}

function quick(rounds: number): PrecompileJob {
  return jobOf(BLAKE_ADDRESS, join(bytesOf(BigInt(rounds), 4), new Uint8Array(209)))
}

describe('node / execution / precompiles / threads', () => {
  it('answers as this thread does: outputs, gas, refusals', async () => {
    for (const { precompile, unit } of HOSTILE_CALLS) {
      if (!GAS_IN_PLACE.has(precompile)) continue
      const isBlake = precompile === BLAKE_ADDRESS
      const small = isBlake ? quick(12).data : unit
      const spoilt = small.map((byte, index) => (index === 100 ? byte ^ 255 : byte))
      for (const data of [small, spoilt, small.slice(1), join(small, small)]) {
        for (const job of [jobOf(precompile, data), jobOf(precompile, data, 11n)]) {
          expect(resultOf(await threads.run(job, {}))).toEqual(await here(job))
        }
      }
    }
  })

  it('answers by the rules of the fork that asks', async () => {
    const prices = new Set<bigint>()
    for (const fork of ['byzantium', 'berlin', 'osaka'] as const) {
      const rules = new EthereumRules(parseEthereumGenesis(ethereumGenesisJson(fork, {})).forks)
      const difficulty = fork === 'osaka' ? 0n : 1n
      const { common } = rules.at({ number: 1n, timestamp: 1n, difficulty })
      const job = jobOf('5'.padStart(40, '0'), powerInput(256, 40), GAS, common)
      const result = resultOf(await threads.run(job, {}))
      expect(result).toEqual(await here(job, common))
      prices.add(result.executionGasUsed)
    }
    expect(prices.size).toBe(3)
  })

  it('ends a thread at the deadline of its call, or when its caller is gone', async () => {
    const mine = new PrecompileThreads()
    for (const code of ['TIMED_OUT', 'ABORTED']) {
      const next = mine.run(quick(3), { deadlineMs: performance.now() + 60_000 })
      expect(await next).toMatchObject({ gasUsed: 3n, error: undefined })
      expect(mine.count).toBe(1)
      const caller = new AbortController()
      const deadlineMs = performance.now() + (code === 'TIMED_OUT' ? 20 : 60_000)
      const hostile = mine.run(endless(), { deadlineMs, signal: caller.signal })
      if (code === 'ABORTED') caller.abort()
      await expect(hostile).rejects.toMatchObject({ type: { code } })
      expect(mine.count).toBe(0)
    }
    await mine.close()
  })

  it('a thread that is still starting is there for the next, whoever went away', async () => {
    const mine = new PrecompileThreads()
    const late = mine.run(endless(), { deadlineMs: performance.now() })
    await expect(late).rejects.toMatchObject({ type: { code: 'TIMED_OUT' } })
    expect(mine.count).toBe(1)
    const next = mine.run(quick(7), { deadlineMs: performance.now() + 60_000 })
    expect(await next).toMatchObject({ gasUsed: 7n })
    expect(mine.count).toBe(1)
    await mine.close()
    expect(mine.count).toBe(0)
  })

  it('a block does not wait for calls, which wait for one another', async () => {
    const mine = new PrecompileThreads()
    const callers = Array.from({ length: 6 }, () => new AbortController())
    const ends: string[] = []
    const calls = callers.map(({ signal }, index) => {
      const call = mine.run(endless(), { deadlineMs: performance.now() + 60_000, signal })
      return call.catch((error) => ends.push(`${index} ${error.type.code}`))
    })
    expect(await mine.run(quick(5), {})).toMatchObject({ gasUsed: 5n })
    expect(ends).toEqual([])
    for (const caller of callers.toReversed()) caller.abort()
    await Promise.all(calls)
    expect(ends).toEqual([5, 4, 3, 2, 1, 0].map((index) => `${index} ABORTED`))
    await mine.close()
  })

  it('aborts what waits or runs when it is closed, and takes nothing after that', async () => {
    const mine = new PrecompileThreads()
    const [running, other] = [mine.run(endless(), {}), mine.run(endless(), {})]
    const aborted = { type: { code: 'ABORTED' } }
    const refusals = [running, other].map((run) => expect(run).rejects.toMatchObject(aborted))
    await mine.close()
    await Promise.all(refusals)
    await expect(mine.run(quick(1), {})).rejects.toMatchObject(aborted)
    expect(mine.count).toBe(0)
  })
})
