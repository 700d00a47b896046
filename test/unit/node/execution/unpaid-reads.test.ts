/** A frame that cannot pay for what it wants to see makes nobody read it. */
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../../../consensus/types.ts'
import type { CallRequest } from '../../../../node/execution/call-types.ts'
import { EMPTY_TRIE_ROOT, ZERO_WORD } from '../../../../node/state/flat/flat-codec.ts'
import type { StateView } from '../../../../node/state/types.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { ExecutionChain } from '../../../support/execution-chain.ts'
import { STATE_READS, type StateRead, TARGET } from '../../../support/state-reads.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const CONTRACT: Address = `0x${'ca'.repeat(20)}`
const HELPER: Address = `0x${'cb'.repeat(20)}`
const SLOT: Hex = `0x${'0'.repeat(63)}7`
const CODE_HASH: Hex = `0x${'c0'.repeat(32)}`

/** What is read of the target or of slots while a helper runs `source` with this much gas. */
async function readsOf(
  source: string,
  gas: number,
  { by = 'CALL', accessList }: { by?: string } & Pick<CallRequest, 'accessList'> = {},
): Promise<string[]> {
  const chain = await ExecutionChain.open({
    genesis: await testGenesis(),
    store: await openTemporaryDatabase(),
  })
  const base = chain.parentState()
  const state = chain.state.viewAfter(base)
  const reads: string[] = []
  const view: StateView = {
    stateRoot: state.stateRoot,
    account: (address) => {
      if (address !== TARGET) return state.account(address)
      reads.push('account')
      return { nonce: 1n, balance: 5n, storageRoot: EMPTY_TRIE_ROOT, codeHash: CODE_HASH }
    },
    code: (hash) => {
      if (hash !== CODE_HASH) return state.code(hash)
      reads.push('code')
      return assemble('STOP')
    },
    storage: () => {
      reads.push('slot')
      return ZERO_WORD
    },
  }
  const value = by === 'CALL' ? 'PUSH 0' : ''
  const outer = `PUSH 0 PUSH 0 PUSH 0 PUSH 0 ${value} PUSH ${BigInt(HELPER)} PUSH ${gas} ${by}`
  const accounts = new Map([
    [CONTRACT, { code: assemble(outer) }],
    [HELPER, { code: assemble(source), balance: 1n }],
  ])
  const request = { to: CONTRACT, gas: 1_000_000n, ...(accessList && { accessList }) }
  const outcome = await chain.executor.call({ ...base, view }, request, { accounts })
  expect(outcome.kind).toBe('ok')
  return reads
}

describe('node / execution / reads that are not paid for', () => {
  for (const read of STATE_READS) {
    const { name, source, pushGas, cold, warm, reads } = read
    it(`${name} reads nothing a unit of gas short of its price, cold or warm`, async () => {
      expect(await readsOf(source, pushGas + cold - 1)).toEqual([])
      expect(await readsOf(source, pushGas + cold)).toEqual(reads)
      const accessList = [
        { address: TARGET, storageKeys: [] },
        { address: HELPER, storageKeys: [SLOT] },
      ]
      expect(await readsOf(source, pushGas + warm - 1, { accessList })).toEqual([])
      expect(await readsOf(source, pushGas + warm, { accessList })).toEqual(reads)
    })
  }

  it('SSTORE reads nothing where nothing may be written', async () => {
    const { source } = STATE_READS.find(({ name }) => name === 'SSTORE') as StateRead
    expect(await readsOf(source, 50_000)).toEqual(['slot'])
    expect(await readsOf(source, 50_000, { by: 'STATICCALL' })).toEqual([])
  })
})
