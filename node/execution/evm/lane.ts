/**
 * One EVM with the overlay that it executes on: whatever runs has a lane for itself until it is
 * done. An EVM costs milliseconds to make, so lanes are kept.
 */
import type { Common } from '@ethereumjs/common'
import { createAddressFromString } from '@ethereumjs/util'
import { TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import { StateOverlay } from '../../state/overlay.ts'
import type { StateView } from '../../state/types.ts'
import { BranchHashes } from './block-context.ts'
import { ChainEvm } from './chain-evm.ts'
import { EvmState } from './evm-state.ts'
import {
  createTransferPrecompile,
  TRANSFER_RULES,
  type TransferRule,
} from './native-transfer-precompile.ts'
import type { ExecutionTime, Pace } from './pace.ts'

export class Lane {
  readonly evm: ChainEvm
  readonly overlay: StateOverlay
  readonly branch: BranchHashes
  /** Addresses that run native code, as hex: they have none in the state. */
  readonly precompiles: ReadonlySet<string>

  private constructor(evm: ChainEvm, overlay: StateOverlay, branch: BranchHashes) {
    this.evm = evm
    this.overlay = overlay
    this.branch = branch
    this.precompiles = new Set(Array.from(evm.precompiles.keys(), (address) => `0x${address}`))
  }

  /** When what runs here gives way, and when it is cut off. */
  get pace(): Pace {
    return this.evm.pace
  }

  /** Somebody watches messages or steps: everything must pass through the EVM then. */
  get isObserved(): boolean {
    return this.evm.isObserved
  }

  static create(
    common: Common,
    view: StateView,
    rules: readonly TransferRule[] = TRANSFER_RULES,
    time?: ExecutionTime,
  ): Lane {
    const overlay = new StateOverlay(view)
    const branch = new BranchHashes()
    let evm: ChainEvm | undefined
    const transfer = createTransferPrecompile(() => evm?.currentMessage, rules)
    const options = {
      common,
      stateManager: new EvmState(overlay),
      blockchain: branch,
      customPrecompiles: [
        { address: createAddressFromString(TRANSFER_PRECOMPILE), function: transfer },
      ],
    }
    evm = new ChainEvm(options, overlay, time)
    return new Lane(evm, overlay, branch)
  }
}
