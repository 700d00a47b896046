/** Load on a server from the client process: requests a second, and what each cost the server. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../../test/support/source-tree.ts'
import type { LoadJob, LoadResult } from './load-child.ts'
import { cpuSeconds, type Server } from './servers.ts'

export type Load = {
  readonly requestsPerSecond: number
  /** Of the server's processor time, for each request, all threads. */
  readonly cpuMicroseconds: number
}

export class LoadClient {
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(join(ROOT, 'bench/rpc/load-child.ts'), { execArgv: ['--import', 'tsx'] })
  }

  async measure(server: Server, job: Omit<LoadJob, 'port'>): Promise<Load> {
    const before = cpuSeconds(server.pid)
    const { requests, seconds } = await this.#run({ ...job, port: server.port })
    const cpu = cpuSeconds(server.pid) - before
    return { requestsPerSecond: requests / seconds, cpuMicroseconds: (1e6 * cpu) / requests }
  }

  stop(): void {
    this.#child.kill()
  }

  #run(job: LoadJob): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the client has ended'))
      this.#child.once('close', ended)
      this.#child.once('message', (result: LoadResult) => {
        this.#child.off('close', ended)
        resolve(result)
      })
      this.#child.send(job)
    })
  }
}
