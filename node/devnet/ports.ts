/** Are the ports free? Asked before a devnet starts, so that nobody waits for half of one. */
import { createServer } from 'node:net'

/** True when nothing listens on `host:port`. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** The first of `ports` that is taken, or undefined. */
export async function firstTakenPort(ports: readonly number[]): Promise<number | undefined> {
  const free = await Promise.all(ports.map((port) => isPortFree(port)))
  return ports.find((_, index) => free[index] === false)
}
