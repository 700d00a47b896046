/**
 * Blocks whose parent we lack, kept while the parent is fetched. Nothing in here is verified, so
 * everything is bounded: count, bytes, age, and the share that one peer can hold.
 *
 * Spec: docs/spec/network.md, "Orphans".
 */
import type { Hash } from '../../consensus/types.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'

export const ORPHAN_COUNT_MAX = 64
export const ORPHAN_BYTES_MAX = 16 * 1024 * 1024
export const ORPHAN_AGE_MS_MAX = 5 * 60_000
/** One peer's flood evicts its own orphans first: it can't push out those of others. */
export const ORPHANS_PER_PEER_MAX = 32

export type Orphan = {
  readonly block: SealedBlock
  readonly peerId: string
  readonly arrivedMs: number
}

export class OrphanPool {
  /** By block hash, in order of arrival. */
  readonly #orphans = new Map<Hash, Orphan>()
  #bytes = 0

  get count(): number {
    return this.#orphans.size
  }

  get bytes(): number {
    return this.#bytes
  }

  has(hash: Hash): boolean {
    return this.#orphans.has(hash)
  }

  get(hash: Hash): Orphan | undefined {
    return this.#orphans.get(hash)
  }

  /** Adds an orphan, evicting the oldest (of the same peer first); the first copy is kept. */
  add(orphan: Orphan): void {
    this.expire(orphan.arrivedMs)
    if (this.#orphans.has(orphan.block.hash) || orphan.block.bytes > ORPHAN_BYTES_MAX) return
    if (this.#countOf(orphan.peerId) >= ORPHANS_PER_PEER_MAX) this.#evictOldest(orphan.peerId)
    this.#orphans.set(orphan.block.hash, orphan)
    this.#bytes += orphan.block.bytes
    while (this.#orphans.size > ORPHAN_COUNT_MAX || this.#bytes > ORPHAN_BYTES_MAX) {
      this.#evictOldest(this.#greediestPeer())
    }
  }

  /** Removes and returns the orphans whose parent is `hash`, in order of arrival. */
  takeChildren(hash: Hash): readonly Orphan[] {
    const children = [...this.#orphans.values()].filter(
      (orphan) => orphan.block.header.parentHash === hash,
    )
    for (const child of children) this.#remove(child.block.hash)
    return children
  }

  /** Drops a block and everything that descends from it: its parent proved to be invalid. */
  dropSubtree(hash: Hash): void {
    this.#remove(hash)
    for (const child of this.takeChildren(hash)) this.dropSubtree(child.block.hash)
  }

  /** The oldest ancestor of `hash` in here: the block whose parent has to be fetched. */
  rootOf(hash: Hash): Orphan | undefined {
    let root = this.#orphans.get(hash)
    for (let parent = root; parent !== undefined; ) {
      root = parent
      parent = this.#orphans.get(parent.block.header.parentHash)
    }
    return root
  }

  expire(nowMs: number): void {
    for (const [hash, orphan] of this.#orphans) {
      if (nowMs - orphan.arrivedMs > ORPHAN_AGE_MS_MAX) this.#remove(hash)
    }
  }

  #remove(hash: Hash): void {
    const orphan = this.#orphans.get(hash)
    if (orphan === undefined) return
    this.#orphans.delete(hash)
    this.#bytes -= orphan.block.bytes
  }

  #evictOldest(peerId: string | undefined): void {
    for (const [hash, orphan] of this.#orphans) {
      if (orphan.peerId !== peerId) continue
      this.#remove(hash)
      return
    }
  }

  #countOf(peerId: string): number {
    let count = 0
    for (const orphan of this.#orphans.values()) if (orphan.peerId === peerId) count += 1
    return count
  }

  /** The peer with the most bytes in here; of equals the one that came first. */
  #greediestPeer(): string | undefined {
    const held = new Map<string, number>()
    for (const { peerId, block } of this.#orphans.values()) {
      held.set(peerId, (held.get(peerId) ?? 0) + block.bytes)
    }
    let greediest: string | undefined
    let most = 0
    for (const [peerId, bytes] of held) {
      if (bytes > most) [greediest, most] = [peerId, bytes]
    }
    return greediest
  }
}
