/** The state on a lane, for tracers: read where the execution stands. */
import { bytesToHex } from '@ethereumjs/util'
import type { Address, Hash, Hex } from '../../../../consensus/types.ts'
import { EMPTY_CODE_HASH } from '../../../state/flat/flat-codec.ts'
import type { Lane } from '../../evm/lane.ts'
import type { ProbedAccount, StateProbe } from '../tracer.ts'

export class OverlayProbe implements StateProbe {
  readonly #lane: Lane

  constructor(lane: Lane) {
    this.#lane = lane
  }

  async account(address: Address): Promise<ProbedAccount> {
    const { overlay } = this.#lane
    const entry = overlay.peekAccount(address) ?? (await overlay.loadAccount(address))
    const { nonce = 0n, balance = 0n, codeHash } = entry.current ?? {}
    const hash: Hash | undefined = codeHash && bytesToHex(codeHash)
    const code = await overlay.loadCode(entry)
    return { nonce, balance, code, codeHash: hash === EMPTY_CODE_HASH ? undefined : hash }
  }

  async slot(address: Address, slot: Hex): Promise<Hex> {
    const { overlay } = this.#lane
    const { value } = overlay.peekSlot(address, slot) ?? (await overlay.loadSlot(address, slot))
    return `0x${Buffer.from(value).toString('hex').padStart(64, '0')}`
  }

  get destroysAny(): boolean {
    return this.#lane.rules.transaction.destroysAny
  }

  isPrecompile(address: Address): boolean {
    return this.#lane.precompiles.has(address)
  }
}
