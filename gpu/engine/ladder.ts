/**
 * The engines that a machine may offer, best first: a GPU of the system, SwiftShader, a software
 * adapter of the system, the CPU twin. The first that opens is used.
 */
import type { BackendMode } from '../proof-backend.ts'
import { isSwiftShaderSupported, swiftShaderEnvironment } from '../swiftshader.ts'
import { type EnginePort, startCpuThread, startWebGpuChild } from './engine-port.ts'

export type Rung = {
  /** For the log. */
  readonly name: string
  readonly backend: 'webgpu' | 'cpu'
  readonly accept: 'hardware' | 'any'
  readonly start: () => Promise<EnginePort>
}

export function engineLadder(mode: BackendMode, cacheDir: string): readonly [Rung, ...Rung[]] {
  const cpu: Rung = {
    name: 'CPU twin',
    backend: 'cpu',
    accept: 'any',
    start: async () => startCpuThread(),
  }
  if (mode === 'cpu') return [cpu]
  const system = { backend: 'webgpu', start: async () => startWebGpuChild({}) } as const
  const embedded: Rung = {
    name: 'embedded SwiftShader',
    backend: 'webgpu',
    accept: 'any',
    start: async () => startWebGpuChild(await swiftShaderEnvironment(cacheDir)),
  }
  return [
    { ...system, name: 'GPU of the system', accept: 'hardware' },
    ...(isSwiftShaderSupported() ? [embedded] : []),
    { ...system, name: 'software adapter of the system', accept: 'any' },
    cpu,
  ]
}
