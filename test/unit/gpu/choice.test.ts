import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ChoiceCache } from '../../../gpu/device/choice-cache.ts'
import { checkCandidate, type SearchTask } from '../../../gpu/engine/search-task.ts'
import { deriveKappa, deriveSeeds } from '../../../gpu/reference/seeds.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import { KernelProcess } from './kernel-process.ts'
import { makeOperands } from './operands.ts'

const CHOICE = { kernel: 'f32', macsPerSecond: 1e9, disabled: ['dp4a'] }

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** As if this kernel had been the fastest of its list. */
async function rememberKernel(directory: string, kernel: string): Promise<void> {
  const [file] = await readdir(directory)
  const path = join(directory, file!)
  const choice = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...choice, kernel }))
}

describe('gpu / device / choice-cache', () => {
  it('a choice is remembered for its facts, and for no others', async () => {
    const directory = await temporaryDirectory()
    const cache = new ChoiceCache(directory, ['adapter', 'driver 1'])
    expect(await cache.load()).toBeUndefined()
    await cache.save(CHOICE)
    expect(await new ChoiceCache(directory, ['adapter', 'driver 1']).load()).toEqual(CHOICE)
    expect(await new ChoiceCache(directory, ['adapter', 'driver 2']).load()).toBeUndefined()
    expect(await readdir(directory)).toHaveLength(1)
  })

  it.each(['', '{', 'null', '{"kernel":1,"macsPerSecond":1,"disabled":[]}', '{"kernel":"f32"}'])(
    'a file that says %j is no choice',
    async (text) => {
      const directory = await temporaryDirectory()
      const cache = new ChoiceCache(directory, ['adapter'])
      await cache.save(CHOICE)
      const [file] = await readdir(directory)
      await writeFile(join(directory, file!), text)
      expect(await cache.load()).toBeUndefined()
    },
  )

  it('one works at a time, and the next sees what the first wrote', async () => {
    const directory = join(await temporaryDirectory(), 'made', 'when', 'needed')
    const order: string[] = []
    const work = (name: string) =>
      new ChoiceCache(directory, ['adapter']).whileLocked(async () => {
        order.push(`${name} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`${name} ends`)
      })
    await Promise.all([work('a'), work('b'), work('c')])
    expect(order).toHaveLength(6)
    for (let i = 0; i < 6; i += 2) {
      expect(order[i]!.replace('begins', 'ends')).toBe(order[i + 1])
    }
  })

  it('the lock is free again after a failure', async () => {
    const cache = new ChoiceCache(await temporaryDirectory(), ['adapter'])
    const failure = cache.whileLocked(() => Promise.reject(new Error('failed')))
    await expect(failure).rejects.toThrow('failed')
    expect(await cache.whileLocked(async () => 'free')).toBe('free')
  })

  it('the lock of a process that died is taken over', async () => {
    const directory = await temporaryDirectory()
    const cache = new ChoiceCache(directory, ['adapter'])
    await cache.save(CHOICE)
    const [file] = await readdir(directory)
    const lock = join(directory, `${file}.lock`)
    await writeFile(lock, '')
    const longAgo = new Date(Date.now() - 3_600_000)
    await utimes(lock, longAgo, longAgo)
    expect(await cache.whileLocked(async () => 'taken')).toBe('taken')
  })
})

const gpu = await KernelProcess.open()

describe.skipIf(gpu === undefined)('gpu / device / kernel-choice', () => {
  const device = gpu!
  let cacheDir: string
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
  })
  afterAll(async () => {
    await device.close()
    await rm(cacheDir, { recursive: true, force: true })
  })

  it('a kernel that is wrong, does not compile or is not supported is not chosen', async () => {
    const products = ['wrong', 'broken', 'of another world', 'i32']
    const { name, logged } = await device.choose({ shape: 'T0', products, cacheDir })
    expect(name).toBe('i32')
    expect(logged).toHaveLength(products.length)
  })

  it('without a right kernel there is no choice', async () => {
    const request = { shape: 'T0', products: ['wrong', 'broken'], cacheDir } as const
    await expect(device.choose(request)).rejects.toThrow('NO_KERNEL')
  })

  it('the choice is made once and tested at the next start', async () => {
    const request = { shape: 'S0', products: ['dp4a', 'i32'], cacheDir } as const
    const first = await device.choose(request)
    const second = await device.choose(request)
    expect(first.logged).toHaveLength(2)
    expect(second).toEqual({ name: first.name, logged: [] })
  })

  it('a remembered kernel that fails its self-test is chosen anew', async () => {
    const directory = await temporaryDirectory()
    const request = { shape: 'T0', products: ['wrong', 'i32'], cacheDir: directory } as const
    await device.choose(request)
    await rememberKernel(directory, 'wrong')
    const { name, logged } = await device.choose(request)
    expect(name).toBe('i32')
    expect(logged[0]).toBe('error: The chosen kernel fails its self-test: choosing another wrong')
  })

  it('a kernel whose ticket the verifier does not reproduce is disabled for good', async () => {
    const shape = SHAPES.S0
    const hash = new Uint8Array(32).fill(3)
    const task: SearchTask = {
      shape,
      genesisHash: hash,
      sealHash: hash,
      startNonce: 5n,
      difficulty: BigInt(shape.tileMacs) * 2000n,
      operands: makeOperands(shape, 'random'),
    }
    const products = ['right for the pinned tickets only', 'dp4a']
    const directory = await temporaryDirectory()
    await device.choose({ shape: 'S0', products, cacheDir: directory })
    // On a machine with other work either may be the faster one.
    await rememberKernel(directory, 'right for the pinned tickets only')
    const search = { task, products, cacheDir: directory }
    const { winner, logged, firstKernel } = await device.search(search)
    expect(firstKernel).toBe('right for the pinned tickets only')
    expect(logged).toContain('error: A kernel gave a wrong ticket and is disabled')
    const nonce = Buffer.from(winner.nonce).readBigUInt64BE()
    expect(checkCandidate(task, nonce, winner)).toEqual({ outcome: 'wins', tile: winner })
    const next = await device.choose({ shape: 'S0', products, cacheDir: directory })
    expect(next).toEqual({ name: 'dp4a', logged: [] })
  })

  it('a candidate is right, above the bound, or not of its tile', () => {
    const shape = SHAPES.T0
    const hash = new Uint8Array(32)
    const operands = makeOperands(shape, 'random')
    const common = { shape, genesisHash: hash, sealHash: hash, operands, startNonce: 0n }
    const seeds = deriveSeeds(deriveKappa(hash, hash, new Uint8Array(8)))
    expect(seeds.ticketKey).toHaveLength(32)
    const wrong = { ti: 0, tj: 0, ticket: new Uint8Array(32) }
    const check = checkCandidate({ ...common, difficulty: 1n }, 0n, wrong)
    expect(check.outcome).toBe('mismatch')
    const ticket = check.outcome === 'mismatch' ? check.expected : wrong.ticket
    const candidate = { ti: 0, tj: 0, ticket }
    expect(checkCandidate({ ...common, difficulty: 1n }, 0n, candidate).outcome).toBe('wins')
    const hard = { ...common, difficulty: 2n ** 200n }
    expect(checkCandidate(hard, 0n, candidate).outcome).toBe('loses')
  })
})
