import { describe, expect, it } from 'vitest'
import { CodedError } from '../../../consensus/errors.ts'
import type { Hex } from '../../../consensus/types.ts'
import { CallError } from '../../../node/execution/calls/call-lanes.ts'
import { revertReason } from '../../../node/execution/calls/revert-reason.ts'
import { InterruptError } from '../../../node/execution/evm/pace.ts'
import { formatError, reverted } from '../../../rpc/errors.ts'
import { PoolError } from '../../support/fake-node.ts'

const word = (value: number): string => value.toString(16).padStart(64, '0')
const errorString = (text: string): Hex => {
  const hex = Buffer.from(text).toString('hex')
  const padded = hex.padEnd(Math.ceil(hex.length / 64) * 64, '0')
  return `0x08c379a0${word(32)}${word(hex.length / 2)}${padded}`
}

describe('rpc / errors', () => {
  it('answers what the pool refuses with -32003 and its sentence', () => {
    const error = new PoolError({ code: 'NONCE_TOO_LOW' }, 'nonce too low: next nonce 5')
    expect(formatError(error)).toEqual({ code: -32003, message: 'nonce too low: next nonce 5' })
  })

  it('answers any other expected failure with -32000', () => {
    const error = new CodedError({ code: 'UNAVAILABLE' }, 'the state of block 1 is gone')
    expect(formatError(error)).toEqual({ code: -32000, message: 'the state of block 1 is gone' })
  })

  it('answers a call that ran out of time or found no place with -32005, in words', () => {
    const late = formatError(new InterruptError({ code: 'TIMED_OUT' }))
    expect(late).toEqual({ code: -32005, message: 'execution aborted (timeout = 5s)' })
    const crowded = formatError(new CallError({ code: 'TOO_MANY_CALLS', waitingMax: 1 }))
    expect(crowded).toEqual({ code: -32005, message: 'too many calls' })
  })

  it('leaves bugs to the caller', () => {
    expect(formatError(new TypeError('x'))).toBeUndefined()
    expect(formatError('x')).toBeUndefined()
  })

  it('answers a revert with code 3, its data and its reason in words', () => {
    const data = errorString('user error')
    expect(formatError(reverted(data))).toEqual({
      code: 3,
      message: 'execution reverted: user error',
      data,
    })
    expect(formatError(reverted('0x'))).toEqual({
      code: 3,
      message: 'execution reverted',
      data: '0x',
    })
  })
})

describe('rpc / revert reason', () => {
  it('reads panics by their code', () => {
    expect(revertReason(`0x4e487b71${word(1)}`)).toBe('assert(false)')
    expect(revertReason(`0x4e487b71${word(0x11)}`)).toBe('arithmetic underflow or overflow')
    expect(revertReason(`0x4e487b71${word(0x99)}`)).toBe('unknown panic code: 0x99')
  })

  it('reads strings of any length', () => {
    for (const text of ['', 'a', 'x'.repeat(31), 'x'.repeat(100), 'ümläut']) {
      expect(revertReason(errorString(text))).toBe(text)
    }
  })

  it('has no words for custom errors and for data that is cut short', () => {
    const whole = errorString('user error')
    for (const data of [
      '0x',
      '0x77726f6e',
      '0x4e487b71',
      whole.slice(0, 74),
      whole.slice(0, 140),
    ]) {
      expect(revertReason(data as Hex)).toBeUndefined()
    }
    expect(revertReason(`0x08c379a0${word(32)}${'f'.repeat(64)}`)).toBeUndefined()
  })
})
