/** RPCs of gossip as bytes on a stream: for attackers, which have no gossipsub of their own. */
import { RPC } from '@libp2p/gossipsub/message'

/** An RPC as it goes over the wire, empty but for what is given. */
export function frameOf(rpc: Partial<RPC>): Uint8Array {
  return prefixed(RPC.encode({ subscriptions: [], messages: [], ...rpc }))
}

/** With its length before it. */
export function prefixed(body: Uint8Array): Uint8Array {
  return Buffer.concat([varint(body.length), body])
}

export function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.from([...out, rest])
}
