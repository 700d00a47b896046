/**
 * The process that searches on a WebGPU adapter; started by engine-port.ts. It ends when its parent
 * does, and on any fault of the device: the parent then starts another.
 */
import { type OpenAdapter, openAdapter } from '../device/adapter.ts'
import { AttemptRunner } from '../device/attempt-runner.ts'
import { GpuSearcher } from '../device/gpu-searcher.ts'
import { KernelChooser, type KernelLog, tryKernel } from '../device/kernel-choice.ts'
import { assert, GpuError } from '../errors.ts'
import { TILE_PRODUCTS } from '../kernels/tile-product.wgsl.ts'
import { SHAPES } from '../reference/shape.ts'
import type {
  EngineReply,
  EngineReport,
  EngineRequest,
  InspectRequest,
  KernelReport,
  OpenRequest,
} from './protocol.ts'
import { SearchService } from './search-service.ts'

const post = (reply: EngineReply, sent?: () => void) => {
  assert(process.send !== undefined, 'this file is a child process')
  process.send(reply, undefined, undefined, sent)
}
const log: KernelLog = (level, message, fields) => post({ type: 'log', level, message, fields })

let service: SearchService | undefined

process.on('disconnect', () => process.exit(0))
// Ctrl-C and a service's stop reach all processes at once: the parent says when this one ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})

process.on('message', (request: EngineRequest) => {
  answer(request).catch(fail)
})

async function answer(request: EngineRequest): Promise<void> {
  if (request.type === 'open') service = await open(request)
  else if (request.type === 'inspect') post({ type: 'inspection', report: await inspect(request) })
  else if (request.type === 'close') process.exit(0)
  else await service?.handle(request)
}

async function open(request: OpenRequest): Promise<SearchService> {
  const { dutyPercent, cacheDir } = request
  const { info, languageFeatures, device, driver } = await openDevice(request.accept)
  const runner = await AttemptRunner.open(device, SHAPES[request.shape])
  const chooser = new KernelChooser({
    runner,
    products: TILE_PRODUCTS,
    languageFeatures,
    cacheDir,
    adapter: driver,
    log,
  })
  const kernel = await chooser.choose()
  const searcher = new GpuSearcher(runner, chooser, kernel, log)
  post({
    type: 'ready',
    info: {
      backend: 'webgpu',
      adapter: info.name,
      isSoftware: info.isSoftware,
      kernel: kernel.name,
      macsPerSecond: kernel.macsPerSecond,
    },
  })
  return new SearchService({ post }, searcher, dutyPercent)
}

async function inspect({ shapes, accept }: InspectRequest): Promise<EngineReport> {
  const { info, languageFeatures, device, driver } = await openDevice(accept)
  const kernels: KernelReport[] = []
  for (const name of shapes) {
    const runner = await AttemptRunner.open(device, SHAPES[name])
    for (const product of TILE_PRODUCTS) {
      const tried = await tryKernel({ runner, languageFeatures }, product, { isMeasured: true })
      const { pipeline: _, ...report } = tried
      kernels.push(report)
    }
    runner.close()
  }
  const { name: adapter, isSoftware } = info
  return { backend: 'webgpu', adapter, isSoftware, details: driver, kernels }
}

type OpenDevice = Pick<OpenAdapter, 'info' | 'languageFeatures'> & {
  readonly device: GPUDevice
  /** Everything that says which adapter and driver it is. */
  readonly driver: string
}

async function openDevice(accept: OpenRequest['accept']): Promise<OpenDevice> {
  const opened = await openAdapter()
  if (opened === undefined) throw new GpuError({ code: 'NO_ADAPTER', reason: 'no adapter' })
  const { adapter, info, languageFeatures } = opened
  if (accept === 'hardware' && info.isSoftware) {
    throw new GpuError({ code: 'NO_ADAPTER', reason: `${info.name} is not a GPU` })
  }
  const device = await adapter.requestDevice()
  device.addEventListener('uncapturederror', ({ error }) => fail(error))
  void device.lost.then(({ message }) => fail(new Error(`the device was lost: ${message}`)))
  const parts = [info.vendor, info.architecture, info.device, info.description]
  return { info, languageFeatures, device, driver: parts.filter(Boolean).join(', ') }
}

/** Says why, then ends: a device that failed once is not to be trusted with the next search. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const stopped = { code: 'ENGINE_STOPPED', reason: message } as const
  const reason = error instanceof GpuError ? error.type : stopped
  post({ type: 'failed', reason }, () => process.exit(1))
}
