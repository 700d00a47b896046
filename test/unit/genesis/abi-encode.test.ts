import { bytesToHex } from '@ethereumjs/util'
import { encodeAbiParameters, encodeFunctionData } from 'viem'
import { describe, expect, it } from 'vitest'
import type { AbiItem, AbiParameter } from '../../../genesis/artifacts.ts'
import {
  type AbiFields,
  type AbiValue,
  encodeCall,
  encodeParameters,
} from '../../../genesis/build/abi-encode.ts'
import { Random } from '../../support/random.ts'

const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const WORD = `0x${'ab'.repeat(32)}`

const PAIR: AbiParameter = {
  name: 'pair',
  type: 'tuple',
  components: [
    { name: 'owner', type: 'address' },
    { name: 'amount', type: 'uint96' },
  ],
}
const NOTE: AbiParameter = {
  name: 'note',
  type: 'tuple',
  components: [
    { name: 'text', type: 'string' },
    { name: 'pair', type: 'tuple', components: PAIR.components ?? [] },
  ],
}
const PAIR_VALUE = { owner: ALICE, amount: 2n ** 96n - 1n }

function reference(parameters: readonly AbiParameter[], args: AbiFields): string {
  const values = parameters.map(({ name }) => args[name])
  return encodeAbiParameters(parameters as never, values as never)
}

/** What a parameter of each type may be, with random lengths. */
function randomValue(random: Random, { type, components = [] }: AbiParameter): AbiValue {
  const array = /^(.*)\[(\d*)\]$/.exec(type)
  if (array !== null) {
    const length = array[2] === '' ? random.below(4) : Number(array[2])
    const element = { name: '', type: array[1] ?? '', components }
    return Array.from({ length }, () => randomValue(random, element))
  }
  if (type === 'tuple') {
    return Object.fromEntries(components.map((each) => [each.name, randomValue(random, each)]))
  }
  if (type === 'bool') return random.below(2) === 1
  if (type === 'string') return 'é'.repeat(random.below(40))
  if (type === 'bytes') return bytesToHex(random.bytes(random.below(70)))
  if (type === 'address') return bytesToHex(random.bytes(20))
  const bits = /^uint(\d+)$/.exec(type)?.[1]
  if (bits !== undefined) return BigInt(bytesToHex(random.bytes(Number(bits) / 8)))
  return bytesToHex(random.bytes(Number(type.slice('bytes'.length))))
}

const TYPES: readonly AbiParameter[] = [
  ...['uint8', 'uint48', 'uint256', 'address', 'bool', 'bytes4', 'bytes32', 'bytes', 'string'],
  ...['uint256[]', 'address[]', 'string[]', 'bytes[2]', 'uint16[3]', 'uint8[2][]', 'uint8[][2]'],
].map((type) => ({ name: 'value', type }))

describe('genesis / build / abi-encode', () => {
  it.each<[AbiParameter, AbiValue]>([
    [{ name: 'value', type: 'uint48' }, 2n ** 48n - 1n],
    [{ name: 'value', type: 'bool' }, true],
    [{ name: 'value', type: 'address' }, ALICE],
    [{ name: 'value', type: 'bytes32' }, WORD],
    [{ name: 'value', type: 'bytes4' }, '0x01020304'],
    [{ name: 'value', type: 'string' }, 'hip-1:small-7b'],
    [{ name: 'value', type: 'bytes' }, '0x'],
    [{ name: 'value', type: 'address[]' }, []],
    [PAIR, PAIR_VALUE],
    [{ ...PAIR, type: 'tuple[]' }, [PAIR_VALUE, PAIR_VALUE]],
    [{ ...PAIR, type: 'tuple[2]' }, [PAIR_VALUE, PAIR_VALUE]],
    [NOTE, { text: 'n', pair: PAIR_VALUE }],
    [{ ...NOTE, type: 'tuple[]' }, [{ text: 'n', pair: PAIR_VALUE }]],
  ])('encodes %j as viem does', (parameter, value) => {
    const args = { [parameter.name]: value }
    expect(bytesToHex(encodeParameters([parameter], args))).toBe(reference([parameter], args))
  })

  it('encodes 300 lists of random parameters as viem does', () => {
    const random = new Random(7)
    for (let round = 0; round < 300; round++) {
      const parameters = Array.from({ length: 1 + random.below(6) }, (_, i) => {
        const kinds = [...TYPES, PAIR, NOTE, { ...PAIR, type: 'tuple[]' }]
        return { ...kinds[random.below(kinds.length)]!, name: `p${i}` }
      })
      const values = parameters.map((each) => [each.name, randomValue(random, each)])
      const args: AbiFields = Object.fromEntries(values)
      expect(bytesToHex(encodeParameters(parameters, args))).toBe(reference(parameters, args))
    }
  })

  it('encodes nothing as no bytes', () => {
    expect(encodeParameters([], {})).toEqual(new Uint8Array(0))
  })

  it('encodes calls with the selector that viem computes', () => {
    const abi: AbiItem[] = [
      {
        type: 'function',
        name: 'vote',
        inputs: [
          { ...NOTE, type: 'tuple[]' },
          { name: 'by', type: 'address' },
        ],
        outputs: [],
        stateMutability: 'nonpayable',
      },
    ]
    const args = { note: [{ text: 'n', pair: PAIR_VALUE }], by: ALICE }
    expect(bytesToHex(encodeCall(abi, 'vote', args))).toBe(
      encodeFunctionData({ abi: abi as never, args: [args.note, args.by] } as never),
    )
    expect(() => encodeCall(abi, 'votes', args)).toThrow(RangeError)
    expect(() => encodeCall([...abi, ...abi], 'vote', args)).toThrow(RangeError)
  })

  it.each<[string, AbiFields]>([
    ['uint8', { value: 256n }],
    ['uint8', { value: -1n }],
    ['uint8', { value: '0x01' }],
    ['int8', { value: 1n }],
    ['address', { value: '0x01' }],
    ['address', { value: 1n }],
    ['bool', { value: 1n }],
    ['bytes4', { value: '0x0102030405' }],
    ['string', { value: 1n }],
    ['uint8[]', { value: 1n }],
    ['uint8[2]', { value: [1n] }],
    ['tuple', { value: [1n] }],
    ['tuple', { value: { unknown: 1n } }],
    ['uint8', {}],
    ['uint8', { value: 1n, other: 1n }],
  ])('refuses what is no %s: %o', (type, args) => {
    const parameter = { name: 'value', type, components: [{ name: 'known', type: 'uint8' }] }
    expect(() => encodeParameters([parameter], args)).toThrow(RangeError)
  })
})
