import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { StorageVariable } from '../../../../genesis/artifacts.ts'
import {
  PREDEPLOYS,
  RESERVED,
  SYSTEM_ADDRESS,
  TRANSFER_PRECOMPILE,
} from '../../../../genesis/predeploys.ts'
import { compileContracts } from '../../../../scripts/build-contracts.ts'

const GENESIS_DIR = fileURLToPath(new URL('../../../../genesis', import.meta.url))

const compiled = compileContracts()

describe('genesis / artifacts', () => {
  it('are what the compiler makes of the contracts, byte for byte', () => {
    expect(compiled.size).toBeGreaterThan(0)
    for (const [file, text] of compiled) {
      const committed = readFileSync(join(GENESIS_DIR, 'artifacts', file), 'utf8')
      expect(committed === text, `${file} is stale: npm run build:contracts`).toBe(true)
    }
    const committed = readdirSync(join(GENESIS_DIR, 'artifacts')).sort()
    expect(committed).toEqual([...compiled.keys(), 'preinstalls.json'].sort())
  })

  it('fit the limit of EIP-170', () => {
    for (const [file, text] of compiled) {
      const { deployedBytecode } = JSON.parse(text)
      expect((deployedBytecode.length - 2) / 2, file).toBeLessThanOrEqual(24_576)
    }
  })

  it('keep their storage where the last version kept it', async () => {
    for (const [file, text] of compiled) {
      const { contractName, storageLayout } = JSON.parse(text)
      const lines = storageLayout.map(
        ({ slot, offset, bytes, type, label }: StorageVariable) =>
          `${slot} +${offset} ${bytes} bytes: ${type} ${label}\n`,
      )
      const path = `./storage-layouts/${file.replace('.json', '.txt')}`
      await expect(`${contractName}\n${lines.join('')}`).toMatchFileSnapshot(path)
    }
  })
})

describe('genesis / contracts / Predeploys', () => {
  it('has the addresses of genesis/predeploys.ts', () => {
    const source = readFileSync(join(GENESIS_DIR, 'contracts/Predeploys.sol'), 'utf8')
    const constants = source.matchAll(/address internal constant (\w+) = (0x[0-9a-fA-F]{40});/g)
    const table = Object.fromEntries(
      [...constants].map(([, name, at]) => [name?.replaceAll('_', ''), at?.toLowerCase()]),
    )
    const expected = { SYSTEM: SYSTEM_ADDRESS, TRANSFER: TRANSFER_PRECOMPILE }
    const named = Object.entries({ ...PREDEPLOYS, ...RESERVED, ...expected })
    expect(table).toEqual(Object.fromEntries(named.map(([name, at]) => [name.toUpperCase(), at])))
  })
})
