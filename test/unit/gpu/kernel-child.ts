/**
 * Runs kernels for the tests of kernels, on the adapter that this process is started with. It uses
 * the product's device code and adds what only a test asks for: results in between, wrong kernels.
 */
import { openAdapter } from '../../../gpu/device/adapter.ts'
import { type AttemptCandidate, AttemptRunner } from '../../../gpu/device/attempt-runner.ts'
import { GpuSearcher } from '../../../gpu/device/gpu-searcher.ts'
import { KernelChooser } from '../../../gpu/device/kernel-choice.ts'
import type { SearchTask } from '../../../gpu/engine/search-task.ts'
import { blockCount, packOperand } from '../../../gpu/kernels/layout.ts'
import { TILE_PRODUCTS, type TileProduct } from '../../../gpu/kernels/tile-product.wgsl.ts'
import type { Operands } from '../../../gpu/reference/search.ts'
import type { Seeds } from '../../../gpu/reference/seeds.ts'
import { SHAPES, type ShapeName } from '../../../gpu/reference/shape.ts'
import { SELF_TEST_SEEDS } from '../../../gpu/self-test.ts'

export type KernelRequest =
  | {
      readonly type: 'tickets'
      readonly shape: ShapeName
      readonly kernel: string
      /** One for each attempt. */
      readonly seeds: readonly Seeds[]
      readonly operands: Operands
      /** Whether the operands have their noise already. */
      readonly isEncoded: boolean
      readonly groups: readonly number[]
      /** The largest first 8 bytes of a ticket that is reported. */
      readonly limit: bigint
    }
  | {
      readonly type: 'encode'
      readonly shape: ShapeName
      readonly seeds: readonly Seeds[]
      readonly operands: Operands
    }
  | {
      readonly type: 'choose'
      readonly shape: ShapeName
      readonly products: readonly string[]
      readonly cacheDir: string
    }
  | {
      readonly type: 'search'
      readonly products: readonly string[]
      readonly cacheDir: string
      readonly task: SearchTask
    }

const opened = await openAdapter()
if (opened === undefined) throw new Error('no WebGPU adapter in this process')
const device = await opened.adapter.requestDevice()
device.addEventListener('uncapturederror', ({ error }) => {
  throw new Error(error.message)
})

const runners = new Map<ShapeName, AttemptRunner>()
const pipelines = new Map<string, GPUComputePipeline>()

const f32 = TILE_PRODUCTS.find(({ name }) => name === 'f32')!
const pinnedKeyWord = new DataView(SELF_TEST_SEEDS.ticketKey.buffer).getUint32(0, true)
const products: readonly TileProduct[] = [
  ...TILE_PRODUCTS,
  { ...f32, name: 'wrong', end: `${f32.end} c5 += 1;` },
  { ...f32, name: 'broken', step: 'this is not WGSL' },
  { ...f32, name: 'of another world', languageFeature: 'packed_512x1_integer_dot_product' },
  {
    ...f32,
    name: 'right for the pinned tickets only',
    end: `${f32.end} c5 += select(1i, 0i, seeds[16] == ${pinnedKeyWord}u);`,
  },
]

process.on('message', (request: KernelRequest) => {
  answer(request).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.({ result: opened.info })

async function answer(request: KernelRequest): Promise<unknown> {
  switch (request.type) {
    case 'tickets':
      return tickets(request)
    case 'encode':
      return encode(request)
    case 'choose': {
      const { chooser, logged } = await createChooser(request)
      const { name } = await chooser.choose()
      return { name, logged }
    }
    case 'search':
      return search(request)
  }
}

async function tickets(request: KernelRequest & { type: 'tickets' }): Promise<AttemptCandidate[]> {
  const { shape, kernel, seeds, operands, isEncoded, groups, limit } = request
  const runner = await runnerOf(shape)
  const pipeline = await pipelineOf(runner, kernel)
  const all = { first: 0, count: blockCount(runner.shape) }
  if (isEncoded) {
    const sides = [
      packOperand(runner.shape, 'A', operands.a),
      packOperand(runner.shape, 'B', operands.bt),
    ]
    sides.forEach((side, i) => {
      device.queue.writeBuffer(runner.buffers.encoded, i * side.byteLength, side)
    })
  } else {
    runner.setOperands(operands)
  }
  const none = { first: 0, count: 0 }
  const found: AttemptCandidate[] = []
  for (const [i, group] of groups.entries()) {
    const makeNoise = !isEncoded && i === 0
    const encode = makeNoise ? all : none
    const range = { first: group, count: 1 }
    found.push(...(await runner.run(pipeline, { seeds, makeNoise, encode, groups: range, limit })))
  }
  return found
}

async function encode(request: KernelRequest & { type: 'encode' }): Promise<Int8Array> {
  const runner = await runnerOf(request.shape)
  runner.setOperands(request.operands)
  const all = { first: 0, count: blockCount(runner.shape) }
  await runner.run(await pipelineOf(runner, 'i32'), {
    seeds: request.seeds,
    makeNoise: true,
    encode: all,
    groups: { first: 0, count: 0 },
    limit: 0n,
  })
  const size = request.seeds.length * 2 * runner.shape.m * runner.shape.k
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
  const readback = device.createBuffer({ size, usage })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(runner.buffers.encoded, 0, readback, 0, size)
  device.queue.submit([encoder.finish()])
  await readback.mapAsync(GPUMapMode.READ)
  return new Int8Array(readback.getMappedRange().slice(0))
}

async function search(request: KernelRequest & { type: 'search' }): Promise<unknown> {
  const { task, products: names, cacheDir } = request
  const shape = task.shape.name
  const { chooser, logged, runner } = await createChooser({ shape, products: names, cacheDir })
  const kernel = await chooser.choose()
  const searcher = new GpuSearcher(runner, chooser, kernel, (level, message) => {
    logged.push(`${level}: ${message}`)
  })
  searcher.begin(task)
  for (;;) {
    const { winner } = await searcher.step()
    if (winner !== undefined) return { winner, logged, firstKernel: kernel.name }
  }
}

async function createChooser({
  shape,
  products: names,
  cacheDir,
}: {
  readonly shape: ShapeName
  readonly products: readonly string[]
  readonly cacheDir: string
}) {
  const runner = await runnerOf(shape)
  const logged: string[] = []
  const chooser = new KernelChooser({
    runner,
    products: names.map(productOf),
    languageFeatures: opened!.languageFeatures,
    cacheDir,
    adapter: 'test',
    log: (level, message, fields) =>
      logged.push(`${level}: ${message} ${String(fields['kernel'])}`),
  })
  return { chooser, logged, runner }
}

function productOf(name: string): TileProduct {
  return products.find((product) => product.name === name)!
}

async function runnerOf(name: ShapeName): Promise<AttemptRunner> {
  const runner = runners.get(name) ?? (await AttemptRunner.open(device, SHAPES[name]))
  runners.set(name, runner)
  return runner
}

async function pipelineOf(runner: AttemptRunner, kernel: string): Promise<GPUComputePipeline> {
  const key = `${runner.shape.name} ${kernel}`
  const pipeline = pipelines.get(key) ?? (await runner.compileTickets(productOf(kernel)))
  pipelines.set(key, pipeline)
  return pipeline
}
