/** The lines of structured logs, as people read them. */

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

const OMITTED: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'hostname', 'module', 'msg'])

/** A line of pino's JSON for people: time, level, module, message, fields. */
export function formatLogLine(line: string): string {
  let record: Record<string, unknown>
  try {
    record = JSON.parse(line)
  } catch {
    // Not one of ours: a library or the runtime wrote it, and it is shown as it is.
    return line
  }
  if (typeof record['time'] !== 'number' || typeof record['level'] !== 'number') return line
  const time = new Date(record['time']).toISOString().slice(11, 23)
  const level = LEVEL_NAMES[record['level']] ?? 'info'
  const module = record['module'] === undefined ? '' : `${formatValue(record['module'])}: `
  const fields = Object.entries(record)
    .filter(([name]) => !OMITTED.has(name))
    .map(([name, value]) => `${name}=${formatValue(value)}`)
  return [time, level.padEnd(5), `${module}${formatValue(record['msg'] ?? '')}`, ...fields].join(
    ' ',
  )
}

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
