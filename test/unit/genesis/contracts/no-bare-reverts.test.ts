/** The lists of test/contracts/NoBareReverts*.t.sol name every function of the contracts they try. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AbiParameter, PREDEPLOY_ARTIFACTS } from '../../../../genesis/artifacts.ts'
import { ROOT } from '../../../support/source-tree.ts'

const FOLDER = join(ROOT, 'test/contracts')

const CONTRACTS = [
  ...['AI', 'AIBurn', 'BlockRewards', 'SpenderVault', 'BeneficiaryVault', 'TreasuryVault'],
  ...['TeamVesting', 'TrainingRewards', 'AIStaking', 'IdentityRegistry', 'ValidatorSet'],
  ...['PublicSale', 'LiquidityReserve', 'HMMFactory', 'HMMPair', 'HMMRouter', 'HUSD'],
]

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

function functionsOf(name: string): readonly string[] {
  const artifact = Object.values(PREDEPLOY_ARTIFACTS).find((each) => each.contractName === name)
  const functions = artifact?.abi.filter(({ type }) => type === 'function') ?? []
  return functions
    .map(({ name: called = '', inputs = [], stateMutability }) => {
      const suffix = stateMutability === 'payable' ? ' payable' : ''
      return `${called}(${inputs.map(canonicalType).join(',')})${suffix}`
    })
    .sort()
}

const lists = readdirSync(FOLDER)
  .filter((file) => /^NoBareReverts\w+\.t\.sol$/.test(file))
  .flatMap((file) => listsIn(readFileSync(join(FOLDER, file), 'utf8')))

describe('genesis / contracts / no bare reverts', () => {
  it.each(lists)('tries every function of %s', (name, tried) => {
    expect(tried).toEqual(functionsOf(name))
  })

  it('tries the token, the vaults, stakes, validators, the sale and the market', () => {
    const tried = lists.map(([name]) => name)
    expect(tried).toEqual(expect.arrayContaining(CONTRACTS))
  })
})
