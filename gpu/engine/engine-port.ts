/**
 * Starts engines: a child process for WebGPU, because a driver that crashes must not take the node
 * down and because the driver is chosen by the child's environment, and a thread for the CPU twin.
 */
import { fork } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { EngineReply, EngineRequest } from './protocol.ts'

export interface EnginePort {
  send(request: EngineRequest): void
  /** Set once, before the first request. */
  listen(listeners: {
    readonly onReply: (reply: EngineReply) => void
    /** Called once, with why it ended. */
    readonly onExit: (reason: string) => void
  }): void
  kill(): void
}

/** Run from source the entry is TypeScript, and its process needs the loader for it. */
const isSource = import.meta.url.endsWith('.ts')
const EXTENSION = isSource ? '.ts' : '.js'
/** What is kept of a child's last words, for the reason of its end. */
const STDERR_CHARS_MAX = 2000

/** `environment` is added to ours. */
export function startWebGpuChild(environment: Readonly<Record<string, string>>): EnginePort {
  const entry = fileURLToPath(new URL(`./webgpu-child${EXTENSION}`, import.meta.url))
  const child = fork(entry, [], {
    execArgv: isSource ? ['--import', 'tsx'] : [],
    // Modules named on the command line are looked up from here.
    cwd: dirname(entry),
    env: { ...process.env, ...environment },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-STDERR_CHARS_MAX)
  })
  return {
    // A child that has just ended takes no message; its end is told by onExit.
    send: (request) => child.connected && child.send(request, () => {}),
    listen: ({ onReply, onExit }) => {
      child.on('message', (reply) => onReply(reply as EngineReply))
      child.on('error', (error) => onExit(error.message))
      child.on('close', (code, signal) => {
        onExit([`exit ${signal ?? code}`, lastWords.trim()].filter(Boolean).join(': '))
      })
    },
    kill: () => child.kill('SIGKILL'),
  }
}

export function startCpuThread(): EnginePort {
  const entry = new URL(`./cpu-thread${EXTENSION}`, import.meta.url)
  const thread = isSource ? new Worker(sourceThread(entry), { eval: true }) : new Worker(entry)
  let lastError = ''
  return {
    send: (request) => thread.postMessage(request),
    listen: ({ onReply, onExit }) => {
      thread.on('message', (reply: EngineReply) => onReply(reply))
      thread.on('error', (error) => {
        lastError = error.message
      })
      thread.on('exit', (code) => onExit(lastError || `exit ${code}`))
    },
    kill: () => void thread.terminate(),
  }
}

/** A thread does not get the loader from its arguments: it registers it itself. */
function sourceThread(entry: URL): string {
  const steps = `({ register }) => { register(); return import('${entry.href}') }`
  return `import('tsx/esm/api').then(${steps})`
}
