/**
 * Structured logs: pino's JSON lines with `--json`, the same as readable lines without.
 *
 * Constant message, fields as an object, module in the logger:
 * `log.info(fields, 'Imported block')`.
 */
import { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'
import { formatLogLine } from './log-line.ts'

export type { Logger } from 'pino'

export function createLog(options: { readonly isJson: boolean; readonly level: string }): Logger {
  const { isJson, level } = options
  if (isJson) return pino({ level, base: null })
  const readable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      process.stdout.write(`${formatLogLine(chunk.toString().trimEnd())}\n`, () => done())
    },
  })
  return pino({ level, base: null }, readable)
}
