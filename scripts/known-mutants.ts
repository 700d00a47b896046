/**
 * Mistakes that the simulator must find when they are put back: what stands where, and what stood
 * there instead.
 *
 * Spec: docs/simulator.md, "Mutants".
 */

export type Mutant = {
  readonly name: string
  /** From the top of the tree. */
  readonly file: string
  /** Stands there once. */
  readonly from: string
  readonly to: string
  readonly tier: 0 | 1
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'fork choice by work alone, above what is final',
    file: 'consensus/tree/block-tree.ts',
    from: 'return this.#graph.get(this.#justified.hash) ?? this.#graph.root',
    to: 'return this.#graph.get(this.#finalized.hash) ?? this.#graph.root',
    tier: 0,
  },
  {
    name: 'a quorum of two thirds exactly',
    file: 'consensus/finality/votes/validator-weights.ts',
    from: 'return 3n * weight > 2n * total',
    to: 'return 3n * weight >= 2n * total',
    tier: 0,
  },
  {
    name: 'a quorum of more than a half, whole nodes',
    file: 'consensus/finality/votes/validator-weights.ts',
    from: 'return 3n * weight > 2n * total',
    to: 'return 2n * weight > total',
    tier: 1,
  },
  {
    name: 'a quorum of the set after the source alone, whole nodes',
    file: 'consensus/finality/votes/validator-weights.ts',
    from: 'return views.every(',
    to: 'return views.slice(0, 1).every(',
    tier: 1,
  },
  {
    name: 'no finality_by_epoch',
    file: 'node/simulation/model/model-chain.ts',
    from: 'const stored = this.#storedCertificates()',
    to: 'const stored: readonly Certificate[] = []',
    tier: 0,
  },
  {
    name: 'votes sent before they are written',
    file: 'node/simulation/model/vote-record.ts',
    from: 'this.#log.write(vote, true)',
    to: 'this.#clock.setTimer(5_000, () => this.#log.write(vote, true))',
    tier: 0,
  },
  {
    name: 'evidence of any age is kept',
    file: 'consensus/finality/take-evidence.ts',
    from: 'if (!isPunishable(evidence, epoch, delay)) return false',
    to: '',
    tier: 0,
  },
  {
    name: 'no finality_by_epoch, whole nodes',
    file: 'node/sync/certified/certificate-sync.ts',
    from: 'if (this.#asking.has(peerId)) return',
    to: 'if (peerId !== undefined) return',
    tier: 1,
  },
  {
    name: 'votes sent before they are written, whole nodes',
    file: 'node/finality/finality-driver.ts',
    from: 'await signer.protection.write(vote)',
    to: 'signer.protection.write(vote).catch(() => undefined)',
    tier: 1,
  },
  {
    name: 'votes that are written and not synced, whole nodes',
    file: 'node/finality/protection.ts',
    from: '{ sync: true }',
    to: '{ sync: false }',
    tier: 1,
  },
  {
    name: 'surround votes that nobody notices',
    file: 'consensus/finality/votes/slashing-rule.ts',
    from: "return surrounds(a, b) || surrounds(b, a) ? 'surround-vote' : undefined",
    to: 'return undefined',
    tier: 0,
  },
  {
    name: 'BLOCKHASH of the canonical chain',
    file: 'node/chain/branch.ts',
    from: 'if (number < tree.root.number) return',
    to: 'if (number >= 0n) return',
    tier: 1,
  },
  {
    name: 'no heed of the votes that peers remember',
    file: 'node/finality/hearing/recall.ts',
    from: 'this.#newest = vote',
    to: 'this.#newest = undefined',
    tier: 1,
  },
  {
    name: 'work of headers without a proof',
    file: 'node/chain/header/check-header.ts',
    from: '?? this.#proofFault(sealed, context)',
    to: '',
    tier: 1,
  },
  {
    name: 'a pool that forgets what a reorg took off the chain',
    file: 'node/mempool/head/head-news.ts',
    from: 'orphans: change.isRewind === true ? [] : removed,',
    to: 'orphans: [],',
    tier: 1,
  },
]
