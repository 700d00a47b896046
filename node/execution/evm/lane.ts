/**
 * One EVM with the overlay that it executes on: whatever runs has a lane for itself until it is
 * done. An EVM costs milliseconds to make, so lanes are kept.
 */
import type { PrecompileFunc } from '@ethereumjs/evm'
import { createAddressFromString } from '@ethereumjs/util'
import type { Address } from '../../../consensus/types.ts'
import { TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import { StateOverlay } from '../../state/overlay.ts'
import type { StateView } from '../../state/types.ts'
import { pacePrecompiles } from '../precompiles/pace-precompiles.ts'
import type { PrecompileThreads } from '../precompiles/precompile-threads.ts'
import type { BlockRules } from '../rules/block-rules.ts'
import { BranchHashes } from './block-context.ts'
import { ChainEvm } from './chain-evm.ts'
import { EvmState } from './evm-state.ts'
import { createTransferPrecompile } from './native-transfer-precompile.ts'
import { type ExecutionTime, machineTime, Pace } from './pace.ts'

export type LaneModules = {
  readonly time?: ExecutionTime | undefined
  /** Where precompiles that take long run; in place if not given. */
  readonly threads?: PrecompileThreads | undefined
}

type SharedModules = { readonly pace: Pace; readonly threads: PrecompileThreads | undefined }

export class Lane {
  /** Of the fork that the EVM is made for. */
  readonly rules: BlockRules
  readonly evm: ChainEvm
  readonly overlay: StateOverlay
  readonly branch: BranchHashes
  readonly #threads: PrecompileThreads | undefined
  readonly #precompiles: Set<string>
  /** Those that {@link movePrecompile} has changed, as they were. */
  readonly #moved = new Map<string, PrecompileFunc | undefined>()

  private constructor(
    rules: BlockRules,
    evm: ChainEvm,
    overlay: StateOverlay,
    branch: BranchHashes,
    threads: PrecompileThreads | undefined,
  ) {
    this.rules = rules
    this.evm = evm
    this.overlay = overlay
    this.branch = branch
    this.#threads = threads
    this.#precompiles = new Set(Array.from(evm.precompiles.keys(), (address) => `0x${address}`))
  }

  /** Addresses that run native code, as hex: they have none in the state. */
  get precompiles(): ReadonlySet<string> {
    return this.#precompiles
  }

  /** When what runs here gives way, and when it is cut off. */
  get pace(): Pace {
    return this.evm.pace
  }

  /** Somebody watches messages or steps: everything must pass through the EVM then. */
  get isObserved(): boolean {
    return this.evm.isObserved
  }

  /** Takes the native code of an address away, or to another address, for one call or block. */
  movePrecompile(from: Address, to?: Address): void {
    const code = this.evm.precompiles.get(from.slice(2))
    this.#setPrecompile(from, undefined)
    if (to !== undefined && code !== undefined) this.#setPrecompile(to, code)
  }

  /** Takes every {@link movePrecompile} back. */
  restorePrecompiles(): void {
    if (this.#moved.size === 0) return
    for (const [address, code] of [...this.#moved]) this.#setPrecompile(address, code)
    this.#moved.clear()
  }

  #setPrecompile(address: string, code: PrecompileFunc | undefined): void {
    const { precompiles } = this.evm
    const key = address.slice(2)
    if (!this.#moved.has(address)) this.#moved.set(address, precompiles.get(key))
    if (code === undefined) {
      precompiles.delete(key)
      this.#precompiles.delete(address)
    } else {
      precompiles.set(key, code)
      this.#precompiles.add(address)
    }
  }

  /**
   * The same state, branch and time under a later fork. For simulations alone: neither lane is to
   * be used for anything else after that.
   */
  under(rules: BlockRules): Lane {
    const shared = { pace: this.pace, threads: this.#threads }
    return Lane.#make(rules, this.overlay, this.branch, shared)
  }

  static create(
    rules: BlockRules,
    view: StateView,
    { time = machineTime, threads }: LaneModules = {},
  ): Lane {
    const overlay = new StateOverlay(view, { mayWipe: rules.transaction.destroysAny })
    return Lane.#make(rules, overlay, new BranchHashes(), { pace: new Pace(time), threads })
  }

  static #make(
    rules: BlockRules,
    overlay: StateOverlay,
    branch: BranchHashes,
    { pace, threads }: SharedModules,
  ): Lane {
    let evm: ChainEvm | undefined
    const { common, interpreter, transferRules } = rules
    const transfer =
      transferRules && createTransferPrecompile(() => evm?.currentMessage, transferRules)
    const options = {
      common,
      stateManager: new EvmState(overlay),
      blockchain: branch,
      customPrecompiles: transfer
        ? [{ address: createAddressFromString(TRANSFER_PRECOMPILE), function: transfer }]
        : [],
    }
    evm = new ChainEvm(options, overlay, { interpreter, pace })
    pacePrecompiles(evm, pace, threads)
    return new Lane(rules, evm, overlay, branch, threads)
  }
}
