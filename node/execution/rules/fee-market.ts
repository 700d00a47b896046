/**
 * Prices that follow from headers alone: the base fee of EIP-1559, and of blob gas the excess that
 * builds up and the price that it makes (EIP-4844, EIP-7691, EIP-7840, EIP-7918).
 */
import { nextBaseFee } from '../../../consensus/rules/base-fee.ts'
import type { EthereumHeader } from '../../../consensus/types.ts'
import { BLOB_BASE_FEE_MIN_WEI, type BlockContext } from '../evm/block-context.ts'
import { GAS_PER_BLOB } from '../transaction/executable.ts'
import type { BlobParams, BlockPlace, BlockRules, ChainRules } from './block-rules.ts'

/** Of the first block that has a base fee: 1 gwei. */
const INITIAL_BASE_FEE_WEI = 1_000_000_000n
/** EIP-7918: execution gas that a blob is worth at least: its price can't stay at nothing. */
const BLOB_BASE_COST = 8_192n

/** Wei per gas in a child of `parent`; undefined before London. */
export function baseFeeAfter(
  parent: EthereumHeader,
  { common }: Pick<BlockRules, 'common'>,
): bigint | undefined {
  if (!common.isActivatedEIP(1559)) return undefined
  const { baseFeePerGas } = parent
  return baseFeePerGas === undefined
    ? INITIAL_BASE_FEE_WEI
    : nextBaseFee({ ...parent, baseFeePerGas })
}

/** Blob gas above the target, carried on into a child of `parent` under `rules`. */
export function excessBlobGasAfter(
  parent: EthereumHeader,
  { blobs, common }: Pick<BlockRules, 'blobs' | 'common'>,
): bigint {
  if (blobs === undefined) return 0n
  const { excessBlobGas = 0n, blobGasUsed = 0n, baseFeePerGas = 0n } = parent
  const target = BigInt(blobs.target) * GAS_PER_BLOB
  const excess = excessBlobGas + blobGasUsed
  if (excess < target) return 0n
  const isDear = () =>
    BLOB_BASE_COST * baseFeePerGas > GAS_PER_BLOB * blobBaseFeeAt(excessBlobGas, blobs)
  if (common.isActivatedEIP(7918) && isDear()) {
    return excessBlobGas + (blobGasUsed * BigInt(blobs.max - blobs.target)) / BigInt(blobs.max)
  }
  return excess - target
}

/** Wei per blob gas where this much is in excess. */
export function blobBaseFeeAt(
  excessBlobGas: bigint | undefined,
  blobs: BlobParams | undefined,
): bigint {
  if (excessBlobGas === undefined || blobs === undefined) return BLOB_BASE_FEE_MIN_WEI
  return fakeExponential(BLOB_BASE_FEE_MIN_WEI, excessBlobGas, blobs.baseFeeUpdateFraction)
}

type KnownContext = { readonly rules: BlockRules; readonly context: BlockContext }

/** Calls come by the thousand on one head, and what follows from a context is kept with it. */
const known = new WeakMap<EthereumHeader, KnownContext>()

/** A block of this header as execution sees it; of its body nothing is known. */
export function contextOf(rules: BlockRules, header: EthereumHeader): BlockContext {
  const kept = known.get(header)
  if (kept?.rules === rules) return kept.context
  const context = readContext(rules, header)
  known.set(header, { rules, context })
  return context
}

function readContext(rules: BlockRules, header: EthereumHeader): BlockContext {
  const { number, coinbase, timestamp, difficulty, mixHash, gasLimit } = header
  const { baseFeePerGas = 0n, excessBlobGas, parentBeaconBlockRoot } = header
  return {
    ...{ number, coinbase, timestamp, difficulty, mixHash, gasLimit, baseFeePerGas },
    blobBaseFee: blobBaseFeeAt(excessBlobGas, rules.blobs),
    ...(parentBeaconBlockRoot && { parentBeaconBlockRoot }),
  }
}

/** The same for readers, who hold headers and no rules. */
export class FeeMarket {
  readonly #rules: ChainRules

  constructor(rules: ChainRules) {
    this.#rules = rules
  }

  /** Wei per gas in the child of `parent` at `place`; undefined before London. */
  baseFee(parent: EthereumHeader, place: BlockPlace = childOf(parent)): bigint | undefined {
    return baseFeeAfter(parent, this.#rules.at(place))
  }

  /** Of the child of `parent` at `place`. */
  excessBlobGas(parent: EthereumHeader, place: BlockPlace = childOf(parent)): bigint {
    return excessBlobGasAfter(parent, this.#rules.at(place))
  }

  /** Wei per blob gas in the child of `parent` at `place`. */
  nextBlobBaseFee(parent: EthereumHeader, place: BlockPlace = childOf(parent)): bigint {
    return blobBaseFeeAt(this.excessBlobGas(parent, place), this.#rules.at(place).blobs)
  }

  /** Wei per blob gas in a block that there is; undefined where there were no blobs. */
  blobBaseFee(header: EthereumHeader): bigint | undefined {
    const { excessBlobGas } = header
    return excessBlobGas === undefined
      ? undefined
      : blobBaseFeeAt(excessBlobGas, this.#rules.at(header).blobs)
  }

  /** Of a block, in blob gas; 0 where no transaction may carry a blob. */
  blobGasMax(header: EthereumHeader): bigint {
    return BigInt(this.#rules.at(header).blobs?.max ?? 0) * GAS_PER_BLOB
  }
}

/** The next second: the soonest that a child can be. */
function childOf({ number, timestamp, difficulty }: EthereumHeader): BlockPlace {
  return { number: number + 1n, timestamp: timestamp + 1n, difficulty }
}

/** EIP-4844: factor * e ** (numerator / denominator), by its Taylor series. */
function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let output = 0n
  let term = factor * denominator
  for (let i = 1n; term > 0n; i += 1n) {
    output += term
    term = (term * numerator) / (denominator * i)
  }
  return output / denominator
}
