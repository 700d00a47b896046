import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type BackendLog,
  type BackendOptions,
  openBackend,
  type ProofBackend,
  type SearchTemplate,
  type WinningTile,
} from '../../../gpu/backend.ts'
import { checkCandidate } from '../../../gpu/engine/search-task.ts'
import { fastestKernels, inspectGpu } from '../../../gpu/inspect.ts'
import { SHAPES, type ShapeName } from '../../../gpu/reference/shape.ts'
import { syntheticMatrix } from '../../../gpu/reference/synthetic.ts'
import { isSwiftShaderSupported, unpackSwiftShader } from '../../../gpu/swiftshader.ts'
import { TEST_CACHE } from './kernel-process.ts'
import { makeOperands } from './operands.ts'

const isLinux = isSwiftShaderSupported()
if (!isLinux) process.stdout.write('Not tested: searches on SwiftShader, which is for linux-x64.\n')

const EPOCH_SEED = new Uint8Array(32).fill(9)
/** Tiles that it takes on average to win at the difficulty of most tests. */
const EASY = 256n
/** No tile wins at this difficulty. */
const HOPELESS = 2n ** 200n

function templateOf(shape: ShapeName, fields: Partial<SearchTemplate> = {}): SearchTemplate {
  return {
    shape,
    genesisHash: new Uint8Array(32).fill(1),
    sealHash: new Uint8Array(32).fill(2),
    difficulty: EASY * BigInt(SHAPES[shape].tileMacs),
    operands: { kind: 0, epochSeed: EPOCH_SEED },
    ...fields,
  }
}

async function open(options: Partial<BackendOptions>): Promise<ProofBackend> {
  const backend = await openBackend({
    mode: 'cpu',
    shape: 'T0',
    cacheDir: TEST_CACHE,
    dutyPercent: 100,
    ...options,
  })
  onTestFinished(() => backend.close())
  return backend
}

function recordLog(): { log: BackendLog; lines: string[] } {
  const lines: string[] = []
  const record = (level: string) => (fields: object, message: string) => {
    lines.push(`${level}: ${message} ${JSON.stringify(fields)}`)
  }
  const [debug, info, warn, error] = ['debug', 'info', 'warn', 'error'].map(record)
  return { log: { debug: debug!, info: info!, warn: warn!, error: error! }, lines }
}

/** What a verifier says of a tile. */
function outcomeOf(template: SearchTemplate, tile: WinningTile | undefined): string {
  if (tile === undefined) return 'nothing found'
  const shape = SHAPES[template.shape]
  const operands =
    template.operands.kind === 1
      ? template.operands
      : {
          a: syntheticMatrix(EPOCH_SEED, 'A', shape.m, shape.k),
          bt: syntheticMatrix(EPOCH_SEED, 'B', shape.n, shape.k),
        }
  const nonce = Buffer.from(tile.nonce).readBigUInt64BE()
  return checkCandidate({ ...template, shape, operands, startNonce: 0n }, nonce, tile).outcome
}

const never = new AbortController().signal
const from = (startNonce: bigint, signal = never) => ({ startNonce, signal })
const hasBegun = (backend: ProofBackend, done = 0n) =>
  vi.waitFor(() => expect(backend.macsDone).toBeGreaterThan(done), { timeout: 30_000, interval: 2 })

/** The WebGPU children of this process. */
function webGpuChildren(): number[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const isOurChild = (pid: string): boolean => {
    try {
      // The parent is the second field after the name in parentheses.
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return Number(parent) === process.pid && command.includes('webgpu-child')
    } catch {
      // It ended while we looked.
      return false
    }
  }
  return processes.filter(isOurChild).map(Number)
}

const engines: readonly (readonly ['cpu' | 'webgpu', ShapeName])[] = isLinux
  ? [
      ['cpu', 'T0'],
      ['webgpu', 'S0'],
    ]
  : [['cpu', 'T0']]

describe.each(engines)('gpu / backend on %s, %s', (mode, shape) => {
  let backend: ProofBackend
  beforeAll(async () => {
    backend = await openBackend({ mode, shape, cacheDir: TEST_CACHE, dutyPercent: 100 })
  })
  afterAll(() => backend.close())

  it('finds a tile that wins, whatever kind the operands are of', async () => {
    const operands = { kind: 1, ...makeOperands(SHAPES[shape], 'random') } as const
    const templates = [
      templateOf(shape),
      templateOf(shape, { operands }),
      templateOf(shape, { operands, sealHash: new Uint8Array(32).fill(5) }),
      templateOf(shape),
    ]
    for (const template of templates) {
      expect(outcomeOf(template, await backend.search(template, from(0n)))).toBe('wins')
    }
    expect(backend.info.backend).toBe(mode)
    expect(backend.info.macsPerSecond).toBeGreaterThan(0)
    expect(backend.macsDone).toBeGreaterThan(0n)
  })

  it('begins at the start nonce and goes on past the last u64', async () => {
    const template = templateOf(shape)
    const start = 2n ** 64n - 2n
    const tile = await backend.search(template, from(start))
    expect(outcomeOf(template, tile)).toBe('wins')
    const distance = BigInt.asUintN(64, Buffer.from(tile!.nonce).readBigUInt64BE() - start)
    expect(distance).toBeLessThan(1000n)
  })

  it('resolves to undefined when aborted, and searches again at once', async () => {
    for (let i = 0; i < 3; i++) {
      const done = backend.macsDone
      const controller = new AbortController()
      const template = templateOf(shape, { difficulty: HOPELESS })
      const search = backend.search(template, from(0n, controller.signal))
      if (i > 0) await hasBegun(backend, done)
      controller.abort()
      expect(await search).toBeUndefined()
    }
    const aborted = AbortSignal.abort()
    expect(await backend.search(templateOf(shape), from(0n, aborted))).toBeUndefined()
    expect(outcomeOf(templateOf(shape), await backend.search(templateOf(shape), from(0n)))).toBe(
      'wins',
    )
  })

  it('closes in the middle of a search, which then finds nothing', async () => {
    const done = backend.macsDone
    const search = backend.search(templateOf(shape, { difficulty: HOPELESS }), from(0n))
    await hasBegun(backend, done)
    await backend.close()
    expect(await search).toBeUndefined()
    await expect(backend.search(templateOf(shape), from(0n))).rejects.toThrow('CLOSED')
  })
})

describe('gpu / backend', () => {
  it('rests in proportion to its duty', async () => {
    const backend = await open({ mode: 'cpu', shape: 'T0', dutyPercent: 5 })
    const controller = new AbortController()
    const startedMs = performance.now()
    const template = templateOf('T0', { difficulty: HOPELESS })
    const search = backend.search(template, from(0n, controller.signal))
    await hasBegun(backend)
    const firstStep = backend.macsDone
    await hasBegun(backend, firstStep)
    // A step searches for 10 ms and rests for 19 times that before the next.
    expect(performance.now() - startedMs).toBeGreaterThan(190)
    controller.abort()
    await search
  })

  it('does not let a rest delay the next search', async () => {
    const backend = await open({ mode: 'cpu', shape: 'S2', dutyPercent: 1 })
    const controller = new AbortController()
    const hopeless = templateOf('S2', { difficulty: HOPELESS })
    const search = backend.search(hopeless, from(0n, controller.signal))
    await hasBegun(backend)
    controller.abort()
    await search
    // The first step encoded two S2 operands: 100 ms at least, hence 10 s of rest.
    const startedMs = performance.now()
    await backend.search(templateOf('S2', { difficulty: 1n }), from(0n))
    expect(performance.now() - startedMs).toBeLessThan(8000)
  })

  it('falls back to the CPU, and says so, where WebGPU cannot be had', async () => {
    // A file in the place of the directory: SwiftShader has nowhere to go.
    const directory = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const cacheDir = join(directory, 'file')
    await writeFile(cacheDir, '')
    const { log, lines } = recordLog()
    const backend = await open({ mode: 'webgpu', cacheDir, log })
    if (backend.info.backend === 'webgpu') {
      process.stdout.write('Not tested: the fallback, because this system has an adapter.\n')
      return
    }
    expect(backend.info).toMatchObject({ backend: 'cpu', isSoftware: true, kernel: 'reference' })
    const warnings = lines.filter((line) => line.startsWith('warn'))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('No WebGPU adapter was found: searching on the CPU instead')
    expect(outcomeOf(templateOf('T0'), await backend.search(templateOf('T0'), from(0n)))).toBe(
      'wins',
    )
  })
})

describe.runIf(isLinux)('gpu / backend and the life of its child', () => {
  const { log, lines } = recordLog()
  let backend: ProofBackend
  beforeAll(async () => {
    const options = { mode: 'auto', shape: 'S0', cacheDir: TEST_CACHE, dutyPercent: 100 } as const
    backend = await openBackend({ ...options, log })
  })
  afterAll(() => backend.close())

  it('tells people that an adapter is software', () => {
    expect(backend.info.backend).toBe('webgpu')
    if (backend.info.isSoftware) expect(backend.info.adapter).toMatch(/software/)
  })

  // Searches whose first winning nonces are 17 and 23.
  it.each([9, 6])('finds the tile that the twin finds, case %i', async (seal) => {
    const sealHash = new Uint8Array(32).fill(seal)
    const template = templateOf('S0', { sealHash, difficulty: 4n * SHAPES.S0.minDifficulty })
    const twin = await open({ mode: 'cpu', shape: 'S0' })
    const expected = await twin.search(template, from(12n))
    expect(await backend.search(template, from(12n))).toEqual(expected)
  })

  it('goes on where it was when its child is killed', async () => {
    // Its first winning nonce is 23.
    const sealHash = new Uint8Array(32).fill(6)
    const template = templateOf('S0', { sealHash, difficulty: 4n * SHAPES.S0.minDifficulty })
    const before = backend.macsDone
    const expected = await backend.search(template, from(0n))
    const between = backend.macsDone

    const search = backend.search(template, from(0n))
    await hasBegun(backend, between)
    const [child] = webGpuChildren()
    process.kill(child!, 'SIGKILL')
    expect(await search).toEqual(expected)
    expect(lines.filter((line) => line.includes('starting another'))).toHaveLength(1)
    expect(webGpuChildren()).not.toContain(child)
    // The nonces before the kill are not searched again.
    const macs = Number(between - before)
    expect(Number(backend.macsDone - between)).toBeLessThan(1.5 * macs)
  })

  it('opens again when its child was killed between searches', async () => {
    const [child] = webGpuChildren()
    process.kill(child!, 'SIGKILL')
    const tile = await backend.search(templateOf('S0'), from(0n))
    expect(outcomeOf(templateOf('S0'), tile)).toBe('wins')
  })

  it('an abort ends the wait for a new child', async () => {
    const done = backend.macsDone
    const controller = new AbortController()
    const hopeless = templateOf('S0', { difficulty: HOPELESS })
    const search = backend.search(hopeless, from(0n, controller.signal))
    await hasBegun(backend, done)
    const [child] = webGpuChildren()
    process.kill(child!, 'SIGKILL')
    controller.abort()
    expect(await search).toBeUndefined()
  })

  it('leaves no child behind', async () => {
    await backend.search(templateOf('S0'), from(0n))
    expect(webGpuChildren()).toHaveLength(1)
    await backend.close()
    expect(webGpuChildren()).toEqual([])
  })
})

describe.runIf(isLinux)('gpu / backend on SwiftShader', () => {
  it('takes a product that is too large for one submit in several', async () => {
    const backend = await open({ mode: 'webgpu', shape: 'S1' })
    const difficulty = 4096n * BigInt(SHAPES.S1.tileMacs)
    const template = templateOf('S1', { difficulty })
    expect(outcomeOf(template, await backend.search(template, from(0n)))).toBe('wins')
    expect(backend.macsDone % BigInt(64 * SHAPES.S1.tileMacs)).toBe(0n)
    expect(backend.macsDone).toBeLessThan(2n * BigInt(SHAPES.S1.productMacs))
  })

  it('one of several that start at once tries the kernels', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
    onTestFinished(() => rm(cacheDir, { recursive: true, force: true }))
    const { log, lines } = recordLog()
    await Promise.all([1, 2].map(() => open({ mode: 'webgpu', shape: 'T0', cacheDir, log })))
    expect(lines.filter((line) => line.includes('Tried a kernel'))).toHaveLength(3)
    expect(lines.filter((line) => line.includes('Opened the proof backend'))).toHaveLength(2)
  })

  it('is unpacked once and whole, by any number of processes', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
    onTestFinished(() => rm(cacheDir, { recursive: true, force: true }))
    const directories = await Promise.all([1, 2, 3].map(() => unpackSwiftShader(cacheDir)))
    expect(new Set(directories).size).toBe(1)
    expect(await readdir(cacheDir)).toHaveLength(1)
    const { mtimeMs } = await stat(directories[0]!)
    await unpackSwiftShader(cacheDir)
    expect((await stat(directories[0]!)).mtimeMs).toBe(mtimeMs)
    for (const file of ['libvulkan.so.1', 'libvk_swiftshader.so', 'vk_swiftshader_icd.json']) {
      expect(existsSync(join(directories[0]!, file))).toBe(true)
    }
  })

  it('is inspected kernel by kernel, and every kernel is right', async () => {
    const reports = await inspectGpu({ cacheDir: TEST_CACHE, shapes: ['T0'] })
    const available = reports.filter((report) => report.isAvailable)
    expect(available.map(({ backend }) => backend)).toContain('webgpu')
    expect(available.at(-1)?.backend).toBe('cpu')
    for (const report of available) {
      expect(report.kernels.every(({ isCorrect }) => isCorrect)).toBe(true)
      expect(fastestKernels(report)).toHaveLength(1)
    }
    expect(available[0]?.kernels.map(({ kernel }) => kernel).sort()).toEqual(['dp4a', 'f32', 'i32'])
  })
})
