/**
 * The invariants that can be seen from outside of a process: I1, I2, I3, I12 and I17. Of finality
 * each block is kept that any node ever held final: it must stay on the chain of that node, and
 * stand on the chain of every other whose finality is as high.
 */
import type { Hash, Hex } from '../../../consensus/types.ts'
import { type Tell, type Violation, Violations } from '../../simulation/node/checks/violation.ts'
import type { DevnetNode } from './types.ts'

type Checkpoint = { readonly epoch: Hex; readonly hash: Hash }
type Status = { readonly justified: Checkpoint; readonly finalized: Checkpoint }
type BlockAnswer = { readonly number: Hex; readonly hash: Hash }

/** A node as these checks need it. */
export type OutsideNode = Pick<DevnetNode, 'index' | 'rpc'>

type Seen = { readonly justified: number; readonly finalized: number; readonly tagged: number }

/** A block that was final once, and for whom. */
type Final = { readonly number: Hex; readonly hash: Hash; readonly nodes: Set<number> }

export class OutsideChecks {
  readonly #violations: Violations
  /** By hash: two nodes may hold two blocks of one epoch. */
  readonly #finals = new Map<Hash, Final>()
  readonly #seen = new Map<number, Seen>()
  /** By node: what was final when its chain was last compared, and how many blocks with. */
  readonly #compared = new Map<number, string>()

  constructor(nowMs: () => number) {
    this.#violations = new Violations(nowMs)
  }

  get violations(): readonly Violation[] {
    return this.#violations.all
  }

  /** Everybody is heard before chains are compared: what is news on one concerns all. */
  async look(nodes: readonly OutsideNode[]): Promise<void> {
    for (const node of nodes) await this.#hear(node)
    for (const node of nodes) await this.#compare(node)
  }

  async #hear(node: OutsideNode): Promise<void> {
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
    await this.#keep(node, finalized.hash)
    if (now.finalized === 0) return
    const certificate = await node.rpc('hanzo_getCertificate', finalized.epoch)
    if (certificate === null) tell('I12', index, `epoch ${now.finalized} has no certificate`)
  }

  async #keep(node: OutsideNode, hash: Hash): Promise<void> {
    const known = this.#finals.get(hash)
    if (known !== undefined) {
      known.nodes.add(node.index)
      return
    }
    const block = await node.rpc<BlockAnswer | null>('eth_getBlockByHash', hash, false)
    if (block === null) {
      this.#violations.tell('I2', node.index, `${hash} is final and not there`)
      return
    }
    this.#finals.set(hash, { number: block.number, hash, nodes: new Set([node.index]) })
  }

  /** I1 and I2, on the canonical chain up to what this node holds final. */
  async #compare(node: OutsideNode): Promise<void> {
    const { index } = node
    const tag = await node.rpc<BlockAnswer>('eth_getBlockByNumber', 'finalized', false)
    const news = `${tag.hash} ${this.#finals.size}`
    if (this.#compared.get(index) === news) return
    this.#compared.set(index, news)
    for (const final of this.#finals.values()) {
      if (Number(final.number) > Number(tag.number)) continue
      const ours = await node.rpc<BlockAnswer | null>('eth_getBlockByNumber', final.number, false)
      if (ours?.hash !== final.hash) differ(this.#violations.tell, index, final, ours)
    }
  }
}

function differ(tell: Tell, index: number, final: Final, ours: BlockAnswer | null): void {
  const block = `block ${Number(final.number)}`
  const here = ours?.hash.slice(0, 10) ?? 'missing'
  const there = final.hash.slice(0, 10)
  if (final.nodes.has(index)) tell('I2', index, `${block} is ${here}, and ${there} was final`)
  const others = [...final.nodes].filter((node) => node !== index).join(', ')
  if (others === '') return
  tell('I1', index, `${block} is ${here} here, ${there} is final on node ${others}`)
}
