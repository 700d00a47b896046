/**
 * Whether a write failed for want of room: then a node stops producing and voting, goes on
 * answering reads, and tries again. Spec: docs/spec/storage.md, "Disk full".
 */

/** No space, a quota, a limit on the size of files. */
const CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
/** How level passes them on: the system's sentence inside its own. */
const SENTENCES = /no space left on device|disk quota exceeded|file too large/i
/** Causes of causes that are looked at. */
const CAUSE_DEPTH_MAX = 8

export function isDiskFull(error: unknown): boolean {
  let current = error
  for (let depth = 0; depth < CAUSE_DEPTH_MAX && current instanceof Error; depth++) {
    if ('code' in current && CODES.has(current.code)) return true
    if (SENTENCES.test(current.message)) return true
    current = current.cause
  }
  return false
}
