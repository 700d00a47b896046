/**
 * A process that runs kernels for a test, on SwiftShader where it exists. There a missing adapter
 * is a failure; elsewhere the tests use the adapter of the system, and say so if there is none.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WinningTile } from '../../../gpu/backend.ts'
import type { AdapterInfo } from '../../../gpu/device/adapter.ts'
import type { AttemptCandidate } from '../../../gpu/device/attempt-runner.ts'
import { isSwiftShaderSupported, swiftShaderEnvironment } from '../../../gpu/swiftshader.ts'
import type { KernelRequest } from './kernel-child.ts'

/** Shared by the test files, as the cache of a machine is by its nodes. */
export const TEST_CACHE = join(tmpdir(), 'hanzo-test-cache')

type Request<Type> = Omit<Extract<KernelRequest, { type: Type }>, 'type'>
type Reply = { readonly result?: unknown; readonly error?: string }

export class KernelProcess {
  readonly adapter: AdapterInfo
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, adapter: AdapterInfo) {
    this.#child = child
    this.adapter = adapter
  }

  /** Undefined on a platform without SwiftShader whose system has no adapter. */
  static async open(): Promise<KernelProcess | undefined> {
    const isSwiftShader = isSwiftShaderSupported()
    const environment = isSwiftShader ? await swiftShaderEnvironment(TEST_CACHE) : {}
    const child = fork(fileURLToPath(new URL('./kernel-child.ts', import.meta.url)), [], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...environment },
      serialization: 'advanced',
    })
    const [reply] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (typeof reply === 'object' && reply !== null) {
      return new KernelProcess(child, (reply as { result: AdapterInfo }).result)
    }
    if (isSwiftShader) throw new Error('SwiftShader gives no WebGPU adapter on this machine')
    process.stdout.write('Not tested: this system has no WebGPU adapter.\n')
    return undefined
  }

  tickets(request: Request<'tickets'>): Promise<AttemptCandidate[]> {
    return this.#ask({ type: 'tickets', ...request })
  }

  /** The device memory of the encoded operands: A, then BT, for each attempt. */
  encode(request: Request<'encode'>): Promise<Int8Array> {
    return this.#ask({ type: 'encode', ...request })
  }

  choose(request: Request<'choose'>): Promise<{ name: string; logged: string[] }> {
    return this.#ask({ type: 'choose', ...request })
  }

  search(
    request: Request<'search'>,
  ): Promise<{ winner: WinningTile; logged: string[]; firstKernel: string }> {
    return this.#ask({ type: 'search', ...request })
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }

  async #ask<Result>(request: KernelRequest): Promise<Result> {
    const answered = Promise.race([once(this.#child, 'message'), once(this.#child, 'exit')])
    this.#child.send(request)
    const [reply] = (await answered) as [Reply | number | null]
    if (typeof reply === 'number' || reply === null) throw new Error('the kernel process ended')
    const { result, error } = reply
    if (error !== undefined) throw new Error(error)
    return result as Result
  }
}
