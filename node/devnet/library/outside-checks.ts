/** The invariants that can be seen from outside of a process: I1, I2, I3, I12 and I17. */
import type { Hash, Hex } from '../../../consensus/types.ts'
import { type Violation, Violations } from '../../simulation/node/checks/violation.ts'
import type { ProcessDevnetNode } from './process-devnet-node.ts'

type Checkpoint = { readonly epoch: Hex; readonly hash: Hash }
type Status = { readonly justified: Checkpoint; readonly finalized: Checkpoint }
type BlockAnswer = { readonly number: Hex; readonly hash: Hash }

type Seen = { readonly justified: number; readonly finalized: number; readonly tagged: number }

export class OutsideChecks {
  readonly #violations: Violations
  readonly #finalized = new Map<number, { readonly hash: Hash; readonly node: number }>()
  readonly #seen = new Map<number, Seen>()

  constructor(nowMs: () => number) {
    this.#violations = new Violations(nowMs)
  }

  get violations(): readonly Violation[] {
    return this.#violations.all
  }

  async look(nodes: readonly ProcessDevnetNode[]): Promise<void> {
    for (const node of nodes) await this.#lookAt(node)
  }

  async #lookAt(node: ProcessDevnetNode): Promise<void> {
    const { index } = node
    const { tell } = this.#violations
    const tag = await node.rpc<BlockAnswer>('eth_getBlockByNumber', 'finalized', false)
    const { justified, finalized } = await node.rpc<Status>('hanzo_finalityStatus')
    const now = {
      justified: Number(justified.epoch),
      finalized: Number(finalized.epoch),
      tagged: Number(tag.number),
    }
    const before = this.#seen.get(index) ?? now
    this.#seen.set(index, now)
    if (now.finalized < before.finalized) tell('I2', index, 'finality went back')
    if (now.justified < before.justified) tell('I3', index, 'the justified epoch went back')
    if (now.tagged < before.tagged) tell('I17', index, 'the tag `finalized` went back')
    const first = this.#finalized.get(now.finalized) ?? { hash: finalized.hash, node: index }
    this.#finalized.set(now.finalized, first)
    if (first.hash !== finalized.hash) {
      tell('I1', index, `epoch ${now.finalized} is another block than on node ${first.node}`)
    }
    if (now.finalized === 0) return
    const certificate = await node.rpc('hanzo_getCertificate', finalized.epoch)
    if (certificate === null) tell('I12', index, `epoch ${now.finalized} has no certificate`)
  }
}
