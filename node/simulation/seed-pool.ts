/**
 * Runs seeds, one a task, on as many threads as are asked for; with one, in this thread. Reports
 * come in the order of the seeds, so that two runs print the same.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { runSeed, type SeedTask } from './run/run-seed.ts'
import type { RunReport } from './run/run-types.ts'

/** From source a thread needs the loader that this one has. */
const IS_SOURCE = extname(import.meta.url) === '.ts'
const ENTRY = new URL(`./seed-worker${IS_SOURCE ? '.ts' : '.js'}`, import.meta.url)

/** What one event needs is garbage after the next: with room for many, hardly any is copied. */
const LIMITS = { maxYoungGenerationSizeMb: 96 }

/** Reports in order; the caller may stop early. */
export async function* runSeeds(
  tasks: readonly SeedTask[],
  jobs: number,
): AsyncGenerator<RunReport> {
  if (jobs <= 1) {
    for (const task of tasks) yield await runSeed(task)
    return
  }
  const workers = Array.from({ length: Math.min(jobs, tasks.length) }, openWorker)
  try {
    const free = [...workers]
    const pending: Promise<RunReport>[] = []
    let next = 0
    const begin = (worker: Worker): void => {
      const task = tasks[next]
      if (task === undefined) return
      pending[next++] = ask(worker, task).then((report) => {
        begin(worker)
        return report
      })
    }
    for (const worker of free) begin(worker)
    for (let i = 0; i < tasks.length; i++) {
      const report = await pending[i]
      if (report === undefined) throw new RangeError('every seed has a report')
      yield report
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function openWorker(): Worker {
  if (!IS_SOURCE) return new Worker(ENTRY, { resourceLimits: LIMITS })
  const steps = `({ register }) => { register(); return import('${ENTRY.href}') }`
  return new Worker(`import('tsx/esm/api').then(${steps})`, { eval: true, resourceLimits: LIMITS })
}

function ask(worker: Worker, task: SeedTask): Promise<RunReport> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      act()
    }
    const onMessage = (report: RunReport): void => finish(() => resolve(report))
    const onError = (error: Error): void => finish(() => reject(error))
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.postMessage(task)
  })
}
