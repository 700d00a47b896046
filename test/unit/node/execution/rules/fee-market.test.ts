/** Prices that follow from headers: blob gas by the vectors of go-ethereum, base fees at London. */
import { describe, expect, it } from 'vitest'
import type { EthereumHeader } from '../../../../../consensus/types.ts'
import { parseEthereumGenesis } from '../../../../../genesis/file/ethereum-genesis.ts'
import { EthereumRules } from '../../../../../node/execution/rules/ethereum-rules.ts'
import {
  blobBaseFeeAt,
  excessBlobGasAfter,
  FeeMarket,
} from '../../../../../node/execution/rules/fee-market.ts'
import { EthereumTestChain, ethereumGenesisJson } from '../../../../support/ethereum-chain.ts'

const CANCUN = { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n }
const OSAKA = { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n }
const BLOB = 131_072n

function rulesOf(fork: 'london' | 'cancun' | 'osaka'): EthereumRules {
  return new EthereumRules(parseEthereumGenesis(ethereumGenesisJson(fork)).forks)
}

async function headerOf(fields: Partial<EthereumHeader>): Promise<EthereumHeader> {
  const { chain } = await EthereumTestChain.open('osaka')
  return { ...chain.head.header, ...fields }
}

describe('node / execution / rules / fee-market', () => {
  it('the price of blob gas is that of EIP-4844', () => {
    for (const [excess, price] of [
      [0n, 1n],
      [2_314_057n, 1n],
      [2_314_058n, 2n],
      [10n * 1024n * 1024n, 23n],
    ] as const) {
      expect(blobBaseFeeAt(excess, CANCUN)).toBe(price)
    }
  })

  it('blob gas above the target is carried on', async () => {
    const { common } = rulesOf('cancun').at({ number: 1n, timestamp: 1n, difficulty: 0n })
    for (const [excess, used, next] of [
      [0n, 0n, 0n],
      [0n, 3n, 0n],
      [0n, 4n, 1n],
      [1n, 3n, 1n],
      [1n, 4n, 2n],
      [4n, 2n, 3n],
      [2n, 0n, 0n],
    ] as const) {
      const parent = await headerOf({ excessBlobGas: excess * BLOB, blobGasUsed: used * BLOB })
      expect(excessBlobGasAfter(parent, { blobs: CANCUN, common })).toBe(next * BLOB)
    }
  })

  it('an excess shrinks no further while execution is dearer than blobs (EIP-7918)', async () => {
    const { common } = rulesOf('osaka').at({ number: 1n, timestamp: 1n, difficulty: 0n })
    const rules = { blobs: OSAKA, common }
    const fields = { excessBlobGas: 10n * BLOB, blobGasUsed: 3n * BLOB }
    const cheap = await headerOf({ ...fields, baseFeePerGas: 1n })
    expect(excessBlobGasAfter(cheap, rules)).toBe(7n * BLOB)
    const dear = await headerOf({ ...fields, baseFeePerGas: 10n ** 9n })
    expect(excessBlobGasAfter(dear, rules)).toBe(11n * BLOB)
  })

  it('the first base fee is a gwei, and there is none before', async () => {
    const json = ethereumGenesisJson('london')
    const config = { ...json.config, londonBlock: 5, arrowGlacierBlock: 6, grayGlacierBlock: 7 }
    const fees = new FeeMarket(new EthereumRules(parseEthereumGenesis({ ...json, config }).forks))
    const { baseFeePerGas: _, ...header } = await headerOf({ difficulty: 131_072n })
    expect(fees.baseFee({ ...header, number: 3n })).toBeUndefined()
    expect(fees.baseFee({ ...header, number: 4n })).toBe(10n ** 9n)
  })
})
