/** The calls of a simulated block, one after the other, within the gas that the request has. */
import { bytesToHex } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import { NEW_ACCOUNT } from '../../state/overlay.ts'
import type { CallOutcome } from '../call-types.ts'
import { failureReason } from '../calls/failure.ts'
import type { SimulatedBlock, SimulatedFields, Simulation } from '../simulation.ts'
import { observe } from '../tracing/observe.ts'
import type { TracedMessage } from '../tracing/tracer.ts'
import type { AppliedTransaction } from '../transaction/apply-transaction.ts'
import { authoritiesOf } from '../transaction/authorizations.ts'
import type { TransactionChecks } from '../transaction/executable.ts'
import { InclusionError } from '../transaction/inclusion-rules.ts'
import { type IntrinsicGas, intrinsicGas } from '../transaction/intrinsic-gas.ts'
import { notIncludable, SimulationError } from './simulation-error.ts'
import type {
  SimulatedCall,
  SimulatedCallResult,
  SimulatedLog,
  SimulationRequest,
} from './simulation-types.ts'
import { TransferLogs } from './transfer-logs.ts'
import { senderOf, type UnsignedTransaction, unsignedTransaction } from './unsigned-transaction.ts'

/** EIP-2681. */
const NONCE_MAX = 2n ** 64n - 1n

export type CallRunModules = {
  readonly simulation: Simulation
  readonly block: SimulatedBlock
  readonly fields: SimulatedFields
  readonly request: SimulationRequest
  readonly chainId: bigint
  /** Of all blocks of the request together. */
  readonly budget: { gasLeft: bigint }
}

type Executed = { readonly applied: AppliedTransaction; readonly logs: readonly SimulatedLog[] }

export class CallRun {
  readonly #modules: CallRunModules
  readonly #checks: TransactionChecks
  #nextLogIndex = 0

  constructor(modules: CallRunModules) {
    this.#modules = modules
    // Who sends is never asked: not even validation makes a signature out of nothing.
    const { isValidated } = modules.request
    this.#checks = { nonce: isValidated, sender: false, baseFee: isValidated }
  }

  /** Throws a {@link SimulationError} when the call may not stand here. */
  async execute(
    call: SimulatedCall,
  ): Promise<{ readonly transaction: UnsignedTransaction; readonly result: SimulatedCallResult }> {
    const { budget, simulation } = this.#modules
    const transaction = await this.#fill(call)
    const { applied, logs } = await this.#apply(transaction)
    budget.gasLeft -= applied.gasUsed
    const outcome = outcomeOf(applied)
    const gas = intrinsicGas(transaction.tx, simulation.rules.transaction.prices)
    return { transaction, result: { outcome, maxUsedGas: maxUsedGas(applied, gas), logs } }
  }

  async #fill(call: SimulatedCall): Promise<UnsignedTransaction> {
    const { block, budget, chainId, simulation } = this.#modules
    const { overlay, rules } = simulation
    const { gas = block.gasAvailable } = call
    if (call.chainId !== undefined && call.chainId !== chainId) {
      throw new SimulationError(
        'CHAIN_ID_DIFFERS',
        `chainId does not match: want ${chainId}, got ${call.chainId}`,
      )
    }
    const { current = NEW_ACCOUNT } = await overlay.loadAccount(senderOf(call))
    if (gas > block.gasAvailable) {
      const type = {
        code: 'GAS_ABOVE_BLOCK',
        gasLimit: gas,
        available: block.gasAvailable,
      } as const
      throw notIncludable(type, senderOf(call), gas)
    }
    return unsignedTransaction(call, {
      nonce: call.nonce ?? current.nonce,
      gasLimit: gas < budget.gasLeft ? gas : budget.gasLeft,
      chainId,
      hasBaseFee: rules.common.isActivatedEIP(1559),
    })
  }

  async #apply(transaction: UnsignedTransaction): Promise<Executed> {
    const { sender, tx } = transaction
    if (this.#checks.nonce) await this.#verifyNonceLeft(transaction)
    try {
      return this.#modules.request.tracesTransfers
        ? await this.#observed(transaction)
        : await this.#plain(transaction)
    } catch (error) {
      if (!(error instanceof InclusionError)) throw error
      throw notIncludable(error.type, sender, tx.gasLimit)
    }
  }

  async #plain(transaction: UnsignedTransaction): Promise<Executed> {
    const { receipt, applied } = await this.#modules.block.execute(transaction, this.#checks)
    const logs = receipt.logs.map((log) => ({ log, index: this.#nextLogIndex++ }))
    return { applied, logs }
  }

  async #observed(transaction: UnsignedTransaction): Promise<Executed> {
    const { block, fields, simulation } = this.#modules
    const { sender: from, tx } = transaction
    const collector = new TransferLogs(this.#nextLogIndex)
    const message: TracedMessage = {
      from,
      to: tx.to?.toString(),
      nonce: tx.nonce,
      gasLimit: tx.gasLimit,
      coinbase: fields.coinbase,
      authorities: await authoritiesOf(simulation.lane, tx.authorizationList ?? []),
      place: undefined,
    }
    let applied: AppliedTransaction | undefined
    await observe(simulation.lane, collector, message, async () => {
      applied = (await block.execute(transaction, this.#checks)).applied
      return applied
    })
    assert(applied !== undefined, 'what was observed was executed')
    this.#nextLogIndex = collector.nextIndex
    return { applied, logs: collector.logs }
  }

  async #verifyNonceLeft({ sender, tx }: UnsignedTransaction): Promise<void> {
    const { current } = await this.#modules.simulation.overlay.loadAccount(sender)
    if (tx.nonce !== NONCE_MAX || current?.nonce !== NONCE_MAX) return
    throw new SimulationError(
      'NONCE_MAX',
      `err: nonce has max value: address ${sender}, nonce: ${tx.nonce} ` +
        `(supplied gas ${tx.gasLimit})`,
    )
  }
}

function outcomeOf({ execution, gasUsed }: AppliedTransaction): CallOutcome {
  // A transfer that met no code.
  if (execution === undefined) return { kind: 'ok', output: '0x', gasUsed }
  const { exceptionError, returnValue } = execution
  if (exceptionError === undefined) return { kind: 'ok', output: bytesToHex(returnValue), gasUsed }
  if (exceptionError.error === 'revert') {
    return { kind: 'reverted', output: bytesToHex(returnValue), gasUsed }
  }
  return { kind: 'failed', reason: failureReason(exceptionError.error), gasUsed }
}

function maxUsedGas({ execution }: AppliedTransaction, { intrinsic, floor }: IntrinsicGas): bigint {
  const used = intrinsic + (execution?.executionGasUsed ?? 0n)
  return used > floor ? used : floor
}
