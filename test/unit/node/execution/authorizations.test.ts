/** Authorization lists (EIP-7702) of callers: as long as they like, and nobody else waits. */
import { bytesToHex, eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../../consensus/types.ts'
import type { CallAuthorization, CallRequest } from '../../../../node/execution/call-types.ts'
import type { ExecutionTime } from '../../../../node/execution/evm/pace.ts'
import { Executor } from '../../../../node/execution/executor.ts'
import { contextOf } from '../../../../node/execution/rules/fee-market.ts'
import { createHanzoRules } from '../../../../node/execution/rules/hanzo-rules.ts'
import { traceCall } from '../../../../node/execution/tracing/trace-call.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { accountOf, ExecutionChain, WALLETS, walletOf } from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const CONTRACT: Address = `0x${'ca'.repeat(20)}`
const FROM = WALLETS[0]!.address
const AUTHORITY = walletOf(3).address
const COUNT = 12

/** Every look at the clock finds the turn over. */
class BusyTime implements ExecutionTime {
  turns = 0
  #ms = 0

  now(): number {
    this.#ms += 10
    return this.#ms
  }

  async giveWay(): Promise<void> {
    this.turns++
  }
}

function authorization(chainId: bigint): CallAuthorization {
  const signed = eoaCode7702SignAuthorization(
    { chainId: `0x${chainId.toString(16)}`, address: CONTRACT, nonce: '0x0' },
    walletOf(3).key,
  )
  const [chain = 0n, , nonce = 0n, yParity = 0n, r = 0n, s = 0n] = signed.map((bytes) =>
    bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes)),
  )
  return { chainId: chain, address: CONTRACT, nonce, yParity, r, s }
}

async function open(callTimeMsMax = 1_000_000) {
  const code = assemble(`PUSH ${AUTHORITY} BALANCE POP STOP`)
  const chain = await ExecutionChain.open({
    genesis: await testGenesis(),
    store: await openTemporaryDatabase(),
    alloc: [[CONTRACT, accountOf({ nonce: 1n, code })]],
  })
  const time = new BusyTime()
  const rules = createHanzoRules(chain.common)
  const executor = await Executor.open({ rules, state: chain.state, callTimeMsMax, time })
  const base = chain.parentState()
  const trace = (request: CallRequest) =>
    executor.replay(base, base.header, {}, async (lane) => {
      lane.branch.set(base)
      return traceCall(lane, contextOf(lane.rules, base.header), request, { tracer: 'noopTracer' })
    })
  /** How often it gives way for the list alone. */
  const turnsMore = async (run: (request: CallRequest) => Promise<unknown>): Promise<number> => {
    const start = time.turns
    await run(LISTED)
    const middle = time.turns
    await run(UNLISTED)
    return middle - start - (time.turns - middle)
  }
  return { executor, base, time, turnsMore, trace }
}

const LISTED: CallRequest = {
  from: FROM,
  to: CONTRACT,
  gas: 1_000_000n,
  authorizationList: Array.from({ length: COUNT }, () => authorization(0n)),
}

const { authorizationList: _, ...UNLISTED } = LISTED

describe('node / execution / authorizations', () => {
  it('a call gives way before every signature that it recovers', async () => {
    const { executor, base, turnsMore } = await open()
    expect(await turnsMore(async (request) => executor.call(base, request))).toBe(COUNT)
  })

  it('so do a trace and an access list, which want to know the signers before', async () => {
    const { executor, base, turnsMore, trace } = await open()
    expect(await turnsMore(trace)).toBe(2 * COUNT)
    const createAccessList = (request: CallRequest) => executor.createAccessList(base, request)
    // But for the few turns of a second round, which it takes to find out that the signer is cold.
    expect(await turnsMore(createAccessList)).toBeGreaterThan(COUNT)
  })

  it('the time limit ends them among the signatures', async () => {
    const { executor, base, time, trace } = await open(10 * COUNT)
    const timedOut = { type: { code: 'TIMED_OUT' } }
    await expect(executor.call(base, LISTED)).rejects.toMatchObject(timedOut)
    await expect(executor.createAccessList(base, LISTED)).rejects.toMatchObject(timedOut)
    await expect(trace(LISTED)).rejects.toMatchObject(timedOut)
    expect(time.turns).toBeLessThan(3 * COUNT)
  })

  it('an access list leaves out the authorities of this chain, and not those of others', async () => {
    const { executor, base } = await open()
    const listed = async (chainId: bigint) => {
      const authorizationList = [authorization(chainId)]
      const outcome = await executor.createAccessList(base, { ...LISTED, authorizationList })
      return outcome.kind === 'ok' && outcome.accessList.map(({ address }) => address)
    }
    expect(await listed(0n)).toEqual([])
    expect(await listed(1n)).toEqual([AUTHORITY])
  })
})
