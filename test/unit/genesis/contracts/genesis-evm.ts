/**
 * Block 0 in an EVM of its own, so that contracts are tested alone: calls by name, errors and
 * events decoded. The transfer precompile is the smallest that keeps its contract; the node's own,
 * with every refusal, is tested with the executor.
 */
import { createBlock } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { createEVM, type EVM, EVMError, type PrecompileInput } from '@ethereumjs/evm'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  type Address as AccountAddress,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
} from '@ethereumjs/util'
import {
  type Abi,
  concatHex,
  decodeErrorResult,
  decodeEventLog,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeFunctionData,
  toFunctionSelector,
} from 'viem'
import { PREDEPLOY_ARTIFACTS } from '../../../../genesis/artifacts.ts'
import { safeArtifact } from '../../../../genesis/build/rooms/safes.ts'
import { createChainCommon } from '../../../../genesis/chain-config.ts'
import type { Genesis } from '../../../../genesis/genesis-file.ts'
import {
  PREDEPLOYS,
  type PredeployName,
  TRANSFER_PRECOMPILE,
} from '../../../../genesis/predeploys.ts'
import type { Address, Hex } from '../../../../genesis/types.ts'

export type ContractCall = {
  readonly to: PredeployName
  readonly name: string
  readonly args?: readonly unknown[]
  readonly from?: Address
  readonly value?: bigint
}

export type DecodedEvent = {
  readonly address: Address
  readonly name: string
  readonly args: unknown
}

export type CallOutcome = {
  readonly result: unknown
  readonly events: readonly DecodedEvent[]
  readonly gasUsed: bigint
}

/** A revert with the custom error that the contract gave. */
export class ContractRevert extends Error {
  readonly errorName: string
  readonly args: readonly unknown[]

  constructor(errorName: string, args: readonly unknown[]) {
    super(`${errorName}(${args.join(', ')})`)
    this.errorName = errorName
    this.args = args
  }
}

/** Celo's flat price. */
const TRANSFER_GAS = 9_000n
const CALL_GAS = 30_000_000n

export const ALICE: Address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
export const BOB: Address = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'

export class GenesisEvm {
  readonly genesis: Genesis
  /** Of the block that calls run in. */
  blockNumber = 1n
  readonly #common: Common
  readonly #state: SimpleStateManager
  readonly #evm: EVM

  private constructor(
    genesis: Genesis,
    modules: { common: Common; state: SimpleStateManager; evm: EVM },
  ) {
    this.genesis = genesis
    this.#common = modules.common
    this.#state = modules.state
    this.#evm = modules.evm
  }

  static async open(genesis: Genesis): Promise<GenesisEvm> {
    const common = createChainCommon(genesis)
    const state = new SimpleStateManager({ common })
    for (const [address, { balance, nonce, code, storage }] of genesis.alloc) {
      const at = createAddressFromString(address)
      await state.putAccount(at, new Account(nonce, balance))
      if (code.length > 0) await state.putCode(at, code)
      for (const [slot, value] of storage) {
        await state.putStorage(at, hexToBytes(slot), hexToBytes(value))
      }
    }
    const blockchain = {
      getBlock: async () => ({ hash: () => hexToBytes(genesis.hash) }),
      putBlock: async () => {},
      shallowCopy: () => blockchain,
    }
    const evm = await createEVM({
      common,
      stateManager: state,
      blockchain,
      customPrecompiles: [
        { address: createAddressFromString(TRANSFER_PRECOMPILE), function: moveCoins },
      ],
    })
    return new GenesisEvm(genesis, { common, state, evm })
  }

  /** Throws {@link ContractRevert} when the contract does. */
  async call({
    to,
    name,
    args = [],
    from = ALICE,
    value = 0n,
  }: ContractCall): Promise<CallOutcome> {
    const abi = abiOf(to)
    const data = encodeFunctionData({ abi, functionName: name, args })
    const { returnValue, gasUsed, events } = await this.send({
      to: PREDEPLOYS[to],
      data,
      from,
      value,
    })
    const result = decodeFunctionResult({ abi, functionName: name, data: returnValue })
    return { result, events, gasUsed }
  }

  /** For functions that share their name: `signature` as in `transfer(address,uint256)`. */
  async callOverload(
    to: PredeployName,
    signature: string,
    args: readonly unknown[],
    from: Address,
  ) {
    const selector = toFunctionSelector(signature)
    const inputs = abiOf(to).find(
      (item) => item.type === 'function' && toFunctionSelector(item) === selector,
    )
    if (inputs?.type !== 'function') throw new Error(`${to} has no ${signature}`)
    const data = concatHex([selector, encodeAbiParameters(inputs.inputs, args)])
    return this.send({ to: PREDEPLOYS[to], data, from })
  }

  /** A message with raw data; errors are decoded with the ABIs of all predeploys. */
  async send(message: { to: Address; data?: Hex; from?: Address; value?: bigint }) {
    const { to, data = '0x', from = ALICE, value = 0n } = message
    const { execResult } = await this.#evm.runCall({
      block: this.#block(),
      caller: createAddressFromString(from),
      to: createAddressFromString(to),
      data: hexToBytes(data),
      value,
      gasLimit: CALL_GAS,
      skipNonceIncrement: true,
    })
    if (execResult.exceptionError !== undefined) throw decodeRevert(execResult.returnValue)
    return {
      returnValue: bytesToHex(execResult.returnValue),
      gasUsed: execResult.executionGasUsed,
      events: (execResult.logs ?? []).map(([address, topics, logData]) =>
        decodeEvent(bytesToHex(address), topics.map(bytesToHex), bytesToHex(logData)),
      ),
    }
  }

  async read(to: PredeployName, name: string, args: readonly unknown[] = []): Promise<unknown> {
    return (await this.call({ to, name, args })).result
  }

  async balance(address: Address): Promise<bigint> {
    return (await this.#state.getAccount(createAddressFromString(address)))?.balance ?? 0n
  }

  async setBalance(address: Address, balance: bigint): Promise<void> {
    await this.#state.modifyAccountFields(createAddressFromString(address), { balance })
  }

  async storage(address: Address, slot: number): Promise<bigint> {
    const key = hexToBytes(`0x${slot.toString(16).padStart(64, '0')}`)
    const value = await this.#state.getStorage(createAddressFromString(address), key)
    return value.length === 0 ? 0n : BigInt(bytesToHex(value))
  }

  async setStorage(address: Address, slot: Hex, value: Hex): Promise<void> {
    const at = createAddressFromString(address)
    await this.#state.putStorage(at, hexToBytes(slot), hexToBytes(value))
  }

  /** Wei over every account, the sink included. */
  supply(): bigint {
    const accounts = this.#state.accountStack.at(-1) ?? new Map<string, Account>()
    return [...accounts.values()].reduce((sum, account) => sum + (account?.balance ?? 0n), 0n)
  }

  #block() {
    const header = {
      number: this.blockNumber,
      timestamp: this.genesis.timestamp + this.blockNumber,
    }
    return createBlock({ header }, { common: this.#common })
  }
}

export function abiOf(name: PredeployName): Abi {
  const isSafe = name === 'GuardianSafe' || name === 'TeamSafe'
  return (isSafe ? safeArtifact('SafeL2') : PREDEPLOY_ARTIFACTS[name]).abi as Abi
}

const ALL_ABIS: Abi = [...Object.values(PREDEPLOY_ARTIFACTS), safeArtifact('SafeL2')].flatMap(
  (artifact) => artifact.abi as Abi,
)

function decodeRevert(data: Uint8Array): ContractRevert {
  if (data.length === 0) return new ContractRevert('', [])
  const { errorName, args } = decodeErrorResult({ abi: ALL_ABIS, data: bytesToHex(data) })
  return new ContractRevert(errorName, args ?? [])
}

function decodeEvent(address: Address, topics: Hex[], data: Hex): DecodedEvent {
  const decoded = decodeEventLog({ abi: ALL_ABIS, topics: topics as [Hex, ...Hex[]], data })
  return { address, name: decoded.eventName ?? '', args: decoded.args }
}

/** abi.encode(from, to, value), for whoever calls: only the facade does in these tests. */
async function moveCoins({ data, gasLimit, _EVM }: PrecompileInput) {
  const failure = new EVMError(EVMError.errorMessages.REVERT)
  const failed = { executionGasUsed: gasLimit, returnValue: new Uint8Array(0) }
  if (gasLimit < TRANSFER_GAS || data.length !== 96) return { ...failed, exceptionError: failure }
  const from = createAddressFromString(bytesToHex(data.subarray(12, 32)))
  const to = createAddressFromString(bytesToHex(data.subarray(44, 64)))
  const value = BigInt(bytesToHex(data.subarray(64, 96)))
  const sender = await accountOf(_EVM.stateManager, from)
  if (sender.balance < value) return { ...failed, exceptionError: failure }
  sender.balance -= value
  await _EVM.journal.putAccount(from, sender)
  const receiver = await accountOf(_EVM.stateManager, to)
  receiver.balance += value
  await _EVM.journal.putAccount(to, receiver)
  return { executionGasUsed: TRANSFER_GAS, returnValue: new Uint8Array(0) }
}

async function accountOf(
  state: { getAccount(address: AccountAddress): Promise<Account | undefined> },
  address: AccountAddress,
): Promise<Account> {
  return (await state.getAccount(address)) ?? new Account()
}
