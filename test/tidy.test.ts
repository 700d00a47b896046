/** Style as a test: the directions of imports, sizes, headers, names and words of the house. */
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  listFiles,
  ROOT,
  readSource,
  resolveImport,
  SOURCE_FOLDERS,
  type SourceFile,
} from './support/source-tree.ts'

/** Folder -> our folders it may import. `gpu/reference` is the pure part of `gpu`. */
const ALLOWED: Record<string, readonly string[]> = {
  'node/cli': ['node', 'consensus', 'p2p', 'rpc', 'genesis', 'gpu'],
  'node/devnet': ['node', 'consensus', 'p2p', 'rpc', 'genesis', 'gpu'],
  rpc: ['rpc', 'node', 'consensus', 'genesis'],
  node: ['node', 'consensus', 'p2p', 'gpu', 'genesis'],
  consensus: ['consensus', 'gpu/reference', 'genesis'],
  p2p: ['p2p'],
  gpu: ['gpu'],
  genesis: ['genesis'],
}

/** Consensus takes time, chance and bytes as arguments; it asks for nothing by itself. */
const FORBIDDEN_IN_CONSENSUS =
  /\b(Date\.now|new Date|setTimeout|setInterval|setImmediate|Math\.random|randomBytes|process\.hrtime|performance\.now|console\.|node:fs|node:net|node:http|node:worker_threads|node:child_process|pino)\b/

const FORBIDDEN_NAMES = /^(utils?|helpers?|misc|common|manager|base|core|index)\.ts$/
const LINES_MAX = 500
const LINES_WITHOUT_REASON_MAX = 300
const FILES_PER_FOLDER_MAX = 12
const COLUMNS_MAX = 100

/** One list each, a file an item: a step of the arithmetic, a group of methods, a command. */
const FOLDERS_NAMED_BY_DESIGN: ReadonlySet<string> = new Set([
  'gpu/reference',
  'rpc/eth',
  'node/cli',
])

/** Started by name (a process, a worker) rather than imported. */
const ENTRIES = /(cli\/main|-child|-worker|\/worker|\/child|-thread)\.ts$/

const sources = listFiles([...SOURCE_FOLDERS], ['.ts']).map(readSource)
const tests = listFiles(['test', 'bench', 'scripts'], ['.ts']).map(readSource)

const ownerOf = (path: string): string => {
  for (const folder of Object.keys(ALLOWED)) if (path.startsWith(`${folder}/`)) return folder
  return dirname(path)
}

const offences = (check: (file: SourceFile) => readonly string[], files = sources): string[] =>
  files.flatMap((file) => check(file).map((what) => `${file.path}: ${what}`))

describe('tidy', () => {
  it('imports go one way between the folders', () => {
    const found = offences((file) => {
      const allowed = ALLOWED[ownerOf(file.path)] ?? []
      return file.imports
        .map((specifier) => resolveImport(file.path, specifier))
        .filter((target) => target !== undefined)
        .filter((target) => !allowed.some((folder) => target.startsWith(`${folder}/`)))
        .filter((target) => target !== 'package.json')
        .map((target) => `may not import ${target}`)
    })
    expect(found).toEqual([])
  })

  it('nothing but the commands imports node/cli, and node/devnet only they', () => {
    const found = offences((file) =>
      file.path.startsWith('node/cli/') || file.path.startsWith('node/devnet/')
        ? []
        : file.imports
            .map((specifier) => resolveImport(file.path, specifier))
            .filter((target) => /^node\/(cli|devnet)\//.test(target ?? ''))
            .map((target) => `may not import ${target}`),
    )
    expect(found).toEqual([])
  })

  it('consensus has no clock, timer, chance, file, socket or logger', () => {
    const consensus = sources.filter((file) => file.path.startsWith('consensus/'))
    expect(consensus.length).toBeGreaterThan(0)
    const found = offences(
      (file) => file.lines.filter((line) => FORBIDDEN_IN_CONSENSUS.test(line)),
      consensus,
    )
    expect(found).toEqual([])
  })

  it('files keep to their length, or say why they are long', () => {
    const found = offences((file) => {
      const count = file.lines.length
      if (count > LINES_MAX) return [`${count} lines`]
      if (count <= LINES_WITHOUT_REASON_MAX) return []
      const header = file.text.slice(0, file.text.indexOf('*/'))
      return /long because/i.test(header) ? [] : [`${count} lines, and no "long because" on top`]
    })
    expect(found).toEqual([])
  })

  it('every source file opens with a comment that says what it is for', () => {
    const found = offences((file) =>
      /^(#!.*\n)?\/\*\*/.test(file.text) ? [] : ['has no header comment'],
    )
    expect(found).toEqual([])
  })

  it('comments keep to the width', () => {
    const isComment = (line: string) => /^\s*(\/\/|\*|\/\*)/.test(line) && !/https?:/.test(line)
    const found = offences((file) =>
      file.lines.filter((line) => line.length > COLUMNS_MAX && isComment(line)),
    )
    expect(found).toEqual([])
  })

  it('names say what a file is', () => {
    const found = [...sources, ...tests]
      .map((file) => file.path)
      .filter((path) => {
        const name = basename(path)
        return FORBIDDEN_NAMES.test(name) || !/^[a-z0-9]+([.-][a-z0-9]+)*\.ts$/.test(name)
      })
    expect(found).toEqual([])
  })

  it('a folder holds at most a dozen files of its own', () => {
    const counts = new Map<string, number>()
    for (const { path } of sources) {
      const folder = dirname(path)
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
    const found = [...counts].filter(
      ([folder, count]) => count > FILES_PER_FOLDER_MAX && !FOLDERS_NAMED_BY_DESIGN.has(folder),
    )
    expect(found).toEqual([])
  })

  it('nothing is left to do in the tree', () => {
    const marks = /\b(TODO|FIXME|XXX)\b/
    const others = tests.filter((file) => !file.path.endsWith('tidy.test.ts'))
    const found = offences(
      (file) => file.lines.filter((line) => marks.test(line)),
      [...sources, ...others],
    )
    expect(found).toEqual([])
  })

  it('no test is switched off or left alone', () => {
    const marks = /\b(it|test|describe)\.(only|todo|fails)\b/
    const found = offences(
      (file) => file.lines.filter((line) => marks.test(line)),
      tests.filter((file) => !file.path.endsWith('tidy.test.ts')),
    )
    expect(found).toEqual([])
  })

  it('every source file is used', () => {
    const used = new Set(
      [...sources, ...tests].flatMap((file) =>
        file.imports.map((specifier) => resolveImport(file.path, specifier)),
      ),
    )
    const found = sources
      .map((file) => file.path)
      .filter((path) => !used.has(path) && !ENTRIES.test(path))
    expect(found).toEqual([])
  })

  it('every Markdown file has one title', () => {
    const found = listFiles(['.'], ['.md']).filter((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8').replace(/^```[\s\S]*?^```/gm, '')
      return (text.match(/^# /gm) ?? []).length !== 1
    })
    expect(found).toEqual([])
  })
})
