/** The part of pino's logger that this folder uses: fields first, then a constant message. */
type LogLine = (fields: object, message: string) => void

export type RpcLog = {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}
