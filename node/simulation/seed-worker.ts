/** A thread that runs the seeds it is handed: see `seed-pool.ts`. */
import { parentPort } from 'node:worker_threads'
import { runSeed, type SeedTask } from './run/run-seed.ts'

parentPort?.on('message', (task: SeedTask) => {
  void runSeed(task).then((report) => parentPort?.postMessage(report))
})
