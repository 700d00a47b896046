/**
 * What watches a transaction while it executes. The hooks are geth's, so that a tracer here sees
 * what its namesake sees there: frames entered and left, operations before they run, logs.
 *
 * Reference: go-ethereum, core/tracing/hooks.go. Spec: docs/spec/execution.md, "Traces".
 */
import type { Address, Hash, Hex } from '../../../consensus/types.ts'

export type FrameKind =
  | 'CALL'
  | 'CALLCODE'
  | 'DELEGATECALL'
  | 'STATICCALL'
  | 'CREATE'
  | 'CREATE2'
  | 'SELFDESTRUCT'

export type FrameEntry = {
  /** 0 is the transaction itself. */
  readonly depth: number
  readonly kind: FrameKind
  readonly from: Address
  readonly to: Address
  readonly input: Uint8Array
  readonly gas: bigint
  /** Wei; undefined where nothing can be moved (STATICCALL). */
  readonly value: bigint | undefined
}

export type FrameResult = {
  readonly depth: number
  readonly output: Uint8Array
  readonly gasUsed: bigint
  /** In geth's words. */
  readonly error: string | undefined
}

/** An operation, with everything as it is before it runs. */
export type Step = {
  readonly pc: number
  readonly opcode: number
  readonly gas: bigint
  /** All that it takes from the frame, gas that a callee is given included. */
  readonly cost: bigint
  /** 1 is the code of the transaction itself. */
  readonly depth: number
  readonly stack: readonly bigint[]
  readonly memory: Uint8Array
  /** Whose storage the code works on. */
  readonly address: Address
  /** Of the transaction so far. */
  readonly refund: bigint
  /** Of the last call that this frame made. */
  readonly returned: Uint8Array
  /** Why the operation is not even begun. */
  readonly error: string | undefined
}

export type EmittedLog = {
  readonly address: Address
  readonly topics: readonly bigint[]
  readonly data: Uint8Array
  /** In the block. */
  readonly index: number
}

/** What is traced: a transaction, or a message that is none. */
export type TracedMessage = {
  readonly from: Address
  readonly to: Address | undefined
  /** Before it is counted up. */
  readonly nonce: bigint
  readonly gasLimit: bigint
  readonly coinbase: Address
  /** Signers of its authorization list, where they can be known. */
  readonly authorities: readonly Address[]
  /** undefined: in no block. */
  readonly place: TracedPlace | undefined
}

export type TracedPlace = {
  readonly blockHash: Hash
  readonly blockNumber: bigint
  readonly transactionHash: Hash
  readonly index: number
  /** Logs of the block before it. */
  readonly firstLogIndex: number
}

/** The state as it stands at this moment of the execution. */
export interface StateProbe {
  account(address: Address): Promise<ProbedAccount>
  slot(address: Address, slot: Hex): Promise<Hex>
  isPrecompile(address: Address): boolean
  /** Before EIP-6780: SELFDESTRUCT deletes accounts older than the transaction, too. */
  readonly destroysAny: boolean
}

export type ProbedAccount = {
  readonly nonce: bigint
  readonly balance: bigint
  readonly code: Uint8Array
  /** undefined without code. */
  readonly codeHash: Hash | undefined
}

export interface Tracer {
  /** Before anything is paid. */
  start?(message: TracedMessage, state: StateProbe): void | Promise<void>
  step?(step: Step): void | Promise<void>
  /** The step that was announced last ran out of gas in a way that shows only afterwards. */
  stepFailed?(error: string): void
  enter?(frame: FrameEntry): void
  exit?(result: FrameResult): void
  log?(log: EmittedLog): void
  /** After everything is paid and cleaned up. */
  end?(gasUsed: bigint): void | Promise<void>
  /** As JSON. */
  result(): unknown
}
