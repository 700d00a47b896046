/** The lists of test/contracts/NoBareReverts*.t.sol name every function of the contracts of block 0. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toFunctionSelector } from 'viem'
import { describe, expect, it } from 'vitest'
import { type AbiParameter, PREDEPLOY_ARTIFACTS } from '../../../../genesis/artifacts.ts'
import { ROOT } from '../../../support/source-tree.ts'

const FOLDER = join(ROOT, 'test/contracts')

/** By the names of the contracts: four vaults have code of one of two. */
const ARTIFACTS = new Map(
  Object.values(PREDEPLOY_ARTIFACTS).map((artifact) => [artifact.contractName, artifact]),
)

/** Adjacent literals are one: `"Name: f(uint256); " "g() payable"`. */
function listsIn(source: string): readonly (readonly [string, readonly string[]])[] {
  const literals = source.matchAll(/"((?:\w+: )[^"]*)"((?:\s*"[^"]*")*)/g)
  return [...literals].map(([, first = '', rest = '']) => {
    const text = first + [...rest.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join('')
    const [name = '', list = ''] = text.split(': ')
    return [name, list.split('; ').sort()] as const
  })
}

function canonicalType({ type, components = [] }: AbiParameter): string {
  return type.replace(/^tuple/, () => `(${components.map(canonicalType).join(',')})`)
}

function signature(name: string, inputs: readonly AbiParameter[]): string {
  return `${name}(${inputs.map(canonicalType).join(',')})`
}

function functionsOf(name: string): readonly string[] {
  const functions = ARTIFACTS.get(name)?.abi.filter(({ type }) => type === 'function') ?? []
  return functions
    .map(({ name: called = '', inputs = [], stateMutability }) => {
      const suffix = stateMutability === 'payable' ? ' payable' : ''
      return `${signature(called, inputs)}${suffix}`
    })
    .sort()
}

/** Selectors of every error in the ABIs, as Solidity. */
function knownErrors(): string {
  const errors = [...ARTIFACTS.values()].flatMap(({ abi }) =>
    abi.filter(({ type }) => type === 'error'),
  )
  const selectors = errors.map(({ name = '', inputs = [] }) =>
    toFunctionSelector(signature(name, inputs)).slice(2),
  )
  const sorted = [...new Set(selectors)].sort()
  const rows = Array.from({ length: Math.ceil(sorted.length / 12) }, (_, i) =>
    sorted.slice(i * 12, i * 12 + 12).join(''),
  )
  return [
    '// SPDX-License-Identifier: MIT',
    'pragma solidity 0.8.37;',
    '',
    '/// @dev Selectors of all errors in the ABIs of block 0, one after the other. Written by',
    '/// `npx vitest run --project unit test/unit/genesis/contracts/no-bare-reverts.test.ts -u`.',
    `bytes constant KNOWN_ERRORS =\n${rows.map((row) => `    hex"${row}"`).join('\n')};`,
    '',
  ].join('\n')
}

const lists = readdirSync(FOLDER)
  .filter((file) => /^NoBareReverts\w+\.t\.sol$/.test(file))
  .flatMap((file) => listsIn(readFileSync(join(FOLDER, file), 'utf8')))

describe('genesis / contracts / no bare reverts', () => {
  it.each(lists)('tries every function of %s', (name, tried) => {
    expect(tried).toEqual(functionsOf(name))
  })

  it('tries every contract of block 0', () => {
    const tried = new Set(lists.map(([name]) => name))
    expect([...tried].sort()).toEqual([...ARTIFACTS.keys()].sort())
  })

  it('knows the errors of the ABIs, and no others', async () => {
    await expect(knownErrors()).toMatchFileSnapshot(join(FOLDER, 'KnownErrors.sol'))
  })
})
