/** Requests that sign, send or change something: asked after all the others. */
import { privateKeyToAccount } from 'viem/accounts'
import type { Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { RECIPIENT, signTransaction } from '../signed-transactions.ts'
import type { Facts, Request, Requests } from './requests.ts'
import { REFUSAL, type SchemaChain } from './schema-chain.ts'

const GWEI = 1_000_000_000n
const ok = (...params: unknown[]): Request => ({ params })
const fails = (error: number, ...params: unknown[]): Request => ({ params, error })

export function sendingRequestsOf({ chain }: Facts): Requests {
  const { genesis } = chain.node.api
  const from = devAccounts()[9]?.address
  const transfer = { from, to: RECIPIENT, value: '0x1', input: '0x' }
  const accessList = [{ address: RECIPIENT, storageKeys: [`0x${'01'.repeat(32)}`] }]
  const ofEachType = [
    { ...transfer, gasPrice: '0xb2d05e00' },
    { ...transfer, gasPrice: '0xb2d05e00', accessList },
    transfer,
    { ...transfer, maxFeePerGas: '0xb2d05e00', maxPriorityFeePerGas: '0x1', accessList },
    { from, input: '0x00' },
  ]
  const raw = signTransaction(genesis, 8)
  return {
    eth_sign: [ok(from, '0xdeadbeef'), ok(from, '0x'), fails(-32000, RECIPIENT, '0x')],
    eth_signTransaction: ofEachType.map((request) => ok(request)),
    eth_simulateV1: simulations(chain),
    eth_fillTransaction: [
      ...ofEachType.map((request) => ok(request)),
      fails(-32602, { ...transfer, blobVersionedHashes: [`0x01${'ab'.repeat(31)}`] }),
    ],
    eth_sendTransaction: ofEachType.map((request) => ok(request)),
    eth_sendRawTransaction: [
      ok(raw),
      fails(-32003, raw),
      fails(-32003, signTransaction(genesis, 8, { nonce: 1n, value: 10n ** 30n })),
    ],
  }
}

function simulations({ contract }: SchemaChain): readonly Request[] {
  const from = devAccounts()[0]?.address
  const calls = [
    { from, to: contract },
    { from, to: contract, input: REFUSAL },
    { from, to: RECIPIENT, value: '0x1' },
  ]
  const block = { calls }
  return [
    fails(-32602, { blockStateCalls: [] }),
    ok({ blockStateCalls: [block, block] }, 'latest'),
    ok({ blockStateCalls: [block], returnFullTransactions: true, traceTransfers: true }, '0x1'),
    ok({ blockStateCalls: [{}, block] }),
  ]
}

/** As a rollup would send one, without its blobs. */
export async function blobTransaction({ node }: SchemaChain): Promise<Hex> {
  const key = devAccounts()[8]?.privateKey
  if (key === undefined) throw new Error('there is no such account')
  return privateKeyToAccount(key).signTransaction({
    type: 'eip4844',
    chainId: Number(node.api.chainId),
    to: RECIPIENT,
    gas: 100_000n,
    maxFeePerGas: 3n * GWEI,
    maxPriorityFeePerGas: GWEI,
    maxFeePerBlobGas: GWEI,
    blobVersionedHashes: [`0x01${'00'.repeat(31)}`],
  })
}
