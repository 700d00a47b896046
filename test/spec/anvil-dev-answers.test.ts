/**
 * Each development method of anvil is answered here in the same shape, refused with a reason, or
 * named below with why it is not there. The list is of anvil 1.7.1, found by asking it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callDevMethod, type DevAnswer, isReset } from '../support/dev-calls.ts'
import { type DevNode, startDevNode } from '../support/dev-node.ts'
import { ANVIL_IS_EXPECTED, Anvil } from '../support/differential/anvil.ts'
import { namesOf } from '../support/method-docs.ts'
import type { Rpc } from '../support/rpc-client.ts'
import { listedMethods } from '../support/rpc-methods.ts'

const NAMES: Readonly<Record<string, string>> = {
  anvil:
    'addBalance autoImpersonateAccount dealERC20 dropAllTransactions dropTransaction dumpState ' +
    'getAutomine getBlobByHash getBlobsByTransactionHash getGenesisTime getIntervalMining ' +
    'impersonateAccount impersonateSignature increaseTime loadState metadata mine mine_detailed ' +
    'nodeInfo removeBlockTimestampInterval removePoolTransactions reorg reset revert rollback ' +
    'setAutomine setBalance setBlockGasLimit setBlockTimestampInterval setChainId setCode ' +
    'setCoinbase setERC20Allowance setERC20Balance setFeeAmmLiquidity setFeeToken ' +
    'setIntervalMining setLoggingEnabled setMinGasPrice setNextBlockBaseFeePerGas ' +
    'setNextBlockTimestamp setNonce setRpcUrl setStorageAt setTime setValidatorFeeToken snapshot ' +
    'stopImpersonatingAccount',
  hardhat:
    'addBalance autoImpersonateAccount dealERC20 dropAllTransactions dropTransaction dumpState ' +
    'getAutomine impersonateAccount loadState metadata mine reset setBalance setCode setCoinbase ' +
    'setLoggingEnabled setMinGasPrice setNextBlockBaseFeePerGas setNonce setStorageAt ' +
    'stopImpersonatingAccount',
  evm:
    'increaseTime mine mine_detailed revert setAccountNonce setAutomine setBlockGasLimit ' +
    'setIntervalMining setNextBlockTimestamp setTime snapshot',
  tenderly: 'addBalance setBalance',
  eth: 'sendUnsignedTransaction',
}
const METHODS = Object.entries(NAMES).flatMap(([prefix, names]) =>
  names.split(' ').map((name) => `${prefix}_${name}`),
)
/** Those that take the snapshots of the others away come last. */
const IN_ORDER = [
  ...METHODS.filter((name) => !isReset(name)),
  ...METHODS.filter((name) => isReset(name)),
]

/** Anvil takes these; rules of this chain forbid them, or there is nothing that they would set. */
const REFUSED: ReadonlySet<string> = new Set([
  'anvil_impersonateSignature',
  'anvil_setChainId',
  'anvil_setRpcUrl',
])
/** Members that anvil alone has: no standard object holds them, and we have no commit to name. */
const LEFT_OUT: ReadonlySet<string> = new Set(['totalDifficulty', 'clientCommitSha'])

/** Kinds of values by name; of a list its first item; of an error that it is one. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value === 'string') return value.startsWith('0x') ? 'hex' : 'text'
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value
  const members = Object.entries(value).filter(([name]) => !LEFT_OUT.has(name))
  return Object.fromEntries(members.map(([name, member]) => [nameOf(name), shapeOf(member)]))
}

/** Numbers of snapshots and the like are all one. */
function nameOf(name: string): string {
  return name.startsWith('0x') ? '0x' : name
}

function answerShape(answer: DevAnswer): unknown {
  return 'error' in answer ? 'error' : shapeOf(answer.result)
}

describe.runIf(ANVIL_IS_EXPECTED)('spec / anvil dev answers', () => {
  let dev: DevNode
  let anvil: Anvil
  let theirs: Rpc
  beforeAll(async () => {
    dev = await startDevNode()
    anvil = await Anvil.start(dev.genesis.file)
    theirs = (method, ...params) => anvil.call(method, ...params)
  }, 120_000)
  afterAll(async () => {
    await anvil.stop()
    await dev.remove()
  })

  it.each(IN_ORDER)('%s', async (method) => {
    const [our, their] = [await callDevMethod(dev.rpc, method), await callDevMethod(theirs, method)]
    if (REFUSED.has(method)) {
      expect(our).toMatchObject({ error: { code: -32602 } })
      expect(their).not.toHaveProperty('error')
      return
    }
    expect([method, answerShape(our)]).toEqual([method, answerShape(their)])
  })

  it('leaves no method of its own out, by whatever name', async () => {
    const known = new Set(METHODS)
    const unknown = namesOf(await listedMethods())
      .filter((names) => names.some((name) => /^(anvil|hardhat|evm|tenderly)_/.test(name)))
      .filter((names) => names.every((name) => !known.has(name)))
    expect(unknown).toEqual([['hardhat_setPrevRandao']])
  })
})
