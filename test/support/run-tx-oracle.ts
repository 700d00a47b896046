/**
 * The same blocks through EthereumJS alone: its state manager, its tries, its `runTx`, its
 * interpreter, its cryptography. Of ours it has the transfer precompile, and the rules that it does
 * not know: the reward before the transactions, and after each what goes to the sink.
 */
import { createBlock } from '@ethereumjs/block'
import type { Message } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createTxFromRLP } from '@ethereumjs/tx'
import {
  Account,
  type Address,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import { createVM, type RunTxResult, runTx, type VM } from '@ethereumjs/vm'
import type { Address as AddressHex, Hash, Header } from '../../consensus/types.ts'
import { createChainCommon } from '../../genesis/chain-config.ts'
import type { Genesis, GenesisAccount } from '../../genesis/genesis-file.ts'
import {
  PREDEPLOYS,
  PREINSTALLS,
  SYSTEM_ADDRESS,
  TRANSFER_PRECOMPILE,
} from '../../genesis/predeploys.ts'
import { kzg } from '../../node/crypto/point-evaluation.ts'
import { createTransferPrecompile } from '../../node/execution/evm/native-transfer-precompile.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { callData } from './execution-chain.ts'

const ON_BLOCK = '0x76fe26b0'
const RING = 8_191n

/** Says which accounts it was told to change. */
class WatchedStateManager extends MerkleStateManager {
  readonly touched = new Set<AddressHex>()

  override putAccount(address: Address, account?: Account): Promise<void> {
    this.touched.add(address.toString())
    return super.putAccount(address, account)
  }

  override deleteAccount(address: Address): Promise<void> {
    this.touched.add(address.toString())
    return super.deleteAccount(address)
  }
}

export type OracleBlock = {
  readonly results: readonly (RunTxResult & { readonly destroyed: bigint })[]
  readonly stateRoot: Hash
}

export class RunTxOracle {
  readonly #vm: VM
  readonly #state: WatchedStateManager
  readonly #hashes: Map<bigint, Hash>
  /** Every balance that is not zero. */
  readonly #balances = new Map<AddressHex, bigint>()

  private constructor(vm: VM, state: WatchedStateManager, hashes: Map<bigint, Hash>) {
    this.#vm = vm
    this.#state = state
    this.#hashes = hashes
  }

  static async open(
    genesis: Genesis,
    alloc: ReadonlyMap<AddressHex, GenesisAccount>,
  ): Promise<RunTxOracle> {
    const common = createChainCommon(genesis, { kzg })
    const state = new WatchedStateManager({ common })
    const hashes = new Map<bigint, Hash>()
    let message: Message | undefined
    const precompile = {
      address: createAddressFromString(TRANSFER_PRECOMPILE),
      function: createTransferPrecompile(() => message),
    }
    const blockchain = {
      getBlock: async (number: number) => ({ hash: () => hexToBytes(hashes.get(BigInt(number))!) }),
      putBlock: async () => undefined,
      shallowCopy: () => blockchain,
    }
    const vm = await createVM({
      common,
      stateManager: state,
      blockchain: blockchain as never,
      evmOpts: { customPrecompiles: [precompile], blockchain },
    })
    vm.evm.events!.on('beforeMessage', (next) => {
      message = next
    })
    const oracle = new RunTxOracle(vm, state, hashes)
    await oracle.#load(alloc)
    return oracle
  }

  /** Executes a block; `parentHash` is what BLOCKHASH and EIP-2935 say of its parent. */
  async execute(
    header: Header,
    epochDifficulty: bigint,
    transactions: readonly SignedTransaction[],
  ): Promise<OracleBlock> {
    this.#hashes.set(header.number - 1n, header.parentHash)
    const block = createBlock(
      { header: { ...headerData(header) } },
      { common: this.#vm.common, skipConsensusFormatValidation: true },
    )
    await this.#system(block, header, epochDifficulty)
    const results: OracleBlock['results'][number][] = []
    let blockGasUsed = 0n
    for (const { raw } of transactions) {
      const tx = createTxFromRLP(raw, { common: this.#vm.common })
      const result = await runTx(this.#vm, { tx, block, blockGasUsed })
      blockGasUsed += result.totalGasSpent
      const baseFee = header.baseFeePerGas * result.totalGasSpent
      const missing = -(await this.#settle())
      await this.#credit(PREDEPLOYS.AIBurn, missing)
      results.push({ ...result, destroyed: missing - baseFee })
    }
    return { results, stateRoot: bytesToHex(await this.#state.getStateRoot()) }
  }

  async #system(
    block: ReturnType<typeof createBlock>,
    header: Header,
    epochDifficulty: bigint,
  ): Promise<void> {
    const { evm } = this.#vm
    const data = callData(ON_BLOCK, header.coinbase, header.difficulty, 5_000n, epochDifficulty)
    const { execResult } = await evm.runCall({
      block,
      caller: createAddressFromString(SYSTEM_ADDRESS),
      to: createAddressFromString(PREDEPLOYS.BlockRewards),
      data: hexToBytes(data),
      gasLimit: 30_000_000n,
      skipNonceIncrement: true,
    })
    if (execResult.exceptionError) throw new Error(execResult.exceptionError.error)
    await evm.journal.cleanup()
    const { timestamp, number, parentHash } = header
    await this.#store(PREINSTALLS.BeaconRoots, timestamp % RING, word(timestamp))
    await this.#store(PREINSTALLS.HistoryStorage, (number - 1n) % RING, hexToBytes(parentHash))
    this.#state.originalStorageCache.clear()
    await this.#settle()
  }

  async #store(address: AddressHex, slot: bigint, value: Uint8Array): Promise<void> {
    await this.#state.putStorage(
      createAddressFromString(address),
      setLengthLeft(word(slot), 32),
      value,
    )
  }

  /** Takes note of balances that changed; by how much all of them together did. */
  async #settle(): Promise<bigint> {
    let change = 0n
    for (const address of this.#state.touched) {
      const account = await this.#state.getAccount(createAddressFromString(address))
      const balance = account?.balance ?? 0n
      change += balance - (this.#balances.get(address) ?? 0n)
      this.#balances.set(address, balance)
    }
    this.#state.touched.clear()
    return change
  }

  async #credit(address: AddressHex, amount: bigint): Promise<void> {
    const target = createAddressFromString(address)
    const account = (await this.#state.getAccount(target)) ?? new Account()
    account.balance += amount
    await this.#state.putAccount(target, account)
    await this.#settle()
  }

  async #load(alloc: ReadonlyMap<AddressHex, GenesisAccount>): Promise<void> {
    for (const [hex, { nonce, balance, code, storage }] of alloc) {
      const address = createAddressFromString(hex)
      await this.#state.putAccount(address, new Account(nonce, balance))
      if (code.length > 0) await this.#state.putCode(address, code)
      for (const [slot, value] of storage) {
        await this.#state.putStorage(address, hexToBytes(slot), hexToBytes(value))
      }
    }
    await this.#settle()
    await this.#state.getStateRoot()
  }
}

function headerData(header: Header): Record<string, unknown> {
  const { number, coinbase, timestamp, difficulty, mixHash, gasLimit, baseFeePerGas } = header
  return { number, coinbase, timestamp, difficulty, mixHash, gasLimit, baseFeePerGas }
}

function word(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return hexToBytes(`0x${hex.padStart(hex.length + (hex.length % 2), '0')}`)
}
