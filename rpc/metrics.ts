/** What the JSON-RPC server counts. Labels are our own methods, never what a client sent. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds: most reads end within a millisecond, calls and scans within the call time. */
const BUCKETS_SECONDS = [0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5]

export type MethodMetrics = {
  /** A request that began at `startMs` of `performance.now()` has ended. */
  ended(startMs: number, isOk: boolean): void
}

export class RpcMetrics {
  readonly sockets: Gauge
  readonly subscriptions: Gauge
  readonly filters: Gauge
  readonly socketsDropped: Counter
  readonly #requests: Counter<'method' | 'outcome'>
  readonly #seconds: Histogram<'method'>

  constructor(registry: Registry) {
    const registers = [registry]
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
    this.sockets = gauge('hanzo_rpc_sockets', 'Open WebSockets')
    this.subscriptions = gauge('hanzo_rpc_subscriptions', 'Active subscriptions')
    this.filters = gauge('hanzo_rpc_filters', 'Installed filters')
    this.socketsDropped = new Counter({
      name: 'hanzo_rpc_sockets_dropped_total',
      help: 'WebSockets dropped for reading too slowly or missing something',
      registers,
    })
    this.#requests = new Counter({
      name: 'hanzo_rpc_requests_total',
      help: 'JSON-RPC requests by method and outcome',
      labelNames: ['method', 'outcome'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'hanzo_rpc_request_seconds',
      help: 'Time to answer a JSON-RPC request',
      labelNames: ['method'],
      buckets: BUCKETS_SECONDS,
      registers,
    })
  }

  /** Looks the labels up once a method, not once a request. */
  forMethod(method: string): MethodMetrics {
    const seconds = this.#seconds.labels(method)
    const ok = this.#requests.labels(method, 'ok')
    const failed = this.#requests.labels(method, 'error')
    return {
      ended(startMs, isOk) {
        seconds.observe((performance.now() - startMs) / 1000)
        ;(isOk ? ok : failed).inc()
      },
    }
  }
}
