/** One request of every method that the documents show, on the chain of the schema's tests. */
import { devAccounts } from '../../../genesis/accounts.ts'
import { RECIPIENT, signTransaction } from '../signed-transactions.ts'
import { factsOf, requestsOf } from './requests.ts'
import type { SchemaChain } from './schema-chain.ts'
import { sendingRequestsOf } from './sending-requests.ts'

type Params = readonly unknown[]

/** Parameters by method; what is not here takes none. */
export async function exampleParams(chain: SchemaChain): Promise<Readonly<Record<string, Params>>> {
  const facts = await factsOf(chain)
  const official = Object.entries({ ...requestsOf(facts), ...sendingRequestsOf(facts) })
  const first = official.map(([method, requests]): [string, Params] => {
    const request = requests.find(({ params, error }) => error === undefined && params.length > 0)
    return [method, (request ?? requests[0])?.params ?? []]
  })
  const raw = await chain.rpc('debug_getRawBlock', '0x1')
  const traced = { debug_traceBlock: [raw, { tracer: 'callTracer' }] }
  return { ...Object.fromEntries(first), ...ownParams(chain, facts.full), ...traced }
}

const TYPED_DATA = {
  domain: { name: 'Example' },
  types: { Vote: [{ name: 'isYes', type: 'bool' }] },
  primaryType: 'Vote',
  message: { isYes: true },
}

/** Methods beside the official ones, and those whose first request shows little. */
function ownParams(chain: SchemaChain, full: string): Readonly<Record<string, Params>> {
  const { contract, shown } = chain
  const { genesis } = chain.node.api
  const sender = devAccounts()[3]?.address
  const from = devAccounts()[0]?.address
  return {
    debug_traceBlockByHash: [full, { tracer: 'callTracer' }],
    debug_traceBlockByNumber: ['0x2', { tracer: 'callTracer' }],
    debug_traceCall: [{ from, to: contract }, 'latest', { tracer: 'callTracer' }],
    debug_traceTransaction: [shown.logs, { tracer: 'callTracer' }],
    eth_blobBaseFee: [],
    eth_getBlockByNumber: ['0x2', false],
    eth_getBlockReceipts: ['0x2'],
    eth_getHeaderByHash: [full],
    eth_getHeaderByNumber: ['0x2'],
    eth_getLogs: [{ fromBlock: '0x1', toBlock: '0x2', address: contract }],
    eth_getRawTransactionByBlockHashAndIndex: [full, '0x0'],
    eth_getRawTransactionByBlockNumberAndIndex: ['0x2', '0x0'],
    eth_getRawTransactionByHash: [shown.legacy],
    eth_getTransactionByBlockNumberAndIndex: ['0x2', '0x0'],
    eth_getTransactionReceipt: [shown.logs],
    eth_getUncleByBlockHashAndIndex: [full, '0x0'],
    eth_getUncleByBlockNumberAndIndex: ['0x2', '0x0'],
    eth_getUncleCountByBlockHash: [full],
    eth_getUncleCountByBlockNumber: ['0x2'],
    eth_sendTransactionSync: [{ from: devAccounts()[9]?.address, to: RECIPIENT }, '0x1'],
    eth_signTypedData_v4: [from, TYPED_DATA],
    personal_sign: ['0x68656c6c6f', from],
    eth_sendRawTransactionSync: [signTransaction(genesis, 8, { nonce: 1n }), '0x1'],
    hanzo_getCertificate: ['0x0'],
    hanzo_getComputeProof: ['0x2'],
    hanzo_submitWork: [`0x${'00'.repeat(32)}`, `0x${'00'.repeat(8)}`, '0x'],
    hanzo_verifyComputeProof: ['0x', '0x'],
    ots_getBlockDetails: ['0x2'],
    ots_getBlockDetailsByHash: [full],
    ots_getBlockTransactions: ['0x2', 0, 2],
    ots_getContractCreator: [contract],
    ots_getInternalOperations: [shown.logs],
    ots_getTransactionBySenderAndNonce: [sender, 0],
    ots_getTransactionError: [shown.reverted],
    ots_hasCode: [contract, 'latest'],
    ots_searchTransactionsAfter: [RECIPIENT, 0, 2],
    ots_searchTransactionsBefore: [RECIPIENT, 0, 2],
    ots_traceTransaction: [shown.logs],
    web3_sha3: ['0x68656c6c6f'],
  }
}
