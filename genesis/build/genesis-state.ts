/**
 * The state of block 0 while it is built: one EVM over one state, in which constructors run at the
 * final addresses of their contracts and then the calls that set contracts up. So immutables and
 * whatever depends on `address(this)` and the chain id (EIP-712 domains) are right.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import type { Common } from '@ethereumjs/common'
import {
  createEVM,
  type EVM,
  EVMError,
  type EVMRunCallOpts,
  type PrecompileInput,
} from '@ethereumjs/evm'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  bytesToHex,
  createAddressFromString,
  createZeroAddress,
  setLengthLeft,
} from '@ethereumjs/util'
import type { ChainInputs } from '../chain-config.ts'
import { GenesisError } from '../errors.ts'
import { GENESIS_BASE_FEE_WEI } from '../params.ts'
import { TRANSFER_PRECOMPILE } from '../predeploys.ts'
import type { Address, GenesisAccount, Hex } from '../types.ts'

export type GenesisMessage = {
  readonly from: Address
  readonly to: Address
  readonly data: Uint8Array
}

/** Far above what 200 validators cost; code that loops still ends. */
const CALL_GAS = 10n ** 9n

type Block = NonNullable<EVMRunCallOpts['block']>

export class GenesisState {
  readonly #state: SimpleStateManager
  readonly #evm: EVM
  readonly #block: Block

  private constructor(state: SimpleStateManager, evm: EVM, block: Block) {
    this.#state = state
    this.#evm = evm
    this.#block = block
  }

  /** Every balance of block 0 is there before the first constructor runs. */
  static async open(
    balances: ReadonlyMap<Address, bigint>,
    chain: ChainInputs,
    common: Common,
  ): Promise<GenesisState> {
    const state = new SimpleStateManager({ common })
    for (const [address, balance] of balances) {
      await state.putAccount(createAddressFromString(address), new Account(0n, balance))
    }
    const precompile = createAddressFromString(TRANSFER_PRECOMPILE)
    const evm = await createEVM({
      common,
      stateManager: state,
      customPrecompiles: [{ address: precompile, function: refuseTransfer }],
    })
    return new GenesisState(state, evm, blockZero(chain))
  }

  /** Runs `initCode` as the code of `address` and keeps what it returns. `name` is for errors. */
  async construct(name: string, address: Address, initCode: Uint8Array): Promise<void> {
    const to = createAddressFromString(address)
    // EIP-161: a contract's account starts at nonce 1, and the contracts it creates count on.
    await this.#state.modifyAccountFields(to, { nonce: 1n })
    const fail = (reason: string) =>
      new GenesisError({ code: 'CONSTRUCTOR_FAILED', contract: name, reason })
    const runtime = await this.#run({ to, code: initCode }, fail)
    await this.#state.putCode(to, runtime)
  }

  /** Runs a call that sets a contract up. `step` is for errors. */
  async call(step: string, { from, to, data }: GenesisMessage): Promise<void> {
    const fail = (reason: string) => new GenesisError({ code: 'SETUP_FAILED', step, reason })
    const caller = createAddressFromString(from)
    await this.#run({ caller, to: createAddressFromString(to), data }, fail)
  }

  /** Every account that the state trie would hold; see EIP-161 for those it would not. */
  dump(): Map<Address, GenesisAccount> {
    const storages = this.#storages()
    const accounts = new Map<Address, GenesisAccount>()
    for (const [key, account] of this.#state.accountStack.at(-1) ?? []) {
      if (account === undefined || account.isEmpty()) continue
      const address = key as Address
      accounts.set(address, {
        balance: account.balance,
        nonce: account.nonce,
        code: this.#state.codeStack.at(-1)?.get(key) ?? new Uint8Array(0),
        storage: storages.get(address) ?? new Map(),
      })
    }
    return accounts
  }

  /** The state manager keys storage by `address_slot`. Slots that hold zero are left out. */
  #storages(): Map<Address, Map<Hex, Hex>> {
    const storages = new Map<Address, Map<Hex, Hex>>()
    for (const [key, value] of this.#state.storageStack.at(-1) ?? []) {
      const word = bytesToHex(setLengthLeft(value, 32))
      if (BigInt(word) === 0n) continue
      const [address, slot] = key.split('_') as [Address, Hex]
      const storage = storages.get(address) ?? new Map<Hex, Hex>()
      storages.set(address, storage.set(slot, word))
    }
    return storages
  }

  async #run(
    message: Pick<EVMRunCallOpts, 'caller' | 'to' | 'code' | 'data'>,
    fail: (reason: string) => GenesisError,
  ): Promise<Uint8Array> {
    this.#evm.transientStorage.clear()
    const { execResult } = await this.#evm.runCall({
      ...message,
      block: this.#block,
      gasLimit: CALL_GAS,
      skipNonceIncrement: true,
    })
    const { exceptionError, returnValue } = execResult
    if (exceptionError === undefined) return returnValue
    throw fail(`${exceptionError.error} ${bytesToHex(returnValue)}`)
  }
}

/** What constructors see of the block that they run in. */
function blockZero({ params, timestamp, gasLimit }: ChainInputs): Block {
  return {
    header: {
      number: 0n,
      coinbase: createZeroAddress(),
      timestamp,
      difficulty: params.genesisDifficulty,
      prevRandao: new Uint8Array(32),
      gasLimit,
      baseFeePerGas: GENESIS_BASE_FEE_WEI,
      getBlobGasPrice: () => 1n,
    },
  }
}

/** Coins are where the allocation put them. Without code here, a transfer would do nothing. */
function refuseTransfer({ gasLimit }: PrecompileInput) {
  return {
    executionGasUsed: gasLimit,
    returnValue: new Uint8Array(0),
    exceptionError: new EVMError(EVMError.errorMessages.REVERT),
  }
}
