/**
 * What a test of consensus rules works with: a devnet that it cuts, crashes and corrupts, in
 * virtual time or as processes. The types that `hanzo-l2/devnet` publishes.
 *
 * Guide: docs/testing-consensus.md.
 */
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import type { DevAccount } from '../../../genesis/accounts.ts'
import type { PresetName } from '../../../genesis/params.ts'
import type { StrategyName } from '../../simulation/strategy-names.ts'

export type { StrategyName } from '../../simulation/strategy-names.ts'

export type CreateDevnetOptions = {
  /** How many; each is a node with an equal stake. 4 if not given. */
  readonly validators?: number
  /** `instant` if not given: blocks of a second, epochs of eight blocks. */
  readonly preset?: PresetName
  /**
   * Simulated only: the same seed is the same run. Without it the environment's `HANZO_SEED`, else
   * one is drawn; failures name it.
   */
  readonly seed?: number
  /**
   * `simulated`, the default: in this process, with virtual time, network and disk.
   * `process`: one `hanzo node` each, over TCP, in real time.
   */
  readonly transport?: 'simulated' | 'process'
  /** Work of each validator, as a ratio to the others'; equal if not given. Simulated only. */
  readonly work?: readonly number[]
  /** Delay, loss and so on of every wire. Simulated only. */
  readonly wire?: WireOptions
  /** JSON-RPC and p2p port of validator 0. Process only; free ones if not given. */
  readonly basePorts?: { readonly rpc: number; readonly p2p: number }
}

export type WireOptions = {
  /** Milliseconds that every message takes at least, and on top of that on average. */
  readonly floorMs?: number
  readonly meanMs?: number
  /** Part of the messages that never arrive, 0 to 1. */
  readonly loss?: number
  /** Part of the messages that arrive twice, 0 to 1. */
  readonly duplication?: number
  /** Whether later messages may overtake earlier ones. */
  readonly reorders?: boolean
  readonly bytesPerSecond?: number
}

/** One of these; epochs and blocks are those of the highest head. */
export type Distance =
  | { readonly blocks: number }
  | { readonly epochs: number }
  | { readonly seconds: number }

/** Something that must not happen, and did. Invariants are I1 to I17 of docs/simulator.md. */
export type Violation = {
  readonly invariant: string
  /** Where it was seen; undefined: by comparing nodes. */
  readonly node: number | undefined
  /** Milliseconds since the beginning. */
  readonly atMs: number
  readonly message: string
}

/** As EIP-1193 has it: `custom(node)` of viem and `BrowserProvider(node)` of ethers take it. */
export interface RpcProvider {
  request(call: {
    readonly method: string
    readonly params?: readonly unknown[] | undefined
  }): Promise<unknown>
}

export type CrashOptions = {
  /** What was written and not synced may be gone, as after a power cut. */
  readonly losesUnsynced?: boolean
}

export interface DevnetNode extends RpcProvider {
  readonly index: number
  /** Of the voting key. */
  readonly address: Address
  readonly votingKey: Hex
  /** Where its rewards go. */
  readonly coinbase: Address
  readonly isUp: boolean
  /** JSON-RPC with positional parameters; throws {@link RpcFailure}. */
  rpc<Result = unknown>(method: string, ...params: readonly unknown[]): Promise<Result>
  /** At once, as SIGKILL does it. */
  crash(options?: CrashOptions): Promise<void>
  /** Starts it again on what its disk holds; stops it in order before, if it is up. */
  restart(): Promise<void>
  /** From now on it does this; `honest` ends it. Throws ARGUMENT_BAD. Simulated only. */
  behave(strategy: StrategyName): void
  /** Keeps what its disk holds, for {@link restoreBackup}. Simulated only. */
  takeBackup(): void
  /** Puts the last backup back while the node is down: amnesia. Simulated only. */
  restoreBackup(): void
}

/**
 * What waits or changes the network throws {@link DevnetTestError}: ARGUMENT_BAD for what means
 * nothing, CLOSED after {@link TestDevnet.close}, as nodes do. `check` answers to the end.
 */
export interface TestDevnet {
  readonly nodes: readonly DevnetNode[]
  /** Ten accounts with 10,000 AI each; their keys are public. */
  readonly accounts: readonly DevAccount[]
  readonly chainId: bigint
  readonly genesisHash: Hash
  /** Blocks. */
  readonly epochLength: number
  /** Predeployed contracts by name. */
  readonly predeploys: Readonly<Record<string, Address>>
  /** Of the run; undefined for processes. */
  readonly seed: number | undefined
  /** The one command that repeats this run. */
  readonly repeat: string
  /** 16 hex digits of everything that happened: equal for equal seeds. Empty for processes. */
  readonly trace: string
  /** Milliseconds since the beginning. */
  readonly elapsedMs: number
  /** Until every node that is up and honest has finalized this epoch. Throws STALLED. */
  untilFinalized(epoch: number): Promise<void>
  /** Until the condition holds; asked a few times a second. Throws STALLED. */
  until(condition: () => boolean | Promise<boolean>, seconds?: number): Promise<void>
  /** Lets time pass. Throws STALLED when blocks do not come. */
  advance(distance: Distance): Promise<void>
  /**
   * Only members of one group speak to each other; who is in none is alone. A node is in one group
   * at most. Replaces the partition before.
   */
  partition(groups: readonly (readonly number[])[]): Promise<void>
  /** Ends every partition, those by `hanzo_partition` as well. */
  heal(): Promise<void>
  /**
   * Every invariant that was broken so far. Simulated: votes, finality and forks are looked at with
   * each event, states and supply when a wait ends; docs/simulator.md says which. Processes are
   * looked at from outside, when a wait ends: I1, I2, I3, I12 and I17.
   */
  check(): readonly Violation[]
  /** Ends everything; what is asked for later throws CLOSED. */
  close(): Promise<void>
}
