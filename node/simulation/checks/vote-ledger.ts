/** Every vote ever signed, by whom: who has lied can be said from this alone. */
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import type { Address } from '../../../consensus/types.ts'

export type Offence = { readonly invariant: 'I4' | 'I11'; readonly message: string }

export class VoteLedger {
  readonly #votes = new Map<Address, FinalityVote[]>()
  readonly #slashable = new Set<Address>()

  /** The highest target that anybody honest signed. */
  highestHonestTarget = 0n

  /** What the vote is an offence with; undefined if an honest validator may have signed it. */
  add(key: Address, vote: FinalityVote): Offence | undefined {
    const held = this.#votes.get(key) ?? []
    this.#votes.set(key, held)
    let offence: Offence | undefined
    for (const other of held) {
      if (isSame(other, vote)) return undefined
      offence ??= conflictOf(other, vote)
    }
    held.push(vote)
    if (offence !== undefined) this.#slashable.add(key)
    return offence
  }

  /** Keys of which two votes contradict each other. */
  slashable(): ReadonlySet<Address> {
    return this.#slashable
  }
}

function isSame(a: FinalityVote, b: FinalityVote): boolean {
  return (
    a.targetEpoch === b.targetEpoch &&
    a.targetHash === b.targetHash &&
    a.sourceEpoch === b.sourceEpoch &&
    a.sourceHash === b.sourceHash &&
    a.outputRoot === b.outputRoot
  )
}

/** Written anew on purpose: a checker does not share the rule that it checks. */
export function conflictOf(a: FinalityVote, b: FinalityVote): Offence | undefined {
  if (isSame(a, b)) return undefined
  if (a.targetEpoch === b.targetEpoch) {
    return { invariant: 'I11', message: `two votes for epoch ${a.targetEpoch}` }
  }
  const [outer, inner] = a.targetEpoch > b.targetEpoch ? [a, b] : [b, a]
  if (outer.sourceEpoch >= inner.sourceEpoch) return undefined
  const message = `${outer.sourceEpoch} -> ${outer.targetEpoch} surrounds another vote`
  return { invariant: 'I4', message }
}
