/**
 * The same development calls here and on anvil, one after the other: blocks, times, balances,
 * counts and answers must be the same. By design ours are later than their parents by a second at
 * least, and have their own base fee, so times are set and fees left out.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import { devAccounts } from '../../genesis/accounts.ts'
import { startDevNode } from '../support/dev-node.ts'
import { ANVIL_IS_EXPECTED, Anvil } from '../support/differential/anvil.ts'
import type { Rpc } from '../support/rpc-client.ts'

const BOB = devAccounts()[1]!.address
const STRANGER = '0x1234567890123456789012345678901234567890'
const START = 4_000_000_000

type Call = readonly [method: string, ...params: unknown[]]

/** After each answer: number and time of the head, and a balance. */
const STEPS: readonly Call[] = [
  ['evm_setNextBlockTimestamp', START],
  ['evm_mine'],
  ['evm_setNextBlockTimestamp', START + 10],
  ['anvil_mine', '0x3', '0xa'],
  ['evm_mine', { timestamp: START + 100 }],
  ['evm_setNextBlockTimestamp', START + 200],
  ['evm_snapshot'],
  ['evm_snapshot'],
  ['anvil_setBalance', STRANGER, '0xde0b6b3a7640000'],
  ['evm_mine'],
  ['evm_revert', '0x1'],
  ['evm_revert', '0x1'],
  ['evm_setNextBlockTimestamp', START + 300],
  ['evm_mine'],
  ['anvil_setBalance', STRANGER, '0x7'],
  ['evm_setNextBlockTimestamp', START + 400],
  ['evm_mine'],
  ['evm_revert', '0x0'],
  ['evm_snapshot'],
  ['anvil_setBlockTimestampInterval', 20],
  ['evm_mine'],
  ['evm_mine'],
  ['anvil_rollback', 1],
  ['anvil_setNonce', STRANGER, '0x5'],
  ['eth_getTransactionCount', STRANGER, 'latest'],
  ['anvil_setStorageAt', BOB, '0x0', `0x${'01'.padStart(64, '0')}`],
  ['anvil_removeBlockTimestampInterval'],
  ['anvil_dropTransaction', `0x${'11'.repeat(32)}`],
  ['anvil_getAutomine'],
  ['evm_setAutomine', false],
  ['anvil_getAutomine'],
]

async function stateOf(rpc: Rpc): Promise<unknown> {
  const head = (await rpc('eth_getBlockByNumber', 'latest', false)) as Record<string, string>
  const { number, timestamp } = head
  return { number, timestamp, balance: await rpc('eth_getBalance', STRANGER, 'latest') }
}

describe.runIf(ANVIL_IS_EXPECTED)('spec / anvil dev methods', () => {
  it('does the same, call by call', async () => {
    const dev = await startDevNode()
    onTestFinished(() => dev.remove())
    const anvil = await Anvil.start(dev.genesis.file)
    onTestFinished(() => anvil.stop())
    const theirs: Rpc = (method, ...params) => anvil.call(method, ...params)
    await theirs('evm_setAutomine', true)
    for (const [index, call] of STEPS.entries()) {
      const answers = [await dev.rpc(...call), await theirs(...call)]
      const where = `${index}: ${call.join(' ')}`
      expect([where, answers[0]]).toEqual([where, answers[1]])
      expect([where, await stateOf(dev.rpc)]).toEqual([where, await stateOf(theirs)])
    }
  }, 120_000)
})
