/**
 * Errors of the `gpu` folder, which imports nothing of ours: expected failures carry a code and its
 * data, a broken assumption of our own is an `assert`.
 */

export type GpuErrorType =
  /** No adapter of the kind that was asked for. */
  | { readonly code: 'NO_ADAPTER'; readonly reason: string }
  /** No kernel reproduces the pinned tickets on this adapter. */
  | { readonly code: 'NO_KERNEL'; readonly shape: string }
  /** The child process or worker that searches ended, or could not be started. */
  | { readonly code: 'ENGINE_STOPPED'; readonly reason: string }
  /** The backend was closed. */
  | { readonly code: 'CLOSED' }

/** An expected failure, told by `type.code`; the message is for people. */
export class GpuError extends Error {
  readonly type: GpuErrorType

  constructor(type: GpuErrorType, message: string = type.code, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GpuError'
    this.type = type
  }
}

/** Throws unless `condition` holds: the process should not go on with a broken assumption. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}
