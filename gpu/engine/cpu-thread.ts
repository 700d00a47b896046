/** The thread that searches with the CPU twin; started by engine-port.ts. */
import { parentPort } from 'node:worker_threads'
import { assert } from '../errors.ts'
import { isReferenceCorrect } from '../self-test.ts'
import { CPU_KERNEL, CpuSearcher, measureCpu } from './cpu-searcher.ts'
import type { EngineReply, EngineReport, EngineRequest, OpenRequest } from './protocol.ts'
import { SearchService } from './search-service.ts'

assert(parentPort !== null, 'this file is a thread')
const port = parentPort
const post = (reply: EngineReply) => port.postMessage(reply)

const ADAPTER = 'CPU, TypeScript'
let service: SearchService | undefined

port.on('message', (request: EngineRequest) => {
  if (request.type === 'open') open(request)
  else if (request.type === 'inspect') post({ type: 'inspection', report: inspect(request.shapes) })
  else if (request.type === 'close') process.exit(0)
  // A search that fails is a fault of ours: unhandled, it ends the thread, and the backend says so.
  else void service?.handle(request)
})

function open({ shape, dutyPercent }: OpenRequest): void {
  service = new SearchService({ post }, new CpuSearcher(), dutyPercent)
  const macsPerSecond = measureCpu(shape)
  const info = { backend: 'cpu', adapter: ADAPTER, isSoftware: true, kernel: CPU_KERNEL } as const
  post({ type: 'ready', info: { ...info, macsPerSecond } })
}

function inspect(shapes: readonly OpenRequest['shape'][]): EngineReport {
  return {
    backend: 'cpu',
    adapter: ADAPTER,
    isSoftware: true,
    details: `Node ${process.version} on ${process.platform}-${process.arch}, one thread`,
    kernels: shapes.map((shape) => ({
      shape,
      kernel: CPU_KERNEL,
      isCorrect: isReferenceCorrect(shape),
      macsPerSecond: measureCpu(shape),
    })),
  }
}
