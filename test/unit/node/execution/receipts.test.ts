/** Receipts and blooms as EthereumJS's own `runBlock` commits to them. */
import { createBlock } from '@ethereumjs/block'
import type { Message } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { Account, bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import {
  createVM,
  encodeReceipt as encodeByLibrary,
  runBlock,
  type TxReceipt,
} from '@ethereumjs/vm'
import { describe, expect, it } from 'vitest'
import { orderedTrieRoot } from '../../../../consensus/codec/ordered-trie-root.ts'
import { createChainCommon } from '../../../../genesis/chain-config.ts'
import { PREDEPLOYS, TRANSFER_PRECOMPILE } from '../../../../genesis/predeploys.ts'
import { createTransferPrecompile } from '../../../../node/execution/evm/native-transfer-precompile.ts'
import { encodeReceipt } from '../../../../node/execution/receipts/receipt-codec.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { callData, ExecutionChain, WALLETS, walletOf } from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

async function libraryVm(chain: ExecutionChain) {
  const common = createChainCommon(chain.genesis)
  const stateManager = new MerkleStateManager({ common })
  for (const [hex, { nonce, balance, code, storage }] of chain.genesis.alloc) {
    const address = createAddressFromString(hex)
    await stateManager.putAccount(address, new Account(nonce, balance))
    if (code.length > 0) await stateManager.putCode(address, code)
    for (const [slot, value] of storage) {
      await stateManager.putStorage(address, hexToBytes(slot), hexToBytes(value))
    }
  }
  let message: Message | undefined
  const transfer = createTransferPrecompile(() => message)
  const address = createAddressFromString(TRANSFER_PRECOMPILE)
  const customPrecompiles = [{ address, function: transfer }]
  const vm = await createVM({ common, stateManager, evmOpts: { customPrecompiles } })
  vm.evm.events!.on('beforeMessage', (next) => {
    message = next
  })
  return vm
}

describe('node / execution / receipts', () => {
  it('receipts root, bloom and gas are those of runBlock', async () => {
    const chain = await ExecutionChain.open({
      genesis: await testGenesis(),
      store: await openTemporaryDatabase(),
    })
    const accessList = [{ address: PREDEPLOYS.AI, storageKeys: [`0x${'00'.repeat(32)}` as const] }]
    const facade = (value: bigint) => callData('0xa9059cbb', walletOf(3).address, value)
    const transactions = [
      chain.sign(WALLETS[0]!, { type: 0, to: walletOf(1).address, value: 5n }),
      chain.sign(WALLETS[1]!, { type: 1, to: PREDEPLOYS.AI, data: facade(7n), accessList }),
      chain.sign(WALLETS[2]!, { type: 2, to: PREDEPLOYS.AI, data: facade(10n ** 27n) }),
      chain.sign(WALLETS[3]!, {
        type: 2,
        to: PREDEPLOYS.AI,
        data: callData('0x095ea7b3', walletOf(2).address, 9n),
      }),
      chain.sign(WALLETS[4]!, { data: '0x60006000a0', gasLimit: 90_000n }),
      ...Array.from({ length: 140 }, () =>
        chain.sign(WALLETS[5]!, { to: walletOf(4).address, value: 1n, gasLimit: 21_000n }),
      ),
    ]
    const { block, executed } = await chain.execute(transactions)
    const vm = await libraryVm(chain)
    const { number, coinbase, timestamp, gasLimit, baseFeePerGas, mixHash, difficulty } =
      block.header
    const header = { number, coinbase, timestamp, gasLimit, baseFeePerGas, mixHash, difficulty }
    const txs: TypedTransaction[] = transactions.map(({ raw }) =>
      createTxFromRLP(raw, { common: vm.common }),
    )
    const library = createBlock(
      { header, transactions: txs },
      { common: vm.common, skipConsensusFormatValidation: true },
    )
    const result = await runBlock(vm, { block: library, generate: true, skipBlockValidation: true })
    expect(bytesToHex(result.receiptsRoot)).toBe(executed.receiptsRoot)
    expect(bytesToHex(result.logsBloom)).toBe(executed.logsBloom)
    expect(result.gasUsed).toBe(executed.gasUsed)
    expect(executed.receipts.map(({ status }) => status).slice(0, 5)).toEqual([1, 1, 0, 1, 1])
    const encoded = executed.receipts.map(encodeReceipt)
    expect(orderedTrieRoot(encoded)).toBe(executed.receiptsRoot)
    for (const [index, receipt] of result.receipts.entries()) {
      const expected = encodeByLibrary(receipt as TxReceipt, txs[index]!.type)
      expect(bytesToHex(encoded[index]!)).toBe(bytesToHex(expected))
    }
  })

  it('tells price, running gas, and the address of what was created', async () => {
    const chain = await ExecutionChain.open({
      genesis: await testGenesis(),
      store: await openTemporaryDatabase(),
    })
    const baseFeePerGas = 10n ** 9n
    const { receipts } = await chain.advance(
      [
        chain.sign(WALLETS[0]!, {
          to: walletOf(1).address,
          maxFeePerGas: 5n * baseFeePerGas,
          maxPriorityFeePerGas: 1n,
        }),
        chain.sign(WALLETS[0]!, { type: 0, gasPrice: 3n * baseFeePerGas, data: '0x00' }),
        chain.sign(WALLETS[0]!, { data: '0xfe' }),
      ],
      { baseFeePerGas },
    )
    expect(receipts.map(({ effectiveGasPrice }) => effectiveGasPrice)).toEqual([
      baseFeePerGas + 1n,
      3n * baseFeePerGas,
      2n * baseFeePerGas,
    ])
    const sums = receipts.map((_, i) =>
      receipts.slice(0, i + 1).reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
    )
    expect(receipts.map(({ cumulativeGasUsed }) => cumulativeGasUsed)).toEqual(sums)
    const [, created, failed] = receipts
    expect(receipts[0]!.contractAddress).toBeUndefined()
    // Of f39f…2266 with nonces 1 and 2; the second creation failed and has an address all the same.
    expect([created!.status, failed!.status]).toEqual([1, 0])
    expect(created!.contractAddress).toBe('0xe7f1725e7734ce288f8367e1bb143e90bb3f0512')
    expect(failed!.contractAddress).toBe('0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0')
  })
})
