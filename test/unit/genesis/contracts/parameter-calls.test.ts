/** ParameterCalls.sol lists selectors without addresses; here each is held to be one contract's. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PREDEPLOY_ARTIFACTS } from '../../../../genesis/artifacts.ts'
import { ROOT } from '../../../support/source-tree.ts'

/** Setters that no Parameter proposal may call: they hand out power, or are not governance's. */
const OTHER_SETTERS = [
  ...['setAuthority', 'setGuardian', 'setProposalGuardian'],
  ...['setRoleAdmin', 'setRoleGuardian', 'setGrantDelay', 'setTargetAdminDelay'],
  ...['setTargetClosed', 'setTargetFunctionRole', 'updateAuthority'],
  ...['setApprovalForAll'],
]

const LIBRARY = readFileSync(join(ROOT, 'genesis/contracts/governance/ParameterCalls.sol'), 'utf8')
const FORGE_TEST = readFileSync(join(ROOT, 'test/contracts/GovernanceParameters.t.sol'), 'utf8')

const allowed = [...LIBRARY.matchAll(/\b\w+\.(\w+)\.selector/g)].map(([, name = '']) => name).sort()

/** Contract and name of every function that changes state and is called as setters are. */
const setters = new Set(
  Object.values(PREDEPLOY_ARTIFACTS).flatMap(({ contractName, abi }) =>
    abi
      .filter(({ type, stateMutability }) => type === 'function' && stateMutability !== 'view')
      .filter(({ name = '' }) => /^(set|update)[A-Z]/.test(name))
      .map(({ name = '' }) => `${contractName}.${name}`),
  ),
)

function nameOf(setter: string): string {
  return setter.slice(setter.indexOf('.') + 1)
}

describe('genesis / contracts / parameter calls', () => {
  it('class every setter of the ABIs as a parameter or as more than that', () => {
    const names = [...new Set([...setters].map(nameOf))].sort()
    expect(names).toEqual([...allowed, ...OTHER_SETTERS].sort())
  })

  it.each(allowed)('mean one contract by %s', (name) => {
    expect([...setters].filter((setter) => nameOf(setter) === name)).toHaveLength(1)
  })

  it('are those that the forge test calls', () => {
    const list = /returns \(string\[\d+\] memory\) \{\s+return \[([^\]]*)\]/.exec(FORGE_TEST)?.[1]
    const called = [...(list ?? '').matchAll(/"(\w+)\(/g)].map(([, name = '']) => name).sort()
    expect(called).toEqual(allowed)
  })
})
