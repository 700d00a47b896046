/** Progress of long work: one line that moves on a terminal, plain lines elsewhere. */

/** Elsewhere than on a terminal, a line at most this often. */
const PLAIN_INTERVAL_MS = 5_000

export type Progress = {
  /** `done` of `total` (total 0: unknown) of whatever `label` counts. */
  update(done: number, total: number): void
  finish(summary: string): void
}

export function createProgress(
  label: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  let lastMs = 0
  const write = (text: string) => {
    if (stream.isTTY) stream.write(`\r\x1b[2K${text}`)
    else stream.write(`${text}\n`)
  }
  return {
    update(done, total) {
      const nowMs = performance.now()
      const intervalMs = stream.isTTY ? 100 : PLAIN_INTERVAL_MS
      if (nowMs - lastMs < intervalMs) return
      lastMs = nowMs
      const share = total > 0 ? ` of ${total} (${Math.floor((100 * done) / total)} %)` : ''
      write(`${label}: ${done}${share}`)
    },
    finish(summary) {
      write(`${label}: ${summary}`)
      if (stream.isTTY) stream.write('\n')
    },
  }
}
