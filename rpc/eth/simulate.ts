/** `eth_simulateV1`: blocks of messages that are executed one on the other and thrown away. */
import { assert } from '../../consensus/errors.ts'
import { type ChainApi, isNode } from '../../node/api.ts'
import { BlockSimulator } from '../../node/execution/simulate/block-simulator.ts'
import type {
  SimulatedBlockResult,
  SimulatedCallResult,
} from '../../node/execution/simulate/simulation-types.ts'
import { requireBlock } from '../block-lookup.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { CALL_ENDED, formatError, reverted } from '../errors.ts'
import { formatBlock, placeIn } from '../format/block.ts'
import { quantity } from '../format/hex.ts'
import { formatLog } from '../format/log.ts'
import { formatUnsigned } from '../format/unsigned-transaction.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { simulationOptions } from '../params/simulate.ts'

/** Between two blocks of plain Ethereum. */
const SLOT_SECONDS = 12n

export function simulateMethods({
  api,
  gasCap,
  callTimeMs,
}: Pick<RpcModules, 'api' | 'gasCap' | 'callTimeMs'>): MethodTable {
  const { state, fees, chainId } = api
  const simulator = new BlockSimulator({
    ...{ state, fees, chainId, gasCap },
    blockSeconds: blockSecondsOf(api),
    hasConsensusLayer: !isNode(api),
  })
  // The official schema wants words before geth's, the official suite wants geth's alone: our chain
  // keeps to the one, an imported chain to the other.
  const reasonOf = (reason: string) => (isNode(api) ? `vm execution error: ${reason}` : reason)
  return {
    eth_simulateV1: method({
      description: 'Blocks of messages on top of a block, with overrides; nothing is kept',
      params: [required('simulation', simulationOptions), optional('block', block, LATEST)],
      isUntimed: true,
      handler: async ([options, selector]) => {
        const base = await requireBlock(api.chain, selector)
        const blocks = await withSignal(callTimeMs, (signal) =>
          simulator.simulate(base, options, { signal }),
        )
        const { isHydrated } = options
        return blocks.map((block) => formatSimulated(block, { isHydrated, reasonOf }))
      },
    }),
  }
}

/** The ideal time of a block of ours, in whole seconds. */
function blockSecondsOf(api: ChainApi): bigint {
  if (!isNode(api)) return SLOT_SECONDS
  return BigInt(Math.max(1, Math.round(api.genesis.params.idealBlockTimeMs / 1_000)))
}

type SimulatedFormat = {
  readonly isHydrated: boolean
  readonly reasonOf: (reason: string) => string
}

function formatSimulated(block: SimulatedBlockResult, { isHydrated, reasonOf }: SimulatedFormat) {
  const { hash, header, transactions, withdrawals, sizeBytes } = block
  return {
    ...formatBlock({ hash, header, transactions: [], withdrawals, sizeBytes }, false),
    transactions: transactions.map((transaction, index) =>
      isHydrated ? formatUnsigned(transaction, placeIn(block, index)) : transaction.hash,
    ),
    calls: block.calls.map((call, index) => ({
      ...formatCall(block, call, index),
      ...errorOf(call.outcome, reasonOf),
    })),
  }
}

function formatCall(
  block: SimulatedBlockResult,
  { outcome, maxUsedGas, logs }: SimulatedCallResult,
  index: number,
) {
  const transactionHash = block.transactions[index]?.hash
  assert(transactionHash !== undefined, 'every call is a transaction of its block')
  return {
    returnData: outcome.kind === 'ok' ? outcome.output : '0x',
    logs: logs.map(({ log, index: logIndex }) =>
      formatLog(log, {
        ...{ block, transactionHash, transactionIndex: index, logIndex },
        isRemoved: false,
      }),
    ),
    gasUsed: quantity(outcome.gasUsed),
    maxUsedGas: quantity(maxUsedGas),
    status: outcome.kind === 'ok' ? '0x1' : '0x0',
  }
}

function errorOf(outcome: SimulatedCallResult['outcome'], reasonOf: SimulatedFormat['reasonOf']) {
  if (outcome.kind === 'ok') return {}
  if (outcome.kind === 'reverted') return { error: formatError(reverted(outcome.output)) }
  return { error: { code: CALL_ENDED, message: reasonOf(outcome.reason) } }
}
