/**
 * Blocks that have a term of every group: the list of one group is walked, and the others are
 * asked for each of its blocks. The group that is walked is the one that seems shortest, so a rare
 * topic of a busy contract costs what the topic is rare.
 *
 * Spec: docs/spec/storage.md, "Log index".
 */
import { assert } from '../../../consensus/errors.ts'
import { openRecord } from '../codec/record.ts'
import type { KeyValueReader } from '../database.ts'
import { frequencyOf, type LogTerm, numberOfPosting, postingKey } from './log-terms.ts'

/** Postings read of a group to find the shortest, and then of that one at a time. */
const FIRST_RUN_POSTINGS = 64
const RUN_POSTINGS = 512
/** Of each alternative, where a group has many. */
const RUN_POSTINGS_MIN = 8
/** A group of more alternatives is not asked: the block's bloom is, which is as quick. */
const PROBED_TERMS_MAX = 32
/** Blocks after which a group that every one of them had is not asked any more. */
const PROBES_TRIED = 8

export type BlockRange = { readonly from: bigint; readonly to: bigint }

/** Ascending, in runs; may name a block that has no such log. Throws `CorruptionError`. */
export async function* searchPostings(
  store: KeyValueReader,
  groups: readonly (readonly LogTerm[])[],
  range: BlockRange,
): AsyncIterable<readonly bigint[]> {
  const { walk, run: first, others } = await shortestWalk(store, groups, range)
  const probes = others
    .filter((terms) => terms.length <= PROBED_TERMS_MAX)
    .map((terms) => new Probe(store, terms))
  for (let run = first; run.length > 0; run = await walk.next(RUN_POSTINGS)) {
    const held: bigint[] = []
    for (const number of run) if (await hasAll(probes, number)) held.push(number)
    yield held
  }
}

type Shortest = {
  readonly walk: Walk
  /** Its first blocks. */
  readonly run: readonly bigint[]
  readonly others: readonly (readonly LogTerm[])[]
}

/** Likely the rarest first: one that ends in its first run is short enough. */
async function shortestWalk(
  store: KeyValueReader,
  groups: readonly (readonly LogTerm[])[],
  range: BlockRange,
): Promise<Shortest> {
  let shortest: Shortest | undefined
  let lengthMin = Infinity
  for (const terms of groups.toSorted((a, b) => frequencyOf(a[0]) - frequencyOf(b[0]))) {
    const walk = new Walk(store, terms, range)
    const run = await walk.next(FIRST_RUN_POSTINGS)
    const length = walk.lengthFrom(run, range)
    if (length < lengthMin) {
      shortest = { walk, run, others: groups.filter((other) => other !== terms) }
      lengthMin = length
    }
    if (walk.isDone) break
  }
  assert(shortest !== undefined, 'a search has a group')
  return shortest
}

async function hasAll(probes: readonly Probe[], number: bigint): Promise<boolean> {
  for (const probe of probes) {
    if (probe.isTelling && !(await probe.has(number))) return false
  }
  return true
}

/** Asks for single blocks of a group. */
class Probe {
  readonly #store: KeyValueReader
  readonly #terms: readonly LogTerm[]
  #asked = 0
  #held = 0

  constructor(store: KeyValueReader, terms: readonly LogTerm[]) {
    this.#store = store
    this.#terms = terms
  }

  /** Where all blocks have held a term so far, asking on is for nothing. */
  get isTelling(): boolean {
    return this.#asked < PROBES_TRIED || this.#held < this.#asked
  }

  async has(number: bigint): Promise<boolean> {
    this.#asked += 1
    for (const term of this.#terms) {
      const posting = postingKey(term, number)
      const record = await this.#store.get(posting)
      if (record === undefined) continue
      openRecord(posting, record)
      this.#held += 1
      return true
    }
    return false
  }
}

/** What was read of one term's list and not handed on yet. */
type List = { readonly term: LogTerm; numbers: bigint[]; next: bigint; isRead: boolean }

/** The blocks of a group: the lists of its terms, merged. */
class Walk {
  readonly #store: KeyValueReader
  readonly #lists: readonly List[]
  readonly #to: bigint

  constructor(store: KeyValueReader, terms: readonly LogTerm[], { from, to }: BlockRange) {
    this.#store = store
    this.#to = to
    this.#lists = terms.map((term) => ({ term, numbers: [], next: from, isRead: false }))
  }

  /** The next blocks, ascending, each once, about so many; empty at the end. */
  async next(count: number): Promise<readonly bigint[]> {
    const limit = Math.max(RUN_POSTINGS_MIN, Math.ceil(count / this.#lists.length))
    const wanting = this.#lists.filter(({ numbers, isRead }) => numbers.length === 0 && !isRead)
    await Promise.all(wanting.map((list) => this.#read(list, limit)))
    // Beyond the last number read of a list, that list may have more: so far all are complete.
    const ends = this.#lists.flatMap(({ numbers, isRead }) => (isRead ? [] : numbers.slice(-1)))
    const end = ends.reduce((least, number) => (number < least ? number : least), this.#to)
    const run = this.#lists.flatMap((list) => take(list, end))
    return this.#lists.length === 1 ? run : [...new Set(run)].sort(compare)
  }

  get isDone(): boolean {
    return this.#lists.every(({ isRead, numbers }) => isRead && numbers.length === 0)
  }

  /** How many blocks the walk may name in all, after its first run. */
  lengthFrom(run: readonly bigint[], { from, to }: BlockRange): number {
    const last = run.at(-1)
    if (this.isDone || last === undefined) return run.length
    return (run.length * Number(to - from + 1n)) / Number(last - from + 1n)
  }

  async #read(list: List, limit: number): Promise<void> {
    const range = {
      gte: postingKey(list.term, list.next),
      lt: postingKey(list.term, this.#to + 1n),
    }
    for await (const [posting, record] of this.#store.entries({ ...range, limit })) {
      openRecord(posting, record)
      list.numbers.push(numberOfPosting(posting))
    }
    list.isRead = list.numbers.length < limit
    list.next = (list.numbers.at(-1) ?? this.#to) + 1n
  }
}

/** Takes what is not above `end` off a list. */
function take(list: List, end: bigint): readonly bigint[] {
  const above = list.numbers.findIndex((number) => number > end)
  const taken = above === -1 ? list.numbers : list.numbers.slice(0, above)
  list.numbers = above === -1 ? [] : list.numbers.slice(above)
  return taken
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
