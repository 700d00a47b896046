/**
 * One EVM with the overlay that it executes on: whatever runs has a lane for itself until it is
 * done. An EVM costs milliseconds to make, so lanes are kept.
 */
import type { Common } from '@ethereumjs/common'
import { EVM, type Message, NobleBN254 } from '@ethereumjs/evm'
import { createAddressFromString } from '@ethereumjs/util'
import { TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import { StateOverlay } from '../../state/overlay.ts'
import type { StateView } from '../../state/types.ts'
import { BranchHashes } from './block-context.ts'
import { EvmState } from './evm-state.ts'
import {
  createTransferPrecompile,
  TRANSFER_RULES,
  type TransferRule,
} from './native-transfer-precompile.ts'
import { Pace } from './pace.ts'

export class Lane {
  readonly evm: EVM
  readonly overlay: StateOverlay
  readonly branch: BranchHashes
  readonly pace = new Pace()
  /** Addresses that run native code, as hex: they have none in the state. */
  readonly precompiles: ReadonlySet<string>

  private constructor(evm: EVM, overlay: StateOverlay, branch: BranchHashes) {
    this.evm = evm
    this.overlay = overlay
    this.branch = branch
    this.pace.watch(evm)
    this.precompiles = new Set(Array.from(evm.precompiles.keys(), (address) => `0x${address}`))
  }

  /** Somebody watches messages or steps: everything must pass through the EVM then. */
  get isObserved(): boolean {
    const { events } = this.evm
    return (
      events.listenerCount('beforeMessage') > 1 ||
      events.listenerCount('afterMessage') > 0 ||
      events.listeners('step').length > 1
    )
  }

  static create(
    common: Common,
    view: StateView,
    rules: readonly TransferRule[] = TRANSFER_RULES,
  ): Lane {
    const overlay = new StateOverlay(view)
    const branch = new BranchHashes()
    let message: Message | undefined
    const transfer = createTransferPrecompile(() => message, rules)
    const options = {
      common,
      stateManager: new EvmState(overlay),
      blockchain: branch,
      customPrecompiles: [
        { address: createAddressFromString(TRANSFER_PRECOMPILE), function: transfer },
      ],
    }
    const evm = new EVM({ ...options, bn254: new NobleBN254() })
    // A precompile is not told who calls it: the message that is about to be executed knows.
    evm.events.on('beforeMessage', (next: Message) => {
      message = next
    })
    return new Lane(evm, overlay, branch)
  }
}
