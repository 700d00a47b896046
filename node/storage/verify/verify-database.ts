/**
 * Reads a whole database and says what is wrong with it: `hanzo db verify`.
 *
 * Every record alone, its links to others, the indices, and the state of the head in both forms.
 * Changes nothing, and goes on after a problem. Spec: docs/spec/storage.md, "Verification".
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../../../consensus/types.ts'
import { expectHeader } from '../boot/block-check.ts'
import { readPointer } from '../codec/pointer-record.ts'
import { CorruptionError, missingRecord, tableOf, unlessDamaged } from '../codec/record.ts'
import type { KeyValueReader } from '../database.ts'
import { metaKey, type TableName } from '../keys.ts'
import { RecordChecks } from './record-checks.ts'
import { checkState } from './state-check.ts'

export type Problem = {
  readonly code: 'RECORD_DAMAGED' | 'RECORD_MISSING' | 'UNKNOWN_TABLE'
  readonly table: TableName | 'unknown'
  /** Without the table's prefix byte; empty when the table as a whole is not right. */
  readonly key: Hex
}

export type VerifyProgress = {
  readonly table: TableName | 'unknown' | 'state'
  /** Since the beginning, over all tables. */
  readonly records: number
  readonly bytes: number
}

export type VerifyReport = {
  readonly records: number
  readonly bytes: number
  /** The first of them, see {@link PROBLEMS_MAX}. */
  readonly problems: readonly Problem[]
  readonly problemCount: number
  /** The sum of all balances at the head, in wei; undefined when the state can't be read. */
  readonly balancesWei: bigint | undefined
}

/** Problems that are told one by one; a broken disk has millions, and they are only counted. */
export const PROBLEMS_MAX = 1_000
/** Records between two reports of progress. */
const PROGRESS_EVERY_COUNT = 4_096
/** Beyond every table: no key begins with it. */
const LAST_PREFIX = 0xff

export type VerifyOptions = {
  readonly onProgress?: (progress: VerifyProgress) => void
  /** Stops between two records; the report tells of what was read until then. */
  readonly signal?: AbortSignal
}

export async function verifyDatabase(
  store: KeyValueReader,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const run = new Verification(store, options)
  await run.tables()
  await run.state()
  return run.report()
}

class Verification {
  readonly #store: KeyValueReader
  readonly #options: VerifyOptions
  readonly #problems: Problem[] = []
  #problemCount = 0
  #records = 0
  #bytes = 0
  #balancesWei: bigint | undefined

  constructor(store: KeyValueReader, options: VerifyOptions) {
    this.#store = store
    this.#options = options
  }

  report(): VerifyReport {
    const problems = this.#problems
    return {
      records: this.#records,
      bytes: this.#bytes,
      problems,
      problemCount: this.#problemCount,
      balancesWei: this.#balancesWei,
    }
  }

  async tables(): Promise<void> {
    const head = await unlessDamaged(readPointer(this.#store, 'head'))
    const genesis = { number: 0n, hash: ZERO_HASH }
    const checks = new RecordChecks(this.#store, head ?? genesis)
    const everything = { gte: new Uint8Array(0), lt: Uint8Array.of(LAST_PREFIX) }
    for await (const [recordKey, record] of this.#store.entries(everything)) {
      if (this.#options.signal?.aborted) return
      const table = tableOf(recordKey)
      if (table === undefined) this.#add({ code: 'UNKNOWN_TABLE', ...nameOf(recordKey) })
      else await this.#attempt(() => checks.byTable[table](recordKey, record))
      this.#records += 1
      this.#bytes += recordKey.length + record.length
      if (this.#records % PROGRESS_EVERY_COUNT === 0) this.#progress(table ?? 'unknown')
    }
    if (head === undefined)
      await this.#attempt(() => Promise.reject(missingRecord(metaKey('head'))))
    else await this.#attempt(async () => checks.finish())
  }

  async state(): Promise<void> {
    const head = await unlessDamaged(readPointer(this.#store, 'head'))
    if (head === undefined || this.#options.signal?.aborted) return
    await this.#attempt(async () => {
      const { stateRoot } = await expectHeader(this.#store, head.hash)
      const onStep = () => this.#progress('state')
      this.#balancesWei = await checkState(this.#store, hexToBytes(stateRoot), onStep)
    })
  }

  async #attempt(check: () => Promise<void>): Promise<void> {
    try {
      await check()
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error
      this.#add(error.type)
    }
  }

  #add(problem: Problem): void {
    this.#problemCount += 1
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(problem)
  }

  #progress(table: VerifyProgress['table']): void {
    this.#options.onProgress?.({ table, records: this.#records, bytes: this.#bytes })
  }
}

const ZERO_HASH: Hex = `0x${'00'.repeat(32)}`

function nameOf(recordKey: Uint8Array): Pick<Problem, 'table' | 'key'> {
  return { table: tableOf(recordKey) ?? 'unknown', key: bytesToHex(recordKey.subarray(1)) }
}
