import { describe, expect, it } from 'vitest'
import { FILTER_ALTERNATIVES_MAX } from '../../../rpc/limits.ts'
import { method, optional, readParams, required } from '../../../rpc/method.ts'
import { block, blockHash, blockNumber, LATEST } from '../../../rpc/params/block.ts'
import { callRequest } from '../../../rpc/params/call.ts'
import { logCriteria } from '../../../rpc/params/log-criteria.ts'
import { blockOverride, stateOverride } from '../../../rpc/params/overrides.ts'
import {
  address,
  bytes,
  count,
  hash,
  hexOf,
  index,
  type Parser,
  slot,
  uint64,
  uint256,
} from '../../../rpc/params/primitives.ts'
import { codeOf } from '../../support/assert-code.ts'

const A = `0x${'ab'.repeat(20)}` as const
const H = `0x${'cd'.repeat(32)}` as const

const refuses = (parser: Parser<unknown>, ...values: readonly unknown[]): void => {
  for (const value of values) {
    expect([value, codeOf(() => parser.parse(value, 'x'))]).toEqual([value, 'PARAM_INVALID'])
  }
}

describe('rpc / params / primitives', () => {
  it('reads addresses in any case and gives them in lower case', () => {
    expect(address.parse(A.toUpperCase().replace('0X', '0x'), 'a')).toBe(A)
    refuses(address, A.slice(2), `${A}0`, A.slice(0, -1), '0xg'.padEnd(42, '0'), 1, null, {}, [A])
  })

  it('reads quantities without leading zeros, up to their width', () => {
    expect(uint256.parse('0x0', 'q')).toBe(0n)
    expect(uint256.parse(`0x${'f'.repeat(64)}`, 'q')).toBe(2n ** 256n - 1n)
    expect(uint64.parse('0xffffffffffffffff', 'q')).toBe(2n ** 64n - 1n)
    refuses(uint256, '0x', '0x00', '0x01', '1', 1, '-0x1', `0x1${'0'.repeat(64)}`, '0xg', '')
    refuses(uint64, '0x10000000000000000')
    refuses(index, '0x100000000')
  })

  it('reads counts as numbers too, but no other numbers', () => {
    expect(count.parse(5, 'c')).toBe(5)
    expect(count.parse('0x5', 'c')).toBe(5)
    refuses(count, -1, 1.5, '5', Number.NaN, 2 ** 53)
  })

  it('reads bytes of two digits each', () => {
    expect(bytes.parse('0x', 'b')).toHaveLength(0)
    expect([...bytes.parse('0xAb01', 'b')]).toEqual([0xab, 1])
    refuses(bytes, '', 'ab', '0x1', '0xzz', '0xab zz', '0x12é4', 12, null)
    expect(hexOf(2).parse('0xABCD', 'b')).toBe('0xabcd')
    refuses(hexOf(2), '0xab', '0xabcdef', '0xabcg')
  })

  it('reads hashes of 32 bytes', () => {
    expect(hash.parse(H, 'h')).toBe(H)
    refuses(hash, H.slice(2), H.slice(0, -2), `${H}00`)
  })

  it('pads storage keys to 32 bytes', () => {
    expect(slot.parse('0x', 's')).toBe(`0x${'0'.repeat(64)}`)
    expect(slot.parse('0x1', 's')).toBe(`0x${'0'.repeat(63)}1`)
    refuses(slot, `0x0${'0'.repeat(64)}`, '0xasdf', '1', 1)
  })

  it('names the argument and repeats no more than a line of it', () => {
    expect(() => address.parse('x'.repeat(1000), 'filter.address[3]')).toThrow(
      /^invalid argument "filter\.address\[3\]": want an address .*, got "x{79}\.\.\.$/,
    )
  })
})

describe('rpc / params / block', () => {
  it('reads tags, numbers, hashes and the objects of EIP-1898', () => {
    expect(block.parse('latest', 'b')).toBe(LATEST)
    expect(block.parse('finalized', 'b')).toEqual({ tag: 'finalized' })
    expect(block.parse('0x10', 'b')).toEqual({ number: 16n })
    expect(block.parse(H, 'b')).toEqual({ hash: H, requireCanonical: false })
    expect(block.parse({ blockNumber: '0x1' }, 'b')).toEqual({ number: 1n })
    expect(block.parse({ blockNumber: 'safe' }, 'b')).toEqual({ tag: 'safe' })
    expect(block.parse({ blockHash: H, requireCanonical: true }, 'b')).toEqual({
      hash: H,
      requireCanonical: true,
    })
  })

  it('refuses everything else', () => {
    refuses(block, '2', 2, '0x', '0x01', 'head', '', true, [], {}, { blockHash: '0x1' })
    refuses(block, { blockNumber: '0x1', blockHash: H }, { blockNumber: 1 })
    refuses(block, { blockHash: H, requireCanonical: 'yes' }, '0x10000000000000000')
    refuses(blockNumber, H, { blockNumber: '0x1' })
    refuses(blockHash, '0x1', 'latest')
  })
})

describe('rpc / params / call', () => {
  it('leaves out what is not given', () => {
    expect(callRequest.parse({}, 't')).toEqual({})
    expect(callRequest.parse({ to: null, type: '0x2', unknown: 1 }, 't')).toEqual({})
  })

  it('takes input and data for the same thing, unless they differ', () => {
    expect(callRequest.parse({ data: '0x01' }, 't').data).toEqual(Buffer.from([1]))
    expect(callRequest.parse({ data: '0x01', input: '0x01' }, 't').data).toEqual(Buffer.from([1]))
    refuses(callRequest, { data: '0x01', input: '0x02' })
  })

  it('refuses prices of two kinds, and a tip above the whole', () => {
    refuses(callRequest, { gasPrice: '0x1', maxFeePerGas: '0x1' })
    refuses(callRequest, { gasPrice: '0x1', maxPriorityFeePerGas: '0x1' })
    refuses(callRequest, { maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' })
    expect(callRequest.parse({ maxPriorityFeePerGas: '0x2' }, 't')).toEqual({
      maxPriorityFeePerGas: 2n,
    })
  })

  it('reads access and authorization lists whole', () => {
    const authorization = {
      chainId: '0x0',
      address: A,
      nonce: '0x1',
      yParity: '0x1',
      r: H,
      s: '0x2',
    }
    const accessList = [{ address: A, storageKeys: [H] }]
    const request = { accessList, authorizationList: [authorization] }
    expect(callRequest.parse(request, 't')).toEqual({
      accessList,
      authorizationList: [{ chainId: 0n, address: A, nonce: 1n, yParity: 1n, r: BigInt(H), s: 2n }],
    })
    refuses(callRequest, { accessList: [{ address: A }] }, { accessList: {} })
    refuses(callRequest, { authorizationList: [{ ...authorization, nonce: undefined }] })
  })
})

describe('rpc / params / overrides', () => {
  it('reads accounts with their slots', () => {
    const overrides = stateOverride.parse(
      { [A]: { balance: '0x1', nonce: '0x2', code: '0x60', stateDiff: { [H]: H } } },
      'o',
    )
    expect(overrides.get(A)).toEqual({
      balance: 1n,
      nonce: 2n,
      code: Buffer.from([0x60]),
      stateDiff: new Map([[H, H]]),
    })
  })

  it('refuses what it cannot pretend', () => {
    refuses(stateOverride, { [A]: { state: {}, stateDiff: {} } }, { [A]: 1 }, { '0x1': {} }, [])
    refuses(stateOverride, { [A]: { movePrecompileToAddress: 1 } }, { [A]: { state: { a: H } } })
    refuses(blockOverride, { difficulty: '0x1' }, { withdrawals: [] }, { number: 1 })
  })

  it("reads moved precompiles and the price of blob gas under geth's names", () => {
    const moved = stateOverride.parse({ [A]: { movePrecompileToAddress: A } }, 'o')
    expect(moved.get(A)).toEqual({ movePrecompileTo: A })
    expect(blockOverride.parse({ blobBaseFee: '0x7' }, 'o')).toEqual({ blobBaseFee: 7n })
  })

  it('knows the older names of block fields', () => {
    const modern = { time: '0x5', feeRecipient: A, prevRandao: H, baseFeePerGas: '0x1' }
    const old = { timestamp: '0x5', coinbase: A, random: H, baseFee: '0x1' }
    expect(blockOverride.parse(old, 'o')).toEqual(blockOverride.parse(modern, 'o'))
  })
})

describe('rpc / params / log criteria', () => {
  it('reads one or many addresses, and topics nested to OR within AND', () => {
    expect(logCriteria.parse({ address: A, topics: [null, H, [H, H], []] }, 'f')).toEqual({
      addresses: [A],
      topics: [[], [H], [H, H], []],
    })
    expect(logCriteria.parse({ address: [], topics: null }, 'f')).toEqual({
      addresses: [],
      topics: [],
    })
    expect(logCriteria.parse({ topics: [[null, H]] }, 'f').topics).toEqual([[]])
  })

  it('refuses too many positions or alternatives, and a hash with a range', () => {
    refuses(logCriteria, { topics: [H, H, H, H, H] }, { topics: H }, { address: '0x1' }, null)
    refuses(logCriteria, { address: Array.from({ length: FILTER_ALTERNATIVES_MAX + 1 }, () => A) })
    refuses(logCriteria, { blockHash: H, fromBlock: '0x1' }, { fromBlock: 'pending' })
  })
})

describe('rpc / method', () => {
  const sum = method({
    description: '',
    params: [required('a', count), optional('b', count, 7)],
    handler: ([a, b]) => a + b,
  })

  it('reads positional arguments, with defaults for what is left out or null', () => {
    expect(readParams(sum, [1, 2])).toEqual([1, 2])
    expect(readParams(sum, [1])).toEqual([1, 7])
    expect(readParams(sum, [1, null])).toEqual([1, 7])
  })

  it('refuses missing and surplus arguments', () => {
    expect(codeOf(() => readParams(sum, []))).toBe('PARAM_INVALID')
    expect(codeOf(() => readParams(sum, [null]))).toBe('PARAM_INVALID')
    expect(codeOf(() => readParams(sum, [1, 2, 3]))).toBe('PARAM_INVALID')
  })
})
