/** The header of a block that was executed here: fields given, results, and what the fork has. */
import { bytesToHex, KECCAK256_RLP_ARRAY } from '@ethereumjs/util'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeWithdrawal } from '../../consensus/codec/ethereum-codec.ts'
import { orderedTrieRoot } from '../../consensus/codec/ordered-trie-root.ts'
import type { EthereumHeader, Hash, Hex } from '../../consensus/types.ts'
import type { BlockContext } from './evm/block-context.ts'
import type { BlockRules } from './rules/block-rules.ts'
import type { ExecutedBlock } from './types.ts'

const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`
const ZERO_NONCE: Hex = '0x0000000000000000'

export type HeaderInputs = {
  readonly parentHash: Hash
  readonly context: BlockContext
  readonly extraData: Hex
  readonly excessBlobGas: bigint
  /** Bytes of the transactions, as the transactions root commits to them. */
  readonly transactions: readonly Uint8Array[]
  readonly executed: ExecutedBlock
}

/** Without ommers, and with a nonce of zero: nothing of it was searched for. */
export function headerOf({ common }: BlockRules, inputs: HeaderInputs): EthereumHeader {
  const { parentHash, context, extraData, excessBlobGas, transactions, executed } = inputs
  const { withdrawals = [], parentBeaconBlockRoot = ZERO_HASH } = context
  const isActive = (eip: number): boolean => common.isActivatedEIP(eip)
  return {
    parentHash,
    ommersHash: bytesToHex(KECCAK256_RLP_ARRAY),
    coinbase: context.coinbase,
    stateRoot: executed.stateRoot,
    transactionsRoot: orderedTrieRoot(transactions),
    receiptsRoot: executed.receiptsRoot,
    logsBloom: executed.logsBloom,
    difficulty: context.difficulty,
    number: context.number,
    gasLimit: context.gasLimit,
    gasUsed: executed.gasUsed,
    timestamp: context.timestamp,
    extraData,
    mixHash: context.mixHash,
    nonce: ZERO_NONCE,
    ...(isActive(1559) && { baseFeePerGas: context.baseFeePerGas }),
    ...(isActive(4895) && { withdrawalsRoot: orderedTrieRoot(withdrawals.map(encodeWithdrawal)) }),
    ...(isActive(4844) && { blobGasUsed: executed.blobGasUsed ?? 0n, excessBlobGas }),
    ...(isActive(4788) && { parentBeaconBlockRoot }),
    ...(isActive(7685) && { requestsHash: requestsHashOf(executed.requests ?? []) }),
  }
}

/** EIP-7685: a hash of the hashes. */
export function requestsHashOf(requests: readonly Uint8Array[]): Hash {
  const hashes = requests.map((request) => sha256(request))
  return bytesToHex(sha256(Buffer.concat(hashes)))
}
