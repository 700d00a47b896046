/** Simulations on a chain of ours whose genesis holds the contracts of a test. */
import type { Address } from '../../consensus/types.ts'
import type { CallLimits } from '../../node/api.ts'
import { FeeMarket } from '../../node/execution/rules/fee-market.ts'
import { createHanzoRules } from '../../node/execution/rules/hanzo-rules.ts'
import { BlockSimulator } from '../../node/execution/simulate/block-simulator.ts'
import type {
  BlockRequest,
  SimulatedBlockResult,
  SimulatedLog,
  SimulationRequest,
} from '../../node/execution/simulate/simulation-types.ts'
import type { ExecutionChain } from './execution-chain.ts'
import { openTracedChain } from './tracing/traced-chain.ts'

export const GAS_CAP = 50_000_000n

export type SimulatedChain = {
  readonly chain: ExecutionChain
  readonly simulate: (
    blocks: readonly Partial<BlockRequest>[],
    options?: Partial<SimulationRequest>,
    limits?: CallLimits,
  ) => Promise<readonly SimulatedBlockResult[]>
}

/** The n-th source lives at the n-th address, see `openTracedChain`. */
export async function openSimulatedChain(...sources: readonly string[]): Promise<SimulatedChain> {
  const chain = await openTracedChain(...sources)
  const simulator = new BlockSimulator({
    state: {
      simulate: (_, simulate, limits = {}) =>
        chain.executor.simulate(chain.parentState(), limits, simulate),
    },
    fees: new FeeMarket(createHanzoRules(chain.common)),
    chainId: chain.genesis.params.chainId,
    blockSeconds: 2n,
    hasConsensusLayer: false,
    gasCap: GAS_CAP,
  })
  return {
    chain,
    simulate: (blocks, options = {}, limits) =>
      simulator.simulate(chain.head, requestOf(blocks, options), limits),
  }
}

export function requestOf(
  blocks: readonly Partial<BlockRequest>[],
  options: Partial<SimulationRequest> = {},
): SimulationRequest {
  return {
    blocks: blocks.map((block) => ({ block: {}, accounts: new Map(), calls: [], ...block })),
    isValidated: false,
    tracesTransfers: false,
    ...options,
  }
}

/** What the n-th call of a simulated block returned, as a number. */
export function outputOf(block: SimulatedBlockResult | undefined, call = 0): bigint {
  const outcome = block?.calls[call]?.outcome
  if (outcome?.kind !== 'ok') throw new Error(`the call did not succeed: ${outcome?.kind}`)
  return BigInt(outcome.output === '0x' ? '0x0' : outcome.output)
}

/** A move of coins or of a token, as its log tells it. */
export function moveOf({ log: { address, topics, data } }: SimulatedLog) {
  const [, from, to] = topics.map((topic): Address => `0x${topic.slice(26)}`)
  return { token: address, from, to, value: BigInt(data) }
}
