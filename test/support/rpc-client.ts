/** JSON-RPC calls of tests, and waiting for a condition of a chain by its own events. */
import type { Hash } from '../../consensus/types.ts'

export type Rpc = (method: string, ...params: unknown[]) => Promise<unknown>

export class RpcCallError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(error: { code: number; message: string; data?: unknown }) {
    super(error.message)
    this.code = error.code
    this.data = error.data
  }
}

/** A caller for the endpoint. Throws {@link RpcCallError} for a JSON-RPC error. */
export function rpcClient(url: string, headers: Record<string, string> = {}): Rpc {
  let id = 0
  return async (method, ...params) => {
    id += 1
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    })
    const answer = (await response.json()) as {
      result?: unknown
      error?: { code: number; message: string; data?: unknown }
    }
    if (answer.error !== undefined) throw new RpcCallError(answer.error)
    return answer.result
  }
}

export type BlockAnswer = {
  readonly number: `0x${string}`
  readonly hash: Hash
  readonly parentHash: Hash
  readonly stateRoot: Hash
  readonly timestamp: `0x${string}`
  readonly miner: `0x${string}`
  readonly transactions: readonly Hash[]
}

/** Asks again after each new head that `wsUrl` announces, until `condition` gives a value. */
export async function onEachHead<Value>(
  wsUrl: string,
  condition: () => Promise<Value | undefined>,
): Promise<Value> {
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(wsUrl)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    let wake: () => void = () => undefined
    let news = 0
    const closed = new Promise<never>((_, reject) => {
      socket.once('close', () => reject(new Error(`${wsUrl} closed while waited for`)))
    })
    // A close that nobody waits for any more is how this function ends.
    closed.catch(() => undefined)
    socket.on('message', () => {
      news += 1
      wake()
    })
    socket.send('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}')
    for (let seen = 0; ; seen = news) {
      const value = await condition()
      if (value !== undefined) return value
      if (news === seen) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve
        })
        await Promise.race([woken, closed])
      }
    }
  } finally {
    socket.close()
  }
}
