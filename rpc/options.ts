/** What the operator chooses about the JSON-RPC server; the command line reads it from flags. */
import type { Registry } from 'prom-client'

export type RpcOptions = {
  /** Address to listen on: 127.0.0.1 unless the operator opens the node to others. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Web origins that may read answers, beside those of localhost; `*` is all. */
  readonly corsOrigins: readonly string[]
  /** Host names under which the node may be called, beside localhost and IPs; `*` is any. */
  readonly allowedHosts: readonly string[]
  /** Bearer token of the admin methods; without one they are refused to everybody. */
  readonly adminToken?: string
  readonly metricsRegistry: Registry
  readonly log: RpcLog
  /** Gas of one `eth_call` or `eth_estimateGas`, at most. */
  readonly gasCap: bigint
  /** Milliseconds of one method, at most. */
  readonly callTimeMs: number
  /** Serves the funded accounts: `eth_accounts` and `eth_sendTransaction`. */
  readonly isDev: boolean
}

export const DEFAULT_GAS_CAP = 50_000_000n
export const DEFAULT_CALL_TIME_MS = 5_000

/** The part of pino's logger that this folder uses: fields first, then a constant message. */
export type RpcLog = {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}

type LogLine = (fields: object, message: string) => void
