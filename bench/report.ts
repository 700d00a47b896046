/** Rows of a benchmark, and where they are kept with the machine they were measured on. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'

export type BenchRow = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly note?: string
}

export type Report = (row: BenchRow) => void

export type Bench = {
  readonly name: string
  /** What it measures, for the list. */
  readonly about: string
  readonly run: (report: Report) => Promise<void>
}

export function describeMachine(): Record<string, unknown> {
  const processors = cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
  }
}

export function printRow(row: BenchRow): void {
  const value = row.value >= 100 ? row.value.toFixed(0) : row.value.toPrecision(3)
  const note = row.note === undefined ? '' : `   (${row.note})`
  console.log(`${row.name.padEnd(58)} ${value.padStart(10)} ${row.unit}${note}`)
}

/** Writes `bench/results/<name>.json`: the newest figures of one benchmark on one machine. */
export function saveRows(root: string, name: string, rows: readonly BenchRow[]): string {
  const directory = join(root, 'bench/results')
  mkdirSync(directory, { recursive: true })
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const record = {
    bench: name,
    date: new Date().toISOString().slice(0, 10),
    version,
    commit: commit.trim(),
    machine: describeMachine(),
    rows,
  }
  const path = join(directory, `${name}.json`)
  writeFileSync(path, `${JSON.stringify(record, undefined, 2)}\n`)
  return path
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
