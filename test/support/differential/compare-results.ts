/** What two executions of one block may not differ in, from the most telling to the most general. */
import type { Header, Hex } from '../../../consensus/types.ts'
import type { ExecutedBlock } from '../../../node/execution/types.ts'
import type { Receipt } from '../../../node/receipt.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import type { Anvil } from './anvil.ts'
import type { AnvilBlock } from './twin-chain.ts'

export type Difference = {
  /** Of the transaction in the block; undefined when it is the block as a whole. */
  readonly index?: number
  readonly what: string
  readonly ours: unknown
  readonly anvil: unknown
}

type OurBlock = {
  readonly header: Header
  readonly transactions: readonly SignedTransaction[]
  readonly executed: ExecutedBlock
}

type AnvilReceipt = {
  readonly type: Hex
  readonly status: Hex
  readonly gasUsed: Hex
  readonly cumulativeGasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly { readonly address: Hex; readonly topics: Hex[]; readonly data: Hex }[]
}

/** Undefined when both sides made the same of the block. */
export async function differenceOfResults(
  anvil: Anvil,
  theirs: AnvilBlock,
  { header, transactions, executed }: OurBlock,
): Promise<Difference | undefined> {
  const hashes = transactions.map(({ hash }) => hash)
  const ordered = differenceOf('order of transactions', hashes, theirs.transactions)
  if (ordered !== undefined) return ordered
  const receipts = await anvil.batch(
    hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
  )
  for (const [index, receipt] of executed.receipts.entries()) {
    const expected = comparable(receipt)
    const actual = readReceipt(receipts[index] as AnvilReceipt)
    for (const what of Object.keys(expected) as (keyof typeof expected)[]) {
      const difference = differenceOf(what, expected[what], actual[what])
      if (difference !== undefined) return { index, ...difference }
    }
  }
  return (
    differenceOf('base fee', header.baseFeePerGas, BigInt(theirs.baseFeePerGas)) ??
    differenceOf('gas used', header.gasUsed, BigInt(theirs.gasUsed)) ??
    differenceOf('receipts root', header.receiptsRoot, theirs.receiptsRoot)
  )
}

function comparable(receipt: Receipt) {
  const { type, status, gasUsed, cumulativeGasUsed, effectiveGasPrice, logs } = receipt
  const contractAddress = receipt.contractAddress ?? null
  return { status, gasUsed, logs, contractAddress, type, cumulativeGasUsed, effectiveGasPrice }
}

function readReceipt(receipt: AnvilReceipt): ReturnType<typeof comparable> {
  return {
    status: receipt.status === '0x1' ? 1 : 0,
    gasUsed: BigInt(receipt.gasUsed),
    logs: receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })),
    contractAddress: receipt.contractAddress,
    type: Number(receipt.type),
    cumulativeGasUsed: BigInt(receipt.cumulativeGasUsed),
    effectiveGasPrice: BigInt(receipt.effectiveGasPrice),
  }
}

function differenceOf(what: string, ours: unknown, anvil: unknown): Difference | undefined {
  return printed(ours) === printed(anvil) ? undefined : { what, ours, anvil }
}

function printed(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item))
}
