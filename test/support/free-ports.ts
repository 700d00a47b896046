/** Ranges of ports for devnets of tests, away from those that a developer's own devnet uses. */
import { firstTakenPort } from '../../node/devnet/ports.ts'

/** Suites that run at once have ranges of their own: see vitest.config.ts. */
const FIRST = Number(process.env['HANZO_TEST_PORTS_FROM'] ?? 21_000)
const SPAN = 6_000
const STEP = 64

/** Base ports with `count` free ports each for JSON-RPC and for p2p. */
export async function freePortRanges(count: number): Promise<{ rpc: number; p2p: number }> {
  const start = FIRST + ((process.pid * 7919) % SPAN)
  for (let tried = 0; tried < SPAN / STEP; tried++) {
    const rpc = FIRST + ((start - FIRST + tried * STEP) % SPAN)
    const p2p = rpc + STEP / 2
    const ports = Array.from({ length: count }, (_, index) => [rpc + index, p2p + index]).flat()
    if ((await firstTakenPort(ports)) === undefined) return { rpc, p2p }
  }
  throw new Error('no free range of ports on this machine')
}
