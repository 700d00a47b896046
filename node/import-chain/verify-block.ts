/**
 * Whether a block follows from its parent and its header from its body and its execution. Proof
 * of work and ommers are taken as they are: an imported chain is one that somebody trusts.
 */
import { bytesToHex } from '@ethereumjs/util'
import {
  type EthereumBlock,
  encodeEthereumHeader,
  encodeWithdrawal,
} from '../../consensus/codec/ethereum-codec.ts'
import { orderedTrieRoot } from '../../consensus/codec/ordered-trie-root.ts'
import { encodeRlpList } from '../../consensus/codec/rlp-writer.ts'
import type { EthereumHeader, Hash } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { requestsHashOf } from '../execution/block-header.ts'
import type { BlockRules } from '../execution/rules/block-rules.ts'
import { baseFeeAfter, excessBlobGasAfter } from '../execution/rules/fee-market.ts'
import type { ExecutedBlock } from '../execution/types.ts'
import { ImportError } from './import-error.ts'

const GAS_LIMIT_BOUND_DIVISOR = 1_024n
const ELASTICITY_MULTIPLIER = 2n
const EXTRA_DATA_HEX_MAX = 2 + 2 * 32

export type BlockParentSummary = { readonly hash: Hash; readonly header: EthereumHeader }

/** Before execution. Throws an {@link ImportError} HEADER_INVALID. */
export function verifyBlock(
  parent: BlockParentSummary,
  { header, transactions, ommers, withdrawals }: EthereumBlock,
  rules: BlockRules,
): void {
  const has = (eip: number): boolean => rules.common.isActivatedEIP(eip)
  const excess = has(4844) ? excessBlobGasAfter(parent.header, rules) : undefined
  const checks: Readonly<Record<string, boolean>> = {
    parentHash: header.parentHash === parent.hash,
    number: header.number === parent.header.number + 1n,
    timestamp: header.timestamp > parent.header.timestamp,
    gasLimit: isGasLimitNear(parent.header, header),
    extraData: header.extraData.length <= EXTRA_DATA_HEX_MAX,
    difficulty: header.difficulty === 0n || parent.header.difficulty > 0n,
    baseFeePerGas: header.baseFeePerGas === baseFeeAfter(parent.header, rules),
    excessBlobGas: header.excessBlobGas === excess,
    blobGasUsed: (header.blobGasUsed !== undefined) === has(4844),
    parentBeaconBlockRoot: (header.parentBeaconBlockRoot !== undefined) === has(4788),
    requestsHash: (header.requestsHash !== undefined) === has(7685),
    transactionsRoot: header.transactionsRoot === orderedTrieRoot(transactions),
    ommersHash: header.ommersHash === hashOf(ommers.map(encodeEthereumHeader)),
    withdrawalsRoot: header.withdrawalsRoot === withdrawalsRootOf(withdrawals),
    withdrawals: (withdrawals !== undefined) === has(4895),
  }
  for (const [field, holds] of Object.entries(checks)) {
    if (!holds) throw new ImportError({ code: 'HEADER_INVALID', number: header.number, field })
  }
}

/** After execution. Throws an {@link ImportError} RESULT_MISMATCH. */
export function verifyResults(header: EthereumHeader, executed: ExecutedBlock): void {
  const { requests = [], blobGasUsed = 0n } = executed
  const pairs: Readonly<Record<string, readonly [expected: unknown, actual: unknown]>> = {
    gasUsed: [header.gasUsed, executed.gasUsed],
    receiptsRoot: [header.receiptsRoot, executed.receiptsRoot],
    logsBloom: [header.logsBloom, executed.logsBloom],
    blobGasUsed: [header.blobGasUsed ?? 0n, blobGasUsed],
    ...(header.requestsHash !== undefined && {
      requestsHash: [header.requestsHash, requestsHashOf(requests)],
    }),
    stateRoot: [header.stateRoot, executed.stateRoot],
  }
  for (const [field, [expected, actual]] of Object.entries(pairs)) {
    if (expected === actual) continue
    const { number } = header
    throw new ImportError({
      code: 'RESULT_MISMATCH',
      ...{ number, field, expected: String(expected), actual: String(actual) },
    })
  }
}

/** EIP-1559 doubles the limit of its first block, and bounds are of what is doubled. */
function isGasLimitNear(parent: EthereumHeader, header: EthereumHeader): boolean {
  const isFirstWithFee = header.baseFeePerGas !== undefined && parent.baseFeePerGas === undefined
  const from = isFirstWithFee ? parent.gasLimit * ELASTICITY_MULTIPLIER : parent.gasLimit
  const distance = header.gasLimit > from ? header.gasLimit - from : from - header.gasLimit
  return distance < from / GAS_LIMIT_BOUND_DIVISOR && header.gasUsed <= header.gasLimit
}

function withdrawalsRootOf(withdrawals: EthereumBlock['withdrawals']): Hash | undefined {
  return withdrawals && orderedTrieRoot(withdrawals.map(encodeWithdrawal))
}

function hashOf(items: readonly Uint8Array[]): Hash {
  return bytesToHex(keccak256(encodeRlpList(items)))
}
