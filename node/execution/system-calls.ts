/**
 * What happens in a block before its transactions: the block reward first, then the beacon root
 * and the parent's hash go where contracts look for them (EIP-4788, EIP-2935).
 *
 * Spec: docs/spec/execution.md, X2 and X3; docs/spec/token-economy.md, "Rewards in a block". Logs
 * of these calls are in no receipt.
 */
import { createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { assert } from '../../consensus/errors.ts'
import { BLOCK_QUALITY_BPS, poolAndPot, type RewardSplit } from '../../consensus/rules/reward.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { PREDEPLOYS, PREINSTALLS, SYSTEM_ADDRESS } from '../../genesis/predeploys.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { integerBytes } from '../state/flat/integers.ts'
import type { BlockContext, EvmBlock } from './evm/block-context.ts'
import type { Lane } from './evm/lane.ts'
import { ExecutionError } from './execution-error.ts'

/** Outside the block's gas limit, as for every system call of Ethereum. */
export const SYSTEM_CALL_GAS = 30_000_000n
/** EIP-4788's and EIP-2935's rings. */
const BEACON_ROOTS = 8_191n
const HISTORY_BLOCKS = 8_191n
const NO_BYTES = new Uint8Array(0)

const ON_BLOCK = selectorOf('onBlock(address,uint256,uint256,uint256)')

/** X2: throws an {@link ExecutionError} when the call fails. */
export async function payBlockReward(
  lane: Lane,
  block: EvmBlock,
  context: BlockContext,
  epochDifficulty: bigint,
): Promise<RewardSplit> {
  const { overlay, evm } = lane
  const contract = await overlay.loadAccount(PREDEPLOYS.BlockRewards)
  if ((await overlay.loadCode(contract)).length === 0) throw systemCallFailed('no code')
  const vault = await overlay.loadAccount(PREDEPLOYS.ComputeMiningVault)
  const held = vault.current?.balance ?? 0n
  const arguments_ = [
    BigInt(context.coinbase),
    context.difficulty,
    BLOCK_QUALITY_BPS,
    epochDifficulty,
  ]
  const { execResult } = await evm.runCall({
    block,
    caller: createAddressFromString(SYSTEM_ADDRESS),
    to: createAddressFromString(PREDEPLOYS.BlockRewards),
    data: encodeCall(ON_BLOCK, arguments_),
    gasLimit: SYSTEM_CALL_GAS,
    skipNonceIncrement: true,
  })
  const failure = execResult.exceptionError
  if (failure !== undefined) throw systemCallFailed(failure.error)
  await endSystemCall(lane)
  assert(overlay.balanceChange === 0n, 'a reward moves coins and makes none')
  return poolAndPot(held - (vault.current?.balance ?? 0n))
}

/** X3. */
export async function storeBeaconRoot(lane: Lane, timestamp: bigint, root: bigint): Promise<void> {
  const index = timestamp % BEACON_ROOTS
  await storeWord(lane, PREINSTALLS.BeaconRoots, index, integerBytes(timestamp))
  await storeWord(
    lane,
    PREINSTALLS.BeaconRoots,
    index + BEACON_ROOTS,
    root === 0n ? NO_BYTES : integerBytes(root),
  )
}

/** X3. */
export async function storeParentHash(lane: Lane, parentNumber: bigint, hash: Hash): Promise<void> {
  const value = integerBytes(BigInt(hash))
  await storeWord(lane, PREINSTALLS.HistoryStorage, parentNumber % HISTORY_BLOCKS, value)
}

/** Both contracts store what SYSTEM hands them and no more, so their code need not run. */
async function storeWord(
  { overlay }: Lane,
  contract: Address,
  slot: bigint,
  value: Uint8Array,
): Promise<void> {
  const entry = await overlay.loadAccount(contract)
  if ((await overlay.loadCode(entry)).length === 0) return
  const slotHex: Hex = `0x${slot.toString(16).padStart(64, '0')}`
  overlay.setSlot(await overlay.loadSlot(contract, slotHex), value)
}

/** Calls a contract as SYSTEM, after the transactions; what it returns. */
export async function callAsSystem(
  lane: Lane,
  block: EvmBlock,
  contract: Address,
): Promise<Uint8Array> {
  const { execResult } = await lane.evm.runCall({
    block,
    caller: createAddressFromString(SYSTEM_ADDRESS),
    to: createAddressFromString(contract),
    gasLimit: SYSTEM_CALL_GAS,
    skipNonceIncrement: true,
  })
  const failure = execResult.exceptionError
  if (failure !== undefined) throw systemCallFailed(failure.error, contract)
  await endSystemCall(lane)
  return execResult.returnValue
}

/** Touched accounts that are empty go (SYSTEM itself, unless somebody sent it coins). */
async function endSystemCall({ evm, overlay }: Lane): Promise<void> {
  await evm.journal.cleanup()
  overlay.endTransaction()
}

function systemCallFailed(reason: string, contract = 'BlockRewards'): ExecutionError {
  return new ExecutionError({ code: 'SYSTEM_CALL_FAILED', contract, reason })
}

function encodeCall(selector: Uint8Array, words: readonly bigint[]): Uint8Array {
  const data = words.map((word) => word.toString(16).padStart(64, '0')).join('')
  return new Uint8Array([...selector, ...hexToBytes(`0x${data}`)])
}

function selectorOf(signature: string): Uint8Array {
  return keccak256(new TextEncoder().encode(signature)).subarray(0, 4)
}
