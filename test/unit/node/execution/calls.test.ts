/** Messages that nobody signed: results, overrides, estimates, and the end of those that never end. */
import { bytesToHex, eoaCode7702SignAuthorization, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import type { CallLimits } from '../../../../node/api.ts'
import type {
  AccountOverride,
  CallRequest,
  Overrides,
} from '../../../../node/execution/call-types.ts'
import { Executor } from '../../../../node/execution/executor.ts'
import { createHanzoRules } from '../../../../node/execution/rules/hanzo-rules.ts'
import { ZERO_WORD } from '../../../../node/state/flat/flat-codec.ts'
import type { StateView } from '../../../../node/state/types.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble, initcodeOf } from '../../../support/evm-assembly.ts'
import {
  accountOf,
  callData,
  ExecutionChain,
  GWEI,
  WALLETS,
  walletOf,
} from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const CONTRACT: Address = `0x${'ca'.repeat(20)}`
const FROM = WALLETS[0]!.address
const LOOP = assemble('again: @again JUMP')
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`
const RETURN = 'PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN'

async function openChain(code: Uint8Array = new Uint8Array(0)): Promise<ExecutionChain> {
  const alloc = code.length > 0 ? ([[CONTRACT, accountOf({ nonce: 1n, code })]] as const) : []
  return ExecutionChain.open({
    genesis: await testGenesis(),
    store: await openTemporaryDatabase(),
    alloc,
  })
}

async function call(
  chain: ExecutionChain,
  request: CallRequest,
  overrides?: Overrides,
  limits?: CallLimits,
) {
  return chain.executor.call(chain.parentState(), request, overrides, limits)
}

function estimate(chain: ExecutionChain, request: CallRequest, overrides?: Overrides) {
  return chain.executor.estimateGas(chain.parentState(), request, overrides)
}

const returning = (source: string) => assemble(`${source} ${RETURN}`)

/** In its time no turn is over before a call is. */
function openTimeless({ common, state }: ExecutionChain): Promise<Executor> {
  const time = { now: () => 0, giveWay: () => Promise.resolve() }
  return Executor.open({ rules: createHanzoRules(common), state, time })
}

function stackHeight(): number {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = Number.POSITIVE_INFINITY
  const height = new Error('here').stack?.split('\n').length ?? 0
  Error.stackTraceLimit = stackTraceLimit
  return height
}

describe('node / execution / calls', () => {
  it('tells what was returned, what was reverted, and why else it failed', async () => {
    const chain = await openChain(
      assemble(
        `PUSH 0 CALLDATALOAD DUP1 PUSH 1 EQ @revert JUMPI PUSH 2 EQ @invalid JUMPI PUSH 7 ${RETURN} ` +
          'revert: PUSH 9 PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT invalid: INVALID',
      ),
    )
    const ask = (value: bigint) => call(chain, { to: CONTRACT, data: hexToBytes(word(value)) })
    expect(await ask(0n)).toMatchObject({ kind: 'ok', output: word(7n) })
    expect(await ask(1n)).toMatchObject({ kind: 'reverted', output: word(9n) })
    expect(await ask(2n)).toMatchObject({ kind: 'failed', reason: 'invalid opcode' })
    expect(
      await call(chain, { to: CONTRACT, data: hexToBytes(word(0n)), gas: 21_100n }),
    ).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('gas'),
    })
  })

  it('leaves nothing behind', async () => {
    const chain = await openChain(assemble('PUSH 1 PUSH 0 SSTORE PUSH 0 PUSH 0 LOG0 STOP'))
    const before = chain.state.view(chain.head.header.stateRoot)
    await call(chain, { from: FROM, to: CONTRACT, value: 5n })
    await call(chain, { from: FROM, data: hexToBytes('0x60016000f3') })
    expect(await before.storage(CONTRACT, word(0n))).toBe(word(0n))
    expect(await chain.balance(CONTRACT)).toBe(0n)
    const { executed } = await chain.execute([])
    expect([...executed.changes.accounts.keys()]).not.toContain(CONTRACT)
  })

  it('a message without fees pays none and sees a base fee of zero, one with fees pays', async () => {
    const chain = await openChain(returning('BASEFEE GASPRICE PUSH 65536 MUL ADD'))
    expect(await call(chain, { from: walletOf(9).address, to: CONTRACT })).toMatchObject({
      output: word(0n),
    })
    const head = chain.head.header.baseFeePerGas
    const fees = { maxFeePerGas: head + 9n, maxPriorityFeePerGas: 2n }
    expect(await call(chain, { from: FROM, to: CONTRACT, ...fees })).toMatchObject({
      output: word(head + (head + 2n) * 65_536n),
    })
    expect(await call(chain, { from: walletOf(9).address, to: CONTRACT, ...fees })).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('insufficient funds'),
    })
    expect(await call(chain, { from: FROM, to: CONTRACT, maxFeePerGas: head - 1n })).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('base fee'),
    })
  })

  it('runs in the environment of its block, or in one that is asked for', async () => {
    const chain = await openChain(returning('NUMBER TIMESTAMP PUSH 4294967296 MUL ADD'))
    await chain.advance()
    const { header } = chain.head
    expect(await call(chain, { to: CONTRACT })).toMatchObject({
      output: word(header.number + header.timestamp * 2n ** 32n),
    })
    const block = { number: 77n, time: 5n }
    expect(await call(chain, { to: CONTRACT }, { block })).toMatchObject({
      output: word(77n + 5n * 2n ** 32n),
    })
    const others = returning('COINBASE PREVRANDAO ADD GASLIMIT ADD')
    const accounts = new Map([[CONTRACT, { code: others }]])
    const overridden = {
      feeRecipient: word(1n).slice(0, 42) as Hex,
      prevRandao: word(10n),
      gasLimit: 100n,
    }
    expect(await call(chain, { to: CONTRACT }, { accounts, block: overridden })).toMatchObject({
      output: word(BigInt(overridden.feeRecipient) + 110n),
    })
  })

  it('runs at a price of blob gas that is asked for', async () => {
    const chain = await openChain(returning('BLOBBASEFEE'))
    expect(await call(chain, { to: CONTRACT })).toMatchObject({ output: word(1n) })
    const block = { blobBaseFee: 77n }
    expect(await call(chain, { to: CONTRACT }, { block })).toMatchObject({ output: word(77n) })
  })

  it('moves a precompile, and puts it back for the next call', async () => {
    const chain = await openChain()
    const identity: Address = `0x${'4'.padStart(40, '0')}`
    const data = hexToBytes('0x1234')
    const moved = { accounts: new Map([[identity, { movePrecompileTo: CONTRACT }]]) }
    const at = (to: Address, overrides?: Overrides) => call(chain, { to, data }, overrides)
    for (let round = 0; round < 2; round++) {
      expect(await at(CONTRACT, moved)).toMatchObject({ kind: 'ok', output: '0x1234' })
      expect(await at(identity, moved)).toMatchObject({ kind: 'ok', output: '0x' })
      expect(await at(identity)).toMatchObject({ kind: 'ok', output: '0x1234' })
      expect(await at(CONTRACT)).toMatchObject({ kind: 'ok', output: '0x' })
    }
  })

  it('what it reads is waited for the first time, and then at hand', async () => {
    const chain = await openChain(returning('PUSH 7 SLOAD CALLER BALANCE ADD'))
    const executor = await openTimeless(chain)
    const request = { from: FROM, to: CONTRACT }
    const first = executor.call(chain.parentState(), request)
    expect(first).toBeInstanceOf(Promise)
    const outcome = await first
    expect(executor.call(chain.parentState(), request)).toEqual(outcome)
  })

  it('calls as deep as gas lets them go take little of the stack of the machine', async () => {
    // Reads a slot of its own at each level, then calls itself with all gas.
    const chain = await openChain(
      assemble('GAS SLOAD PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS GAS CALL'),
    )
    const executor = await openTimeless(chain)
    const base = chain.parentState()
    const state = chain.state.viewAfter(base)
    const heights: number[] = []
    const view: StateView = {
      stateRoot: state.stateRoot,
      account: (address) => state.account(address),
      code: (hash) => state.code(hash),
      storage: () => {
        heights.push(stackHeight())
        return ZERO_WORD
      },
    }
    const request = { to: CONTRACT, gas: 50_000_000n }
    for (let attempt = 0; attempt < 2; attempt++) {
      heights.length = 0
      expect(await executor.call({ ...base, view }, request)).toMatchObject({ kind: 'ok' })
      expect(heights.length).toBeGreaterThan(300)
      expect(Math.max(...heights)).toBeLessThan(1_000)
    }
  })

  it('code in the place of a precompile runs in its stead', async () => {
    const chain = await openChain()
    const identity: Address = `0x${'4'.padStart(40, '0')}`
    const accounts = new Map([[identity, { code: returning('PUSH 7') }]])
    expect(await call(chain, { to: identity }, { accounts })).toMatchObject({ output: word(7n) })
  })

  it('moves no precompile that is none, nor on to what is overridden itself', async () => {
    const chain = await openChain()
    const identity: Address = `0x${'4'.padStart(40, '0')}`
    const refused = (accounts: NonNullable<Overrides['accounts']>) =>
      call(chain, { to: CONTRACT }, { accounts }).catch((error) => error.type.code)
    expect(await refused(new Map([[CONTRACT, { movePrecompileTo: identity }]]))).toBe(
      'NOT_A_PRECOMPILE',
    )
    const both = new Map<Address, AccountOverride>([
      [identity, { movePrecompileTo: CONTRACT }],
      [CONTRACT, { balance: 1n }],
    ])
    expect(await refused(both)).toBe('ALREADY_OVERRIDDEN')
  })

  it('overrides balance, nonce, code, single slots and whole storage', async () => {
    const chain = await openChain(assemble('PUSH 5 PUSH 1 SSTORE PUSH 6 PUSH 2 SSTORE STOP'))
    await chain.advance([chain.sign(WALLETS[0]!, { to: CONTRACT })])
    const read = returning(
      'PUSH 1 SLOAD PUSH 1000 MUL PUSH 2 SLOAD ADD SELFBALANCE PUSH 1000000 MUL ADD',
    )
    const ask = (override: object) =>
      call(
        chain,
        { to: CONTRACT },
        { accounts: new Map([[CONTRACT, { code: read, ...override }]]) },
      )
    expect(await ask({})).toMatchObject({ output: word(5_006n) })
    expect(await ask({ balance: 3n })).toMatchObject({ output: word(3_005_006n) })
    expect(await ask({ stateDiff: new Map([[word(2n), word(8n)]]) })).toMatchObject({
      output: word(5_008n),
    })
    expect(await ask({ state: new Map([[word(2n), word(8n)]]) })).toMatchObject({
      output: word(8n),
    })
    expect(await ask({})).toMatchObject({ output: word(5_006n) })
    const nonce = { accounts: new Map([[FROM, { nonce: 41n }]]) }
    const made = await call(chain, { from: FROM, data: initcodeOf(assemble('STOP')) }, nonce)
    expect(made).toMatchObject({ kind: 'ok', output: '0x00' })
  })

  it('an access list and authorizations count', async () => {
    const chain = await openChain(returning('PUSH 1 SLOAD GAS'))
    const plain = await call(chain, { to: CONTRACT, gas: 100_000n })
    const listed = await call(chain, {
      to: CONTRACT,
      gas: 100_000n,
      accessList: [{ address: CONTRACT, storageKeys: [word(1n)] }],
    })
    const left = (outcome: typeof plain) => (outcome.kind === 'ok' ? BigInt(outcome.output) : -1n)
    // 2,400 and 1,900 are paid before, and 2,000 less at the slot.
    expect(left(plain) - left(listed)).toBe(2_400n + 1_900n - 2_000n)
    const [chainId, , nonce, yParity, r, s] = eoaCode7702SignAuthorization(
      { chainId: '0x0', address: CONTRACT, nonce: '0x0' },
      walletOf(3).key,
    ).map((bytes) => BigInt(bytesToHex(bytes).padEnd(3, '0')))
    const authorizationList = [
      { chainId: chainId!, address: CONTRACT, nonce: nonce!, yParity: yParity!, r: r!, s: s! },
    ]
    const delegated = await call(chain, {
      from: FROM,
      to: walletOf(3).address,
      gas: 100_000n,
      authorizationList,
    })
    expect(left(delegated)).toBeGreaterThan(0n)
  })

  describe('estimates', () => {
    it('21,000 for a transfer, and what a transaction then needs for everything else', async () => {
      const chain = await openChain(
        // Clears a slot for a refund, calls with all but a 64th, and writes others.
        assemble('PUSH 0 PUSH 1 SSTORE PUSH 7 PUSH 0 CALLDATALOAD SSTORE PUSH 0 PUSH 0 LOG0 STOP'),
      )
      expect(await estimate(chain, { from: FROM, to: walletOf(2).address, value: 5n })).toEqual({
        kind: 'ok',
        gas: 21_000n,
      })
      const requests: CallRequest[] = [
        { from: FROM, to: CONTRACT, data: hexToBytes(word(3n)) },
        {
          from: FROM,
          to: PREDEPLOYS.AI,
          data: hexToBytes(callData('0xa9059cbb', walletOf(4).address, 9n)),
        },
        { from: FROM, data: initcodeOf(assemble('PUSH 1 PUSH 1 SSTORE STOP')) },
        { from: FROM, to: walletOf(5).address, data: new Uint8Array(300).fill(1) },
      ]
      for (const request of requests) {
        const estimated = await estimate(chain, request)
        expect(estimated.kind).toBe('ok')
        const gasLimit = estimated.kind === 'ok' ? estimated.gas : 0n
        const fields = {
          data: bytesToHex(request.data ?? new Uint8Array(0)),
          ...(request.to && { to: request.to }),
        }
        const { receipts } = await chain.advance([chain.sign(WALLETS[0]!, { ...fields, gasLimit })])
        expect(receipts[0]!.status).toBe(1)
        // At most 1.5 % above what suffices, and with what is refunded in the end.
        expect(receipts[0]!.gasUsed).toBeLessThanOrEqual(gasLimit)
        expect(gasLimit * 1_000n).toBeLessThan(receipts[0]!.gasUsed * 1_350n)
      }
    })

    it('are of the next block: what this one noted of its time makes nothing cheap', async () => {
      for (const clock of ['NUMBER', 'TIMESTAMP']) {
        const chain = await openChain(assemble(`PUSH 1 ${clock} SSTORE STOP`))
        const send = (gasLimit: bigint) =>
          chain.advance([chain.sign(WALLETS[0]!, { to: CONTRACT, gasLimit })])
        await send(100_000n)
        const estimated = await estimate(chain, { from: FROM, to: CONTRACT })
        const { receipts } = await send(estimated.kind === 'ok' ? estimated.gas : 0n)
        expect(receipts[0]!.status).toBe(1)
      }
    })

    it('say how a message fails with all the gas there is', async () => {
      const chain = await openChain(assemble('PUSH 9 PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT'))
      expect(await estimate(chain, { to: CONTRACT })).toEqual({
        kind: 'reverted',
        output: word(9n),
      })
      const loop = { accounts: new Map([[CONTRACT, { code: LOOP }]]) }
      expect(await estimate(chain, { to: CONTRACT, gas: 90_000n }, loop)).toEqual({
        kind: 'failed',
        reason: 'gas required exceeds allowance (90000)',
      })
      const value = 10n ** 27n
      expect(await estimate(chain, { from: FROM, to: CONTRACT, value })).toMatchObject({
        kind: 'failed',
      })
      const maxFeePerGas = 10n ** 24n
      expect(await estimate(chain, { from: FROM, to: CONTRACT, maxFeePerGas })).toMatchObject({
        kind: 'failed',
      })
    })

    it('never ask for more than a transaction may have, or than its sender can pay', async () => {
      const chain = await openChain(assemble('PUSH 20000000 GAS LT @out JUMPI STOP out: INVALID'))
      const outcome = await estimate(chain, { from: FROM, to: CONTRACT })
      expect(outcome).toEqual({ kind: 'failed', reason: 'invalid opcode' })
      const accounts = new Map([[FROM, { balance: 30_000n * GWEI }]])
      const poor = await estimate(
        chain,
        { from: FROM, to: CONTRACT, gasPrice: 2n * GWEI },
        { accounts },
      )
      // Geth's sentence, which tells wallets that it is the sender who is poor.
      expect(poor).toEqual({ kind: 'failed', reason: 'gas required exceeds allowance (15000)' })
    })
  })

  describe('never hold the node', () => {
    it('a call without end is cut off at its signal, and others have their turns meanwhile', async () => {
      const chain = await openChain(LOOP)
      const abort = new AbortController()
      const endless = chain.executor.call(
        chain.parentState(),
        { to: CONTRACT },
        {},
        { signal: abort.signal },
      )
      const outcome = expect(endless).rejects.toMatchObject({ type: { code: 'ABORTED' } })
      // Timers, other calls and blocks all get through while it runs.
      await new Promise((resolve) => setTimeout(resolve, 1))
      const other = await call(chain, {
        to: PREDEPLOYS.AI,
        data: hexToBytes(callData('0x18160ddd')),
      })
      expect(other.kind).toBe('ok')
      const { receipts } = await chain.advance([chain.sign(WALLETS[0]!, { to: FROM })])
      expect(receipts).toHaveLength(1)
      abort.abort()
      await outcome
    })

    it('a call that nobody waits for does not begin', async () => {
      const chain = await openChain(LOOP)
      const signal = AbortSignal.abort()
      const ended = call(chain, { to: CONTRACT }, {}, { signal })
      await expect(ended).rejects.toMatchObject({ type: { code: 'ABORTED' } })
    })

    it('more calls than can wait are told so', async () => {
      const chain = await openChain(LOOP)
      const abort = new AbortController()
      const calls = Array.from({ length: 270 }, () =>
        call(chain, { to: CONTRACT }, {}, { signal: abort.signal }).then(
          () => 'ended',
          (error) => error.type.code,
        ),
      )
      const codes = Promise.all(calls)
      await new Promise((resolve) => setTimeout(resolve, 1))
      abort.abort()
      const answers = await codes
      const count = (wanted: string) => answers.filter((code) => code === wanted).length
      expect(count('TOO_MANY_CALLS')).toBe(270 - 4 - 256)
      expect(count('ABORTED')).toBe(4 + 256)
    })

    it('a call that takes too long is ended, and so are those that waited for it too long', async () => {
      const chain = await openChain(LOOP)
      const executor = await Executor.open({
        rules: createHanzoRules(chain.common),
        state: chain.state,
        callTimeMsMax: 20,
      })
      const calls = Array.from({ length: 6 }, async () =>
        executor.call(chain.parentState(), { to: CONTRACT }),
      ).map((ended) => ended.catch((error) => error.type.code))
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 6 }, () => 'TIMED_OUT'))
    })
  })
})
