/**
 * Steps 1 and 2 of the road: is the block known, is its parent, do its header and its proof hold.
 * What passes stands in the tree as verified and has weight; its body may come later.
 *
 * Spec: docs/spec/block.md, "Header alone", "Header with parent"; docs/spec/proof-of-compute.md,
 * "Verifier". Synchronous: nothing can come between a check and its entry in the tree.
 */
import { hexToBytes } from '../../../consensus/codec/hex.ts'
import { HeaderError } from '../../../consensus/header-error.ts'
import {
  type Job,
  type ProofContext,
  type ProofVerdict,
  verifyProofOfCompute,
} from '../../../consensus/proof/proof-of-compute.ts'
import { SyntheticRows } from '../../../consensus/proof/synthetic-rows.ts'
import {
  headerTimeliness,
  verifyHeaderAlone,
  verifyHeaderWithParent,
} from '../../../consensus/rules/header-rules.ts'
import type { BlockNode } from '../../../consensus/tree/block-node.ts'
import type { BlockTree } from '../../../consensus/tree/block-tree.ts'
import type { ChildContext } from '../../../consensus/tree/tree-types.ts'
import type { Hash, Header } from '../../../consensus/types.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import {
  EXCLUDED,
  type Fault,
  KNOWN_INVALID,
  KNOWN_INVALID_BY_EXECUTION,
  ruleFault,
} from '../import/block-fault.ts'
import type { Invalid, Untimely } from '../import/import-outcome.ts'
import type { SealedHeader } from '../sealed-block.ts'
import { InvalidHashes } from './invalid-hashes.ts'

export type HeaderOutcome =
  /** In the tree, now or since before; executed or not. */
  | { readonly kind: 'verified'; readonly node: BlockNode }
  | { readonly kind: 'unknown-parent'; readonly parentHash: Hash }
  | Untimely
  | Invalid

/** Judges a header with its witness; total, as the specification has it. */
export type ProofVerifier = (
  headerRlp: Uint8Array,
  proof: Uint8Array,
  context: ProofContext,
) => ProofVerdict

export class HeaderChecker {
  readonly #verifyProof: ProofVerifier
  readonly #genesis: Genesis
  readonly #genesisHash: Uint8Array
  readonly #tree: BlockTree
  readonly #synthetic: SyntheticRows
  readonly #invalid = new InvalidHashes()
  /** What passed with the proof that it holds: gossip and the import look at the same object. */
  readonly #proved = new WeakSet<SealedHeader>()
  /** Never forgotten: the operator gave them. */
  readonly #excluded: ReadonlySet<Hash>

  constructor(
    genesis: Genesis,
    tree: BlockTree,
    excluded: readonly Hash[] = [],
    verifyProof: ProofVerifier = verifyProofOfCompute,
  ) {
    this.#verifyProof = verifyProof
    this.#genesis = genesis
    this.#genesisHash = hexToBytes(genesis.hash)
    this.#tree = tree
    this.#synthetic = new SyntheticRows(SHAPES[genesis.params.shape])
    this.#excluded = new Set(excluded)
    for (const hash of excluded) tree.markInvalid(hash)
  }

  /** Whether the header is known to be invalid, whatever comes with it. */
  isInvalid(hash: Hash): boolean {
    return this.#knownFault(hash) !== undefined
  }

  /** Whether nothing but our operator's wish is against it, or against what it stands on. */
  isExcluded(hash: Hash): boolean {
    return this.#knownFault(hash) === EXCLUDED
  }

  /** Remembers what the body or execution found of a header, and marks what stands on it. */
  markInvalid(hash: Hash): void {
    this.#invalid.add(hash, KNOWN_INVALID_BY_EXECUTION)
    this.#tree.markInvalid(hash)
  }

  /**
   * Verifies a header and its proof, and enters what passes into the tree. `nowMs` is our clock;
   * without it no header is too early: our own may run ahead on a dev chain.
   */
  check(sealed: SealedHeader, nowMs: number | undefined): HeaderOutcome {
    const { hash, header } = sealed
    // 1: known, or parent missing.
    const before = this.#knownFault(hash)
    if (before !== undefined) return invalid(before)
    const known = this.#tree.get(hash)
    if (known !== undefined) return this.#checkKnown(known, sealed)
    const timeliness = nowMs === undefined ? 'due' : headerTimeliness(header, nowMs)
    if (timeliness !== 'due') return { kind: 'future', isFar: timeliness === 'far-future' }
    const inherited = this.#knownFault(header.parentHash)
    if (inherited !== undefined) {
      this.#invalid.add(hash, inherited)
      return invalid(inherited)
    }
    const context = this.#tree.childContext(header.parentHash)
    if (context === undefined) return this.#outsideTree(header)
    // 2: header and proof rules, cheapest first.
    const fault = this.#headerFault(header, context) ?? this.#proofFault(sealed, context)
    if (fault === undefined) {
      this.#proved.add(sealed)
      return this.#enter(header, hash)
    }
    if (fault.condemns === 'header') this.#invalid.add(hash, KNOWN_INVALID)
    return invalid(fault)
  }

  /** The verdict on any bytes as a child of the context's block. Never throws. */
  verifyProof(
    headerRlp: Uint8Array,
    proof: Uint8Array,
    context: ChildContext | undefined,
  ): ProofVerdict {
    return this.#verifyProof(headerRlp, proof, {
      params: this.#genesis.params,
      parent: context?.parent,
      epochDifficulty: context?.epochDifficulty ?? 0n,
      genesisHash: this.#genesisHash,
      epochSeed: context?.epochSeed ?? this.#genesisHash,
      jobView: noJobs,
      checkJob: true,
      synthetic: this.#synthetic,
    })
  }

  /** What was found before of this very header. What stands in the tree has passed the rules. */
  #knownFault(hash: Hash): Fault | undefined {
    if (this.#excluded.has(hash)) return EXCLUDED
    const fault = this.#invalid.get(hash)
    if (fault !== undefined) return fault
    let node = this.#tree.get(hash)
    if (node?.status !== 'invalid') return undefined
    while (node?.status === 'invalid' && !this.#excluded.has(node.hash)) node = node.parent
    return node?.status === 'invalid' ? EXCLUDED : KNOWN_INVALID_BY_EXECUTION
  }

  /** Any valid witness serves: of a block that is not executed yet, this one may be stored. */
  #checkKnown(node: BlockNode, sealed: SealedHeader): HeaderOutcome {
    if (node.status === 'verified' && !this.#proved.has(sealed)) {
      const fault = this.#proofFault(sealed, this.#tree.childContext(node.parentHash))
      if (fault !== undefined) return invalid(fault)
      this.#proved.add(sealed)
    }
    return { kind: 'verified', node }
  }

  #headerFault(header: Header, context: ChildContext): Fault | undefined {
    const { params } = this.#genesis
    try {
      verifyHeaderAlone(header, params)
      verifyHeaderWithParent(header, context.parent, params, context.epochDifficulty)
      return undefined
    } catch (error) {
      if (error instanceof HeaderError) return ruleFault(error.type.code, 'header')
      throw error
    }
  }

  #proofFault(sealed: SealedHeader, context: ChildContext | undefined): Fault | undefined {
    const verdict = this.verifyProof(sealed.headerRlp, sealed.proof, context)
    return verdict.ok ? undefined : ruleFault(verdict.code, verdict.condemns)
  }

  #enter(header: Header, hash: Hash): HeaderOutcome {
    const inserted = this.#tree.insert(header, hash, true)
    switch (inserted.outcome) {
      case 'inserted':
      case 'known':
        return { kind: 'verified', node: inserted.node }
      case 'invalid-parent':
        return invalid(KNOWN_INVALID_BY_EXECUTION)
      case 'unknown-parent':
        return { kind: 'unknown-parent', parentHash: header.parentHash }
      case 'too-old':
      case 'full':
        return { kind: inserted.outcome }
    }
  }

  #outsideTree({ number, parentHash }: Header): HeaderOutcome {
    if (number <= this.#tree.root.number + 1n) return { kind: 'too-old' }
    return { kind: 'unknown-parent', parentHash }
  }
}

/** There is no job market on chain: no job is claimed, so a block that names one is invalid. */
function noJobs(_jobId: Hash): Job | undefined {
  return undefined
}

function invalid(fault: Fault): Invalid {
  return { kind: 'invalid', ...fault }
}
