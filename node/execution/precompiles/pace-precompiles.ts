/**
 * Precompiles that give way: each looks at the clock before it runs, and one that could hold the
 * thread for long runs on another. The answer is the same wherever it is worked out: a precompile
 * depends on nothing but its input, its gas and the fork.
 */
import { type EVM, EVMError, type ExecResult, type PrecompileFunc } from '@ethereumjs/evm'
import type { Pace } from '../evm/pace.ts'
import { type PrecompileRules, resultOf, rulesOf } from './precompile-job.ts'
import { ThreadError } from './precompile-thread.ts'
import type { PrecompileThreads } from './precompile-threads.ts'

/**
 * Gas that each of those may cost that can take long, before it goes to a thread: some five
 * milliseconds of work on two small cores (`npm run bench -- calls`). Nought: any of its runs takes
 * as long. The others never do, or not with the memory that a call can pay for.
 */
export const GAS_IN_PLACE: ReadonlyMap<string, bigint> = new Map(
  Object.entries({
    '02': 3_000_000n,
    '03': 700_000n,
    '05': 20_000n,
    '08': 0n,
    '09': 10_000n,
    '0a': 0n,
    '0c': 12_000n,
    '0e': 0n,
    '0f': 0n,
    '11': 0n,
  }).map(([address, gas]) => [address.padStart(40, '0'), gas]),
)

/** For as long as the EVM lives. Without threads all of them run in place, one at a time. */
export function pacePrecompiles(
  evm: EVM,
  pace: Pace,
  threads: PrecompileThreads | undefined,
): void {
  const rules = rulesOf(evm.common)
  for (const [address, run] of evm.precompiles) {
    const inPlaceGas = threads === undefined ? undefined : GAS_IN_PLACE.get(address)
    const elsewhere =
      threads === undefined || inPlaceGas === undefined
        ? run
        : runFor(run, inPlaceGas, { address, rules, pace, threads })
    evm.precompiles.set(address, async (input) => {
      if (pace.isDue) await pace.check()
      return elsewhere(input)
    })
  }
}

type Site = {
  readonly address: string
  readonly rules: PrecompileRules
  readonly pace: Pace
  readonly threads: PrecompileThreads
}

/** In place with as much gas as is in place; where that is not enough, on a thread. */
function runFor(run: PrecompileFunc, inPlaceGas: bigint, site: Site): PrecompileFunc {
  return async (input) => {
    const { data, gasLimit } = input
    if (gasLimit <= inPlaceGas) return run(input)
    if (inPlaceGas > 0n) {
      const result = await run({ ...input, gasLimit: inPlaceGas })
      const { exceptionError } = result
      if (exceptionError === undefined) return result
      // Out of gas has other reasons too, which the thread finds out.
      if (exceptionError.error !== EVMError.errorMessages.OUT_OF_GAS) {
        return { ...result, executionGasUsed: gasLimit }
      }
    }
    return runOnThread({ data, gasLimit }, site, () => run(input))
  }
}

async function runOnThread(
  { data, gasLimit }: { readonly data: Uint8Array; readonly gasLimit: bigint },
  { address, rules, pace, threads }: Site,
  runHere: () => ExecResult | Promise<ExecResult>,
): Promise<ExecResult> {
  const { standAside, deadlineMs } = pace.limits
  const work = threads.run({ address, data, gasLimit, rules }, pace.limits)
  try {
    const reply = await (standAside === undefined ? work : standAside(work))
    await pace.check()
    return resultOf(reply)
  } catch (error) {
    // A block must not depend on how this machine fares.
    if (error instanceof ThreadError && deadlineMs === undefined) return runHere()
    throw error
  }
}
