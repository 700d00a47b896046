/**
 * Blocks that are built for whoever asks and thrown away: `testing_buildBlockV1`, and the pending
 * block of an imported chain. From given transactions, all of which must fit, or from what a pool
 * offers, of which what does not fit is passed over.
 *
 * Under our own rules such a block pays no reward, and is never sealed.
 */
import { CodedError } from '../../consensus/errors.ts'
import type { Address, EthereumHeader, Hex } from '../../consensus/types.ts'
import type {
  BlockBuilder,
  BuiltPayload,
  CallLimits,
  PayloadAttributes,
  StateReader,
} from '../api.ts'
import type { EthereumSummary } from '../events.ts'
import type { Receipt } from '../receipt.ts'
import type { SignedTransaction } from '../transaction.ts'
import type { BlockPlace } from './rules/block-rules.ts'
import type { FeeMarket } from './rules/fee-market.ts'
import type { SimulatedBlock, SimulatedFields } from './simulation.ts'
import { InclusionError, tipOf } from './transaction/inclusion-rules.ts'

/** No transfer fits in less. */
const GAS_WORTH_FILLING = 21_000n

export type PayloadModules = {
  readonly state: Pick<StateReader, 'simulate'>
  readonly fees: FeeMarket
  /** Best first, each sender's in the order of nonces. */
  readonly candidates: () => readonly SignedTransaction[]
  /** Throws what bytes throw that are no transaction at the place of a block. */
  readonly decode: (raw: Uint8Array, place: BlockPlace) => SignedTransaction
  readonly gasLimitAfter: (parent: EthereumHeader) => bigint
}

type Included = { readonly transaction: SignedTransaction; readonly receipt: Receipt }

export class PayloadBuilder implements BlockBuilder {
  readonly #modules: PayloadModules

  constructor(modules: PayloadModules) {
    this.#modules = modules
  }

  async build(
    parent: EthereumSummary,
    attributes: PayloadAttributes,
    transactions: readonly Uint8Array[] | undefined,
    extraData: Hex,
    limits: CallLimits = {},
  ): Promise<BuiltPayload> {
    const { state, candidates, decode } = this.#modules
    const { timestamp } = parent.header
    if (attributes.timestamp <= timestamp) {
      throw new PayloadError({ code: 'TIMESTAMP_NOT_LATER', parent: timestamp })
    }
    const fields = { ...this.#fieldsOf(parent.header, attributes), extraData }
    return state.simulate(
      parent,
      async (simulation) => {
        const block = await simulation.open(fields)
        const included =
          transactions === undefined
            ? await fill(block, candidates())
            : await include(block, transactions, (raw) => decode(raw, fields))
        const raws = included.map(({ transaction }) => transaction.raw)
        const sealed = await block.finish(raws)
        return {
          ...sealed,
          withdrawals: attributes.withdrawals ?? [],
          transactions: included.map(({ transaction }) => transaction),
          valueWei: tipsOf(included, fields.baseFeePerGas),
        }
      },
      limits,
    )
  }

  #fieldsOf(parent: EthereumHeader, attributes: PayloadAttributes): SimulatedFields {
    const { fees, gasLimitAfter } = this.#modules
    const { timestamp, prevRandao, feeRecipient, withdrawals, parentBeaconBlockRoot } = attributes
    const { difficulty } = parent
    const place = { number: parent.number + 1n, timestamp, difficulty }
    return {
      ...place,
      coinbase: feeRecipient,
      mixHash: prevRandao,
      gasLimit: gasLimitAfter(parent),
      baseFeePerGas: fees.baseFee(parent, place) ?? 0n,
      excessBlobGas: fees.excessBlobGas(parent, place),
      blobBaseFee: fees.nextBlobBaseFee(parent, place),
      ...(withdrawals && { withdrawals }),
      ...(parentBeaconBlockRoot && { parentBeaconBlockRoot }),
    }
  }
}

/**
 * All of them, each decoded in its turn: recovering all senders at once would hold up everybody.
 * Throws the `InclusionError` of the first that may not stand where it does.
 */
async function include(
  block: SimulatedBlock,
  raws: readonly Uint8Array[],
  decode: (raw: Uint8Array) => SignedTransaction,
): Promise<readonly Included[]> {
  const included: Included[] = []
  for (const raw of raws) {
    const transaction = decode(raw)
    const { receipt } = await block.execute(transaction)
    included.push({ transaction, receipt })
  }
  return included
}

async function fill(
  block: SimulatedBlock,
  candidates: readonly SignedTransaction[],
): Promise<readonly Included[]> {
  const included: Included[] = []
  /** Their later transactions would leave a gap. */
  const skipped = new Set<Address>()
  for (const transaction of candidates) {
    if (block.gasAvailable < GAS_WORTH_FILLING) break
    if (skipped.has(transaction.sender)) continue
    try {
      const { receipt } = await block.execute(transaction)
      included.push({ transaction, receipt })
    } catch (error) {
      if (!(error instanceof InclusionError)) throw error
      skipped.add(transaction.sender)
    }
  }
  return included
}

/** What the coinbase earns in tips. */
function tipsOf(included: readonly Included[], baseFeePerGas: bigint): bigint {
  return included.reduce(
    (sum, { transaction, receipt }) => sum + receipt.gasUsed * tipOf(transaction.tx, baseFeePerGas),
    0n,
  )
}

export type PayloadErrorType = { readonly code: 'TIMESTAMP_NOT_LATER'; readonly parent: bigint }

/** No block can be what is asked for. */
export class PayloadError extends CodedError<PayloadErrorType> {
  constructor(type: PayloadErrorType) {
    super(type, `invalid timestamp: it must be later than ${type.parent}, that of the parent`)
  }
}
