/** Worker threads from our own modules, compiled or as source. */
import { type ResourceLimits, Worker } from 'node:worker_threads'

/**
 * Runs the module `name` beside `moduleUrl`. From source it needs the loader, which a thread does
 * not get from its arguments: it registers it itself.
 */
export function startWorker(
  name: string,
  moduleUrl: string,
  resourceLimits: ResourceLimits = {},
): Worker {
  const isSource = moduleUrl.endsWith('.ts')
  const entry = new URL(`./${name}${isSource ? '.ts' : '.js'}`, moduleUrl)
  if (!isSource) return new Worker(entry, { resourceLimits })
  const steps = `({ register }) => { register(); return import('${entry.href}') }`
  return new Worker(`import('tsx/esm/api').then(${steps})`, { eval: true, resourceLimits })
}
