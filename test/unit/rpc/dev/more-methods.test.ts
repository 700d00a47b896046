/** Tokens out of nothing, senders without a key, blocks in full: what they do and refuse. */
import { encodeErrorResult, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hex } from '../../../../consensus/types.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { SLOTS_TRIED_MAX } from '../../../../rpc/dev/tokens.ts'
import { type DevNode, startDevNode } from '../../../support/dev-node.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import type { Rpc } from '../../../support/rpc-client.ts'

const [ALICE, BOB] = devAccounts().map(({ address }) => address)
const STRANGER = '0x1234567890123456789012345678901234567890'
const TOKEN = '0x00000000000000000000000000000000000c0de4'
const ANSWER = 'PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN'
const QUESTION_HASH = 'CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 KECCAK256'
const BALANCE_MAX = `0x${'f'.repeat(64)}`

let dev: DevNode
let rpc: Rpc
const hexOf = (code: Uint8Array): Hex => `0x${Buffer.from(code).toString('hex')}`
const tokenOf = async (code: string): Promise<void> => {
  await rpc('anvil_setCode', TOKEN, hexOf(assemble(code)))
}
const wordsOf = (...addresses: readonly (string | undefined)[]): string =>
  addresses.map((who) => who?.slice(2).padStart(64, '0')).join('')
const ask = async (data: string): Promise<bigint> =>
  BigInt((await rpc('eth_call', { to: TOKEN, data }, 'latest')) as Hex)
const balanceOf = (who: string | undefined) => ask(`0x70a08231${wordsOf(who)}`)

describe('rpc / dev / more methods', () => {
  beforeAll(async () => {
    dev = await startDevNode()
    rpc = (...call) => dev.rpc(...call)
  }, 120_000)
  afterAll(() => dev.remove())

  it('gives tokens, and leave to spend them', async () => {
    // It looks at a flag in slot 0 before it answers.
    await tokenOf(`PUSH 0 SLOAD POP ${QUESTION_HASH} SLOAD ${ANSWER}`)
    await rpc('anvil_setStorageAt', TOKEN, '0x0', '0x1')
    await rpc('anvil_dealERC20', STRANGER, TOKEN, '0x64')
    await rpc('hardhat_dealERC20', BOB, TOKEN, 7)
    // To what it is already, and to nothing: the flag must not be taken for the balance.
    await rpc('anvil_setERC20Balance', STRANGER, TOKEN, '100')
    await rpc('anvil_dealERC20', ALICE, TOKEN, '0x0')
    expect([await balanceOf(STRANGER), await balanceOf(BOB)]).toEqual([100n, 7n])
    expect(BigInt((await rpc('eth_getStorageAt', TOKEN, '0x0', 'latest')) as Hex)).toBe(1n)
    await rpc('anvil_setERC20Allowance', ALICE, BOB, TOKEN, BALANCE_MAX)
    expect(await ask(`0xdd62ed3e${wordsOf(ALICE, BOB)}`)).toBe(2n ** 256n - 1n)
  })

  it('tries so many slots of a token, and not one more', async () => {
    const deal = () => rpc('anvil_dealERC20', STRANGER, TOKEN, '0x5')
    /** Reads slot after slot, and answers what is in the last of them. */
    const tokenReading = async (count: number) => {
      const reads = Array.from({ length: count }, (_, slot) => `PUSH ${slot} SLOAD`)
      await tokenOf(`${reads.join(' POP ')} ${ANSWER}`)
    }
    await tokenReading(SLOTS_TRIED_MAX + 1)
    await expect(deal()).rejects.toThrow('no slot found')
    await tokenReading(SLOTS_TRIED_MAX)
    await deal()
    expect(await balanceOf(STRANGER)).toBe(5n)
  })

  it('refuses a token that no slot decides about, and more than its slot holds', async () => {
    await tokenOf(`PUSH 100 ${ANSWER}`)
    const deal = (amount: string) => rpc('anvil_dealERC20', STRANGER, TOKEN, amount)
    await expect(deal('0x1')).rejects.toThrow('Unable to set ERC20 balance, no slot found')
    await expect(rpc('anvil_dealERC20', STRANGER, BOB, '0x1')).rejects.toThrow(/no slot found/)
    const mask = `0x${'ff'.repeat(12)}`
    await tokenOf(`${QUESTION_HASH} SLOAD PUSH ${mask} AND ${ANSWER}`)
    await expect(deal(BALANCE_MAX)).rejects.toThrow(/the token does not hold/)
    await deal('0x64')
    expect(await balanceOf(STRANGER)).toBe(100n)
  })

  it('gives more wei, never above the most that there is, and not to the vault', async () => {
    const balance = () => rpc('eth_getBalance', STRANGER, 'latest')
    await rpc('anvil_setBalance', STRANGER, '0x5')
    await rpc('tenderly_addBalance', STRANGER, '0x7')
    expect(await balance()).toBe('0xc')
    await Promise.all([1, 2, 3].map((wei) => rpc('hardhat_addBalance', STRANGER, wei)))
    expect(await balance()).toBe('0x12')
    await rpc('anvil_addBalance', STRANGER, BALANCE_MAX)
    expect(await balance()).toBe(BALANCE_MAX)
    await rpc('tenderly_setBalance', STRANGER, '0x0')
    const vault = rpc('anvil_addBalance', PREDEPLOYS.ComputeMiningVault, '0x1')
    await expect(vault).rejects.toThrow(/every block/)
  })

  it('sends for anybody once, without a key and without impersonation', async () => {
    await rpc('anvil_setBalance', STRANGER, '0xde0b6b3a7640000')
    const request = { from: STRANGER, to: BOB, value: '0x1' }
    const hash = await rpc('eth_sendUnsignedTransaction', request)
    expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({ from: STRANGER })
    await expect(rpc('eth_sendTransaction', request)).rejects.toThrow(/unknown account/)
    await expect(rpc('eth_sendUnsignedTransaction', { to: BOB })).rejects.toMatchObject({
      code: -32602,
    })
  })

  it('sends and answers with the receipt, once there is one', async () => {
    const request = { from: ALICE, to: BOB, value: '0x1' }
    const receipt = await rpc('eth_sendTransactionSync', request)
    expect(receipt).toMatchObject({ status: '0x1', from: ALICE, to: BOB })
    await rpc('evm_setAutomine', false)
    const late = rpc('eth_sendTransactionSync', request, 1)
    await expect(late).rejects.toMatchObject({ code: 4, data: expect.stringMatching(/^0x/) })
    await rpc('evm_setAutomine', true)
    await rpc('evm_mine')
  })

  it('makes blocks and tells what their transactions returned', async () => {
    const data = encodeErrorResult({
      ...{ abi: parseAbi(['error Error(string)']), args: ['not today'] },
    })
    // Reverts with its input, if it has any; else it returns a word.
    const code = `CALLDATASIZE @refuse JUMPI PUSH 5 ${ANSWER}
      refuse: CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 REVERT`
    await tokenOf(code)
    await rpc('evm_setAutomine', false)
    const call = { from: ALICE, to: TOKEN, gas: '0x186a0' }
    await rpc('eth_sendTransaction', call)
    await rpc('eth_sendTransaction', { ...call, data })
    const head = Number(await rpc('eth_blockNumber'))
    const blocks = await rpc('evm_mine_detailed', { blocks: 2 })
    await rpc('evm_setAutomine', true)
    expect(blocks).toMatchObject([
      {
        number: `0x${(head + 1).toString(16)}`,
        transactions: [
          { from: ALICE, output: `0x${'5'.padStart(64, '0')}` },
          { from: ALICE, output: data, revertReason: 'not today' },
        ],
      },
      { number: `0x${(head + 2).toString(16)}`, transactions: [] },
    ])
  })

  it('says when the chain began, and whether an interval was there to be taken away', async () => {
    const first = (await rpc('eth_getBlockByNumber', '0x0', false)) as { timestamp: Hex }
    expect(await rpc('anvil_getGenesisTime')).toBe(Number(first.timestamp))
    await rpc('evm_setBlockTimestampInterval', 5)
    expect(await rpc('anvil_removeBlockTimestampInterval')).toBe(true)
    expect(await rpc('anvil_removeBlockTimestampInterval')).toBe(false)
  })

  it.each(['anvil_setChainId', 'anvil_setRpcUrl', 'hardhat_setPrevRandao', 'anvil_setFeeToken'])(
    '%s is refused with why, whatever it is asked',
    async (method) => {
      for (const args of [[], [1], [{}]]) {
        await expect(rpc(method, ...args)).rejects.toMatchObject({
          ...{ code: -32602, message: expect.stringMatching(/chain|fee tokens/) },
        })
      }
    },
  )
})
