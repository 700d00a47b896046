/** The thread of {@link PrecompileThread}: jobs in, replies out. */
import { parentPort } from 'node:worker_threads'
import { assert } from '../../../consensus/errors.ts'
import { type PrecompileJob, runJob } from './precompile-job.ts'
import type { ThreadReply } from './precompile-thread.ts'

const port = parentPort
assert(port !== null, 'runs as a worker thread')

const tell = (reply: ThreadReply): void => port.postMessage(reply)

port.on('message', (job: PrecompileJob) => {
  runJob(job).then(
    (reply) => tell({ kind: 'done', reply }),
    (error: unknown) => tell({ kind: 'failed', reason: String(error) }),
  )
})
tell({ kind: 'ready' })
