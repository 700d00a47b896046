import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import { loadResultCheck } from '../../support/openrpc.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import {
  oneOfEach,
  RECIPIENT,
  signTransaction,
  topicOf,
} from '../../support/signed-transactions.ts'

const ADDRESS = devAccounts()[0]!.address
const checkResult = loadResultCheck()

describe('rpc / schema', () => {
  let fixture: RpcFixture
  let hashes: readonly unknown[]
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    const { node, rpc } = fixture
    hashes = await Promise.all(
      oneOfEach(node.genesis).map((raw) => rpc('eth_sendRawTransaction', raw)),
    )
    node.mine()
    node.mine()
    await rpc('eth_sendRawTransaction', signTransaction(node.genesis, 0, { nonce: 1n }))
    await rpc('eth_sendRawTransaction', signTransaction(node.genesis, 6, { type: 0 }))
  })
  afterAll(() => fixture.stop())

  const CALLS: readonly (readonly [method: string, ...params: unknown[]])[] = [
    ['eth_accounts'],
    ['eth_baseFee'],
    ['eth_blobBaseFee'],
    ['eth_blockNumber'],
    ['eth_call', { to: RECIPIENT }],
    ['eth_chainId'],
    ['eth_coinbase'],
    ['eth_estimateGas', { to: RECIPIENT }],
    ['eth_feeHistory', '0x3', 'latest', [10, 50, 90]],
    ['eth_feeHistory', '0x3', 'latest'],
    ['eth_gasPrice'],
    ['eth_getBalance', ADDRESS],
    ['eth_getBlockByNumber', '0x0', true],
    ['eth_getBlockByNumber', '0x1', true],
    ['eth_getBlockByNumber', '0x1', false],
    ['eth_getBlockByNumber', 'finalized', false],
    ['eth_getBlockByNumber', '0x99', false],
    ['eth_getBlockByHash', topicOf(1), true],
    ['eth_getBlockReceipts', '0x1'],
    ['eth_getBlockReceipts', '0x99'],
    ['eth_getBlockTransactionCountByNumber', '0x1'],
    ['eth_getBlockTransactionCountByHash', topicOf(1)],
    ['eth_getCode', '0x0000000000000000000000000000000000000a10'],
    ['eth_getCode', ADDRESS],
    ['eth_getLogs', { fromBlock: '0x0' }],
    ['eth_getProof', ADDRESS, ['0x0', topicOf(1)], 'latest'],
    ['eth_getStorageAt', ADDRESS, '0x0'],
    ['eth_getTransactionByBlockNumberAndIndex', '0x1', '0x5'],
    ['eth_getTransactionByBlockNumberAndIndex', '0x1', '0x6'],
    ['eth_getTransactionCount', ADDRESS, 'pending'],
    ['eth_maxPriorityFeePerGas'],
    ['eth_newFilter', {}],
    ['eth_newBlockFilter'],
    ['eth_newPendingTransactionFilter'],
    ['eth_syncing'],
    ['eth_uninstallFilter', '0x1'],
    ['net_version'],
    ['txpool_content'],
    ['txpool_contentFrom', ADDRESS],
    ['txpool_status'],
    ['debug_getRawBlock', '0x1'],
    ['debug_getRawHeader', '0x1'],
    ['debug_getRawReceipts', '0x1'],
    ['debug_getRawTransaction', topicOf(1)],
  ]

  it.runIf(checkResult)('every answer fits the official schema', async () => {
    for (const [method, ...params] of CALLS) {
      const problems = checkResult?.(method, await fixture.rpc(method, ...params))
      expect([method, params, problems]).toEqual([method, params, []])
    }
  })

  it.runIf(checkResult)('the check finds what does not fit', () => {
    expect(checkResult?.('eth_chainId', '0x01')).not.toEqual([])
    expect(checkResult?.('eth_nope', '0x1')).not.toEqual([])
    expect(checkResult?.('eth_getLogs', [{ extra: true }])).not.toEqual([])
  })

  it.runIf(checkResult)('every type of transaction and its receipt fit it', async () => {
    for (const hash of hashes) {
      for (const method of ['eth_getTransactionByHash', 'eth_getTransactionReceipt']) {
        const problems = checkResult?.(method, await fixture.rpc(method, hash))
        expect([method, problems]).toEqual([method, []])
      }
    }
  })

  it('transactions have the fields of their type and no others', async () => {
    const common =
      'blockHash blockNumber blockTimestamp from gas gasPrice hash input nonce r s to transactionIndex type v value chainId'
    const fields = async (index: number): Promise<string[]> => {
      const transaction = await fixture.rpc('eth_getTransactionByHash', hashes[index])
      const known = new Set(common.split(' '))
      expect(Object.keys(transaction as object)).toEqual(expect.arrayContaining([...known]))
      return Object.keys(transaction as object)
        .filter((name) => !known.has(name))
        .sort()
    }
    const fees = ['maxFeePerGas', 'maxPriorityFeePerGas']
    expect(await fields(0)).toEqual([])
    expect(await fields(1)).toEqual(['accessList', 'yParity'])
    expect(await fields(2)).toEqual(['accessList', ...fees, 'yParity'])
    expect(await fields(3)).toEqual(['accessList', 'authorizationList', ...fees, 'yParity'])
  })

  it('receipts and logs have exactly the fields of the schema', async () => {
    const receipt = (await fixture.rpc('eth_getTransactionReceipt', hashes[2])) as {
      logs: readonly object[]
    }
    expect(Object.keys(receipt).sort().join(' ')).toBe(
      'blockHash blockNumber contractAddress cumulativeGasUsed effectiveGasPrice from gasUsed logs logsBloom status to transactionHash transactionIndex type',
    )
    expect(Object.keys(receipt.logs[0]!).sort().join(' ')).toBe(
      'address blockHash blockNumber blockTimestamp data logIndex removed topics transactionHash transactionIndex',
    )
  })

  it('blocks have exactly the fields of a block since Prague', async () => {
    const block = await fixture.rpc('eth_getBlockByNumber', 'latest', false)
    expect(
      Object.keys(block as object)
        .sort()
        .join(' '),
    ).toBe(
      'baseFeePerGas blobGasUsed difficulty excessBlobGas extraData gasLimit gasUsed hash logsBloom miner mixHash nonce number parentBeaconBlockRoot parentHash receiptsRoot requestsHash sha3Uncles size stateRoot timestamp transactions transactionsRoot uncles withdrawals withdrawalsRoot',
    )
  })
})
