/** The runner of the official suite is as strict as hive, and no stricter. */
import { describe, expect, it } from 'vitest'
import { parseIoFile } from '../../conformance/io-file.ts'
import { Judge } from '../../conformance/judge.ts'
import { sharedPath } from '../../support/shared-data.ts'

const openRpc = sharedPath('execution-apis/openrpc.json')
const REQUEST = '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}'

describe('conformance / io-file', () => {
  it('reads comments, round trips and the mark of files for the schema alone', () => {
    const text = `// a comment\n// speconly: yes\n\n>> ${REQUEST}\n<< {"a":1}\n>> ${REQUEST}\n<< {"b":2}\n`
    const file = parseIoFile('eth_x/y.io', text)
    expect(file).toEqual({
      path: 'eth_x/y.io',
      method: 'eth_x',
      isSpecOnly: true,
      exchanges: [
        { request: REQUEST, expected: { a: 1 } },
        { request: REQUEST, expected: { b: 2 } },
      ],
    })
  })

  it('refuses a request without an answer, and an answer to nothing', () => {
    expect(() => parseIoFile('a/b.io', `>> ${REQUEST}`)).toThrow('has no answer')
    expect(() => parseIoFile('a/b.io', '<< {}')).toThrow('out of turn')
  })
})

describe.skipIf(openRpc === undefined)('conformance / judge', () => {
  const judge = new Judge(openRpc ?? '')
  const differences = (expected: unknown, answer: unknown, isSpecOnly = false) =>
    judge.differences({ request: REQUEST, expected }, answer, isSpecOnly)

  it('passes over the order of keys, numbers written otherwise, and words of errors', () => {
    expect(differences({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2.0 }], a: 1 })).toEqual([])
    const expected = { error: { code: -32000, message: 'one' } }
    expect(differences(expected, { error: { message: 'another', code: -32000 } })).toEqual([])
  })

  it('finds what is missing, what is too much, and what is otherwise', () => {
    expect(differences({ a: 1 }, {})).toEqual(['a: missing, want 1'])
    expect(differences({}, { a: 1 })).toEqual(['a: not expected, got 1'])
    expect(differences({ a: [1, 2] }, { a: [1] })).toEqual(['a: 2 items expected, 1 came'])
    expect(differences({ a: '0x1' }, { a: '0x01' })).toEqual(['a: want "0x1", got "0x01"'])
    expect(differences({ a: null }, { a: 0 })).toHaveLength(1)
    const codes = [{ error: { code: -32000 } }, { error: { code: -32602 } }] as const
    expect(differences(...codes)).toEqual(['error.code: want -32000, got -32602'])
  })

  it('holds files for the schema alone against the schema alone, unless they end in an error', () => {
    expect(differences({ result: '0x1' }, { result: '0x2' }, true)).toEqual([])
    expect(differences({ result: '0x1' }, { result: '2' }, true)).toHaveLength(1)
    expect(differences({ result: '0x1' }, { error: { code: 1 } }, true)).toHaveLength(1)
    const error = { error: { code: 3 } }
    expect(differences(error, { error: { code: 4 } }, true)).toHaveLength(1)
    expect(differences(error, error, true)).toEqual([])
  })
})
