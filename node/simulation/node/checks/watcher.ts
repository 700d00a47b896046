/**
 * Watches every node of a cluster from above: what they finalize and sign as it happens, and when
 * asked, each node by itself. What it finds it keeps.
 *
 * Spec: docs/simulator.md, "Invariants".
 */
import { hexToBytes } from '../../../../consensus/codec/hex.ts'
import type { Evidence, SignedVote } from '../../../../consensus/finality/types.ts'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { addressOfKey } from '../../../../genesis/validator-keys.ts'
import { CorruptionError } from '../../../storage/codec/record.ts'
import type { Coverage } from '../../engine/coverage.ts'
import type { Cluster, ClusterObserver } from '../cluster.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import { CertificateChecks } from './certificate-checks.ts'
import { FinalityLedger } from './finality-ledger.ts'
import { checkNode } from './node-checks.ts'
import { TransactionLedger } from './transaction-ledger.ts'
import { type Violation, Violations } from './violation.ts'

/** What a handler may throw without being wrong: the disk or the queue takes nothing now. */
const TRANSIENT = new Set(['CLOSED', 'FULL', 'NOT_WRITABLE', 'WRITE_FAILED'])
/** What a handler may throw on a disk that is damaged. */
const DAMAGE = new Set(['RECORD_DAMAGED', 'RECORD_MISSING'])
const HANDLER_FAILED = new Set(['A gossip handler failed', 'Request handler failed'])
const REPAIRS = 'The database is damaged'
/** A reorg that is worth counting. */
const DEEP_REORG_BLOCKS = 10

export class Watcher implements ClusterObserver {
  readonly #violations: Violations
  readonly #ledger: FinalityLedger
  readonly #transactions = new TransactionLedger()
  readonly #certificates = new CertificateChecks()
  /** By node: the highest block that its JSON-RPC has called final. */
  readonly #tagged = new Map<number, bigint>()
  readonly #coverage: Coverage | undefined
  /** Nodes that lied once: nothing is asked of them any more. */
  readonly #liars = new Set<number>()
  /** Honest nodes whose software is wrong: what they say of blocks counts for nothing. */
  readonly #wrong = new Set<number>()
  /** Whose blocks are whose. */
  readonly #sealers = new Map<Address, number>()
  /** Whose votes are whose: of one node, or of several that were given the same key. */
  readonly #voters = new Map<Address, Set<number>>()
  /** Keys with which two nodes contradicted each other: slashable, though nobody lied. */
  readonly #contradicted = new Set<Address>()
  /** Who must not vote, as it hears another node do it with the same key. */
  readonly #silent = new Set<number>()
  /** Nodes whose disk may give back something else than was written. */
  readonly damaged = new Set<number>()
  /** A reader of such a node has met it. */
  onDamageFound: (node: number) => void = () => undefined

  /** With `mayConflict`, two finalities are no violation of their own: see {@link conflicts}. */
  constructor(nowMs: () => number, coverage?: Coverage, mayConflict = false) {
    this.#violations = new Violations(nowMs)
    const isHonestKey = (key: Address): boolean => {
      const nodes = [...(this.#voters.get(key) ?? [])]
      if (nodes.length === 0 || this.#contradicted.has(key)) return false
      return nodes.every((node) => this.isTrusted(node))
    }
    this.#ledger = new FinalityLedger(this.#violations.tell, {
      ...{ mayConflict, isHonestKey },
      isShared: (key) => (this.#voters.get(key)?.size ?? 0) > 1,
      onContradicted: (key) => this.#contradicted.add(key),
    })
    this.#coverage = coverage
  }

  /** Epochs that two honest nodes have finalized differently. */
  get conflicts(): number {
    return this.#ledger.conflicts
  }

  /** Keys with which two nodes have signed what one may not. */
  get contradicted(): number {
    return this.#contradicted.size
  }

  get violations(): readonly Violation[] {
    return this.#violations.all
  }

  distrust(node: number): void {
    this.#liars.add(node)
  }

  /** It may take a good block for a bad one, and ring the alarm of a majority that does not. */
  excuse(node: number): void {
    this.#wrong.add(node)
  }

  /** It starts where it hears another node vote with its key, without a fault between them. */
  mustStaySilent(node: number): void {
    this.#silent.add(node)
  }

  isTrusted(node: number): boolean {
    return !this.#liars.has(node)
  }

  /** What was on the disk is no more: what it says next is no step back. */
  onDiskLost(node: number): void {
    this.#forget(node)
  }

  /** By key: evidence that this node took since it lost its disk. */
  accusedBy(node: number): ReadonlyMap<Address, Evidence> {
    return this.#ledger.accusedBy(node)
  }

  onStart(each: SimulatedNode): void {
    const { index, node } = each
    const { coinbase, votingKey } = each.parts
    const { chain } = node
    this.#transactions.onStart(index)
    this.#sealers.set(coinbase, index)
    if (votingKey !== undefined) this.#noteVoter(addressOfKey(hexToBytes(votingKey)), index)
    if (this.isTrusted(index)) this.#ledger.onHead(index, chain.finality)
    chain.events.on('refused', (block, _, outcome) => {
      if (outcome.kind !== 'invalid' || outcome.condemns !== 'header') return
      const sealer = this.#sealers.get(block.header.coinbase)
      this.#coverage?.hit('block found invalid')
      if (sealer === undefined || !this.isTrusted(sealer) || !this.isTrusted(index)) return
      if (this.#wrong.has(index)) return
      const { number } = block.header
      this.#violations.tell('I6', index, `block ${number} of node ${sealer}: ${outcome.code}`)
    })
    chain.events.on('finality', (effects) => {
      if (!this.isTrusted(index)) return
      for (const effect of effects) {
        this.#coverage?.hit(`finality: ${effect.kind}`)
        if (effect.kind === 'safety-fault' && this.#wrong.has(index)) continue
        this.#ledger.onEffect(index, effect, chain.finality)
        if (effect.kind === 'publish-vote') this.#onPublished(each, effect.signed)
        if (effect.kind !== 'certified') continue
        this.#certificates.onCertified(index, effect.certificate)
      }
    })
    chain.events.on('head', ({ removed }) => {
      if (removed.length > 0) this.#coverage?.hit('reorg')
      if (removed.length > DEEP_REORG_BLOCKS) this.#coverage?.hit('reorg above 10 blocks')
      if (!this.isTrusted(index)) return
      this.#ledger.onHead(index, chain.finality)
      if (removed.length > 0) void this.#transactions.onReorg(index, node, removed)
    })
  }

  #noteVoter(key: Address, node: number): void {
    this.#voters.set(key, (this.#voters.get(key) ?? new Set()).add(node))
  }

  /** I4: what a power cut could make it forget is never sent. */
  #onPublished({ index, disk }: SimulatedNode, { vote }: SignedVote): void {
    const { sourceEpoch, targetEpoch, targetHash } = vote
    if (this.#silent.has(index)) {
      this.#violations.tell('I4', index, `a vote for epoch ${targetEpoch} beside its double`)
    }
    if (disk.files.keeps(`${sourceEpoch} ${targetEpoch} ${targetHash}`)) return
    this.#violations.tell('I4', index, `the vote for epoch ${targetEpoch} is not on disk`)
  }

  /** I7: a handler that fails has a bug, unless the disk or the queue is the cause. */
  onLog(node: number, line: Readonly<Record<string, unknown>>): void {
    const { msg, err } = line
    const { message, code } = (err ?? {}) as { message?: string; code?: string }
    if (String(msg).startsWith(REPAIRS)) this.#onRepair(node)
    if (DAMAGE.has(code ?? '') && this.damaged.has(node)) {
      this.onDamageFound(node)
      return
    }
    if (!HANDLER_FAILED.has(String(msg)) || !this.isTrusted(node)) return
    if (TRANSIENT.has(code ?? '')) return
    this.#violations.tell('I7', node, `a handler failed: ${message}`)
  }

  /** F16: finality goes back to what certificates prove of the good part. */
  #onRepair(node: number): void {
    this.#coverage?.hit('damage repaired')
    if (this.damaged.has(node)) this.#forget(node)
    else this.#violations.tell('I7', node, 'a disk that lost nothing but its end was repaired')
  }

  #forget(node: number): void {
    this.#ledger.forget(node)
    this.#certificates.forget(node)
    this.#tagged.delete(node)
  }

  /** Looks at everything, between two events. */
  async inspect(cluster: Cluster): Promise<void> {
    const nodes = cluster.nodes.filter(({ index, isUp }) => isUp && this.isTrusted(index))
    const unproven = cluster.nodes.flatMap((node) => [...node.unproven])
    for (const node of nodes) {
      if (!node.node.chain.isWritable) continue
      try {
        await this.#inspectNode(node, unproven)
      } catch (error) {
        if (!(error instanceof CorruptionError) || !this.damaged.has(node.index)) throw error
        this.onDamageFound(node.index)
      }
    }
    await this.#compareFinality(nodes.filter(({ index }) => !this.damaged.has(index)))
  }

  /** I1: what is final on one is on the chain of whoever has as much final. */
  async #compareFinality(nodes: readonly SimulatedNode[]): Promise<void> {
    const finalOf = ({ node }: SimulatedNode) => node.chain.tree.finalized
    const lowestFirst = nodes.toSorted((a, b) => Number(finalOf(a).number - finalOf(b).number))
    for (const [place, lower] of lowestFirst.entries()) {
      const higher = lowestFirst[place + 1]
      if (higher === undefined) return
      const hash = await higher.node.chain.blocks.canonicalHash(finalOf(lower).number)
      const { finalized } = lower.node.chain.finality
      this.#ledger.compare(higher.index, higher.node.chain.finality, lower.index, finalized, hash)
    }
  }

  async #inspectNode(
    { index, node, disk }: SimulatedNode,
    unproven: readonly Hash[],
  ): Promise<void> {
    const { tell } = this.#violations
    const { tree } = node.chain
    // What is final in memory is on disk, and told to others, when its batch is.
    const { isWriting } = disk.faults
    for (const [invariant, message] of await checkNode(node, disk)) {
      if (invariant === 'I12' && isWriting) continue
      tell(invariant, index, message)
    }
    for (const [invariant, message] of await this.#certificates.inspect(index, node.chain)) {
      tell(invariant, index, message)
    }
    if (unproven.some((hash) => tree.get(hash) !== undefined)) {
      tell('I5', index, 'a header that nobody has worked for has weight')
    }
    const tagged = await node.api.chain.resolve({ tag: 'finalized' })
    if (!isWriting && tagged?.hash !== tree.finalized.hash) {
      tell('I17', index, 'the tag `finalized` is not what is final')
    }
    const before = this.#tagged.get(index) ?? 0n
    const now = tagged?.header.number ?? 0n
    if (now < before) tell('I17', index, `the tag \`finalized\` went from ${before} to ${now}`)
    this.#tagged.set(index, now)
    await this.#transactions.inspect(index, node, tell)
  }
}
