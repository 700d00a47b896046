/** One call of each method of development chains, of ours and of anvil's, on whatever chain. */
import { devAccounts } from '../../genesis/accounts.ts'
import { assemble } from './evm-assembly.ts'
import type { Rpc } from './rpc-client.ts'

type Params = readonly unknown[]

const [ALICE, BOB] = devAccounts().map(({ address }) => address)
const STRANGER = '0x1234567890123456789012345678901234567890'
const TOKEN = '0x00000000000000000000000000000000000c0de3'
const HASH = `0x${'11'.repeat(32)}`
const WORD = `0x${'09'.padStart(64, '0')}`
/** Answers each question with the slot of its hash: a token as tools see it. */
const TOKEN_CODE = `0x${Buffer.from(
  assemble(`
    CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY
    CALLDATASIZE PUSH 0 KECCAK256 SLOAD
    PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN`),
).toString('hex')}`

/** By name, or by name without the prefix; what is not here takes nothing. */
const CALLS: Readonly<Record<string, (rpc: Rpc) => Params | Promise<Params>>> = {
  evm_mine: async (rpc) => [{ timestamp: (await timeOf(rpc)) + 60 }],
  mine: () => ['0x2', '0xa'],
  mine_detailed: async (rpc) => {
    await waitingOf(rpc)
    return []
  },
  setAutomine: () => [true],
  setIntervalMining: () => [60],
  increaseTime: () => [3_600],
  setNextBlockTimestamp: async (rpc) => [(await timeOf(rpc)) + 60],
  setTime: async (rpc) => [(await timeOf(rpc)) + 60],
  setBlockTimestampInterval: () => [12],
  removeBlockTimestampInterval: async (rpc) => {
    await rpc('anvil_setBlockTimestampInterval', 12)
    return []
  },
  setBalance: () => [STRANGER, '0xde0b6b3a7640000'],
  addBalance: () => [STRANGER, '0x1'],
  dealERC20: async (rpc) => [STRANGER, await tokenOf(rpc), '0x64'],
  setERC20Balance: async (rpc) => [STRANGER, await tokenOf(rpc), '0x64'],
  setERC20Allowance: async (rpc) => [ALICE, STRANGER, await tokenOf(rpc), '0x64'],
  setNonce: () => [STRANGER, '0x5'],
  setAccountNonce: () => [STRANGER, '0x5'],
  setCode: () => [STRANGER, '0x6000'],
  setStorageAt: () => [BOB, '0x0', WORD],
  impersonateAccount: () => [STRANGER],
  stopImpersonatingAccount: () => [STRANGER],
  autoImpersonateAccount: () => [true],
  impersonateSignature: () => [[`0x${'01'.repeat(65)}`, STRANGER]],
  setCoinbase: () => [STRANGER],
  setNextBlockBaseFeePerGas: async (rpc) => [await baseFeeOf(rpc)],
  setBlockGasLimit: async (rpc) => [(await headOf(rpc))['gasLimit']],
  setMinGasPrice: () => ['0x1'],
  setChainId: () => [1_337],
  setPrevRandao: () => [WORD],
  setRpcUrl: () => ['http://127.0.0.1:8545'],
  setFeeToken: () => [STRANGER, TOKEN],
  setValidatorFeeToken: () => [STRANGER, TOKEN],
  setFeeAmmLiquidity: () => [TOKEN, TOKEN, '0x1'],
  setLoggingEnabled: () => [true],
  revert: async (rpc) => [await rpc('evm_snapshot')],
  rollback: async (rpc) => {
    await rpc('evm_mine')
    return [1]
  },
  reorg: async (rpc) => {
    await rpc('evm_mine')
    await rpc('anvil_impersonateAccount', ALICE)
    return [1, [[{ from: ALICE, to: BOB, value: '0x7' }, 0]]]
  },
  loadState: async (rpc) => [await rpc('anvil_dumpState')],
  dropTransaction: async (rpc) => [await waitingOf(rpc)],
  dropAllTransactions: async (rpc) => {
    await waitingOf(rpc)
    return []
  },
  removePoolTransactions: async (rpc) => {
    await waitingOf(rpc)
    return [ALICE]
  },
  getBlobByHash: () => [HASH],
  getBlobsByTransactionHash: () => [HASH],
  eth_sendUnsignedTransaction: () => [{ from: ALICE, to: BOB, value: '0x1' }],
}

export function isReset(method: string): boolean {
  return method.endsWith('_reset')
}

export type DevAnswer = { readonly params: Params } & (
  | { readonly result: unknown }
  | { readonly error: unknown }
)

/** The answer of a method; the chain is as it was before, afterwards. */
export async function callDevMethod(rpc: Rpc, method: string): Promise<DevAnswer> {
  const id = await rpc('evm_snapshot')
  const paramsOf = CALLS[method] ?? CALLS[method.slice(method.indexOf('_') + 1)]
  const params = (await paramsOf?.(rpc)) ?? []
  try {
    return { params, result: await rpc(method, ...params) }
  } catch (error) {
    return { params, error }
  } finally {
    await rpc('anvil_dropAllTransactions')
    await rpc('anvil_autoImpersonateAccount', false)
    await rpc('anvil_removeBlockTimestampInterval')
    await rpc('evm_setAutomine', true)
    // There is nothing to go back to behind a reset.
    if (!isReset(method)) await rpc('evm_revert', id)
  }
}

async function headOf(rpc: Rpc): Promise<Readonly<Record<string, string>>> {
  return (await rpc('eth_getBlockByNumber', 'latest', false)) as Record<string, string>
}

async function timeOf(rpc: Rpc): Promise<number> {
  return Number((await headOf(rpc))['timestamp'])
}

async function baseFeeOf(rpc: Rpc): Promise<string> {
  const info = (await rpc('anvil_nodeInfo')) as { environment: { baseFee: string } }
  return info.environment.baseFee
}

async function tokenOf(rpc: Rpc): Promise<string> {
  await rpc('anvil_setCode', TOKEN, TOKEN_CODE)
  return TOKEN
}

/** A transaction that waits in the pool. */
async function waitingOf(rpc: Rpc): Promise<unknown> {
  await rpc('evm_setAutomine', false)
  return rpc('eth_sendUnsignedTransaction', { from: ALICE, to: BOB, value: '0x1' })
}
