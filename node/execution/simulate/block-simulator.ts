/**
 * `eth_simulateV1`: blocks of messages on top of any block, each on the state that the one before
 * left. What is not said is as geth has it: a base fee of zero without validation, gas for a call
 * as much as is left of the block and of the request, no randomness, the coinbase and the gas
 * limit of the block below.
 *
 * Spec: https://github.com/ethereum/execution-apis, eth_simulateV1; docs/spec/execution.md.
 */
import { encodeEthereumBlock } from '../../../consensus/codec/ethereum-codec.ts'
import type { EthereumHeader, Hash } from '../../../consensus/types.ts'
import type { CallLimits, StateReader } from '../../api.ts'
import type { EthereumSummary } from '../../events.ts'
import { overrideState } from '../calls/override-state.ts'
import type { FeeMarket } from '../rules/fee-market.ts'
import type { SimulatedFields, Simulation } from '../simulation.ts'
import { CallRun, type CallRunModules } from './call-run.ts'
import { type PlannedBlock, planBlocks } from './plan-blocks.ts'
import { SimulationError } from './simulation-error.ts'
import type {
  SimulatedBlockResult,
  SimulatedCallResult,
  SimulationRequest,
} from './simulation-types.ts'
import type { UnsignedTransaction } from './unsigned-transaction.ts'

/** Calls of one simulation, in all of its blocks. */
export const SIMULATED_CALLS_MAX = 4_096

const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`

export type SimulatorModules = {
  readonly state: Pick<StateReader, 'simulate'>
  readonly fees: FeeMarket
  readonly chainId: bigint
  /** Between two blocks unless a request says otherwise. */
  readonly blockSeconds: bigint
  /** Something outside the chain credits withdrawals and hands down beacon roots. */
  readonly hasConsensusLayer: boolean
  /** Gas of all calls of a request together. */
  readonly gasCap: bigint
}

export class BlockSimulator {
  readonly #modules: SimulatorModules

  constructor(modules: SimulatorModules) {
    this.#modules = modules
  }

  /**
   * Throws a {@link SimulationError} when there is no outcome, an `ExecutionError` when a system
   * call fails, and what calls throw that take too long.
   */
  async simulate(
    base: EthereumSummary,
    request: SimulationRequest,
    limits: CallLimits = {},
  ): Promise<readonly SimulatedBlockResult[]> {
    this.#verify(request)
    const { state, blockSeconds } = this.#modules
    return state.simulate(
      base,
      async (simulation) => {
        const planned = planBlocks(simulation.parent.header, request.blocks, blockSeconds)
        const budget = { gasLeft: this.#modules.gasCap }
        const results: SimulatedBlockResult[] = []
        for (const block of planned) {
          results.push(await this.#runBlock(simulation, block, request, budget))
        }
        return results
      },
      limits,
    )
  }

  async #runBlock(
    simulation: Simulation,
    planned: PlannedBlock,
    request: SimulationRequest,
    budget: CallRunModules['budget'],
  ): Promise<SimulatedBlockResult> {
    const fields = this.#fieldsOf(simulation.parent.header, planned, request.isValidated)
    simulation.enter(fields)
    await overrideState(simulation.lane, planned.accounts)
    const block = await simulation.open(fields)
    const { chainId } = this.#modules
    const run = new CallRun({ simulation, block, fields, request, chainId, budget })
    const transactions: UnsignedTransaction[] = []
    const calls: SimulatedCallResult[] = []
    for (const call of planned.calls) {
      const { transaction, result } = await run.execute(call)
      transactions.push(transaction)
      calls.push(result)
    }
    const raws = transactions.map(({ raw }) => raw)
    const { hash, header } = await block.finish(raws)
    const { withdrawals = [] } = planned.block
    const hasWithdrawals = header.withdrawalsRoot !== undefined
    const { length: sizeBytes } = encodeEthereumBlock({
      ...{ header, transactions: raws, ommers: [] },
      withdrawals: hasWithdrawals ? withdrawals : undefined,
    })
    return { hash, header, transactions, withdrawals, sizeBytes, calls }
  }

  #fieldsOf(
    parent: EthereumHeader,
    { number, timestamp, block }: PlannedBlock,
    isValidated: boolean,
  ): SimulatedFields {
    const { fees } = this.#modules
    const place = { number, timestamp, difficulty: parent.difficulty }
    const baseFee = isValidated ? (fees.baseFee(parent, place) ?? 0n) : 0n
    const { withdrawals, beaconRoot = ZERO_HASH } = block
    return {
      ...place,
      coinbase: block.feeRecipient ?? parent.coinbase,
      gasLimit: block.gasLimit ?? parent.gasLimit,
      mixHash: block.prevRandao ?? ZERO_HASH,
      baseFeePerGas: block.baseFeePerGas ?? baseFee,
      excessBlobGas: fees.excessBlobGas(parent, place),
      blobBaseFee: block.blobBaseFee ?? fees.nextBlobBaseFee(parent, place),
      parentBeaconBlockRoot: beaconRoot,
      ...(withdrawals && { withdrawals }),
    }
  }

  #verify({ blocks }: SimulationRequest): void {
    const count = blocks.reduce((sum, { calls }) => sum + calls.length, 0)
    if (count > SIMULATED_CALLS_MAX) {
      throw new SimulationError(
        'TOO_MANY_CALLS',
        `too many calls: at most ${SIMULATED_CALLS_MAX} are simulated`,
      )
    }
    if (this.#modules.hasConsensusLayer) return
    if (blocks.some(({ block }) => block.withdrawals?.length || block.beaconRoot !== undefined)) {
      throw new SimulationError(
        'NO_CONSENSUS_LAYER',
        'this chain has no consensus layer: there are no withdrawals and no beacon roots',
      )
    }
  }
}
