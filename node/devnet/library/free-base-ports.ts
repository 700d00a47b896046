/** Ports for the processes of a devnet under test, away from those of a developer's own devnet. */

import { firstTakenPort } from '../ports.ts'
import { DevnetError } from '../prepare.ts'

const FIRST = 41_000
const SPAN = 20_000
/** Room for the validators' JSON-RPC ports, then for their p2p ports. */
const STEP = 64

/** Base ports with `count` free ports each. */
export async function freeBasePorts(count: number): Promise<{ rpc: number; p2p: number }> {
  const start = (process.pid * STEP * 7) % SPAN
  for (let offset = 0; offset < SPAN; offset += STEP) {
    const rpc = FIRST + ((start + offset) % SPAN)
    const p2p = rpc + STEP / 2
    const ports = Array.from({ length: count }, (_, index) => [rpc + index, p2p + index]).flat()
    if ((await firstTakenPort(ports)) === undefined) return { rpc, p2p }
  }
  throw new DevnetError({ code: 'PORT_TAKEN', port: FIRST + start })
}
