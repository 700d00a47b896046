import { hexToBytes, privateToAddress } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import {
  formatKeyFile,
  generateValidatorKeys,
  parseKeyFile,
} from '../../../genesis/validator-keys.ts'

const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'

describe('genesis / validator-keys', () => {
  it('makes as many different keys as asked', () => {
    const keys = generateValidatorKeys(8)
    expect(new Set(keys.map(({ privateKey }) => privateKey)).size).toBe(8)
    for (const { address, privateKey } of keys) {
      expect(address).toBe(
        `0x${Buffer.from(privateToAddress(hexToBytes(privateKey))).toString('hex')}`,
      )
    }
  })

  it('reads a key file as it was written', () => {
    const [key] = generateValidatorKeys(1)
    expect(formatKeyFile(key!)).toMatch(/^0x[0-9a-f]{64}\n$/)
    expect(parseKeyFile(formatKeyFile(key!), 'keys/0.key')).toEqual(key)
  })

  it.each([
    ['an empty file', ''],
    ['no 0x', 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'],
    ['31 bytes', `0x${'01'.repeat(31)}`],
    ['two lines', `0x${'01'.repeat(32)}\n0x${'02'.repeat(32)}`],
    ['zero', `0x${'00'.repeat(32)}`],
    ["the curve's order", `0x${ORDER}`],
  ])('refuses %s without showing it', (_, text) => {
    let thrown: unknown
    try {
      parseKeyFile(text, 'keys/0.key')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ type: { code: 'KEY_INVALID', path: 'keys/0.key' } })
    expect(Object.keys((thrown as { type: object }).type)).toEqual(['code', 'path'])
  })
})
