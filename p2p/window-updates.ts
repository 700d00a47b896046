/**
 * yamux in JavaScript tells the sender of its new window after every frame, however small: a frame
 * and a write to the socket for each message of gossip, which cost more than the message does. From
 * here on it tells when half of the window is used, as yamux does elsewhere; the sender never waits
 * for it, and a window widens only for who fills it.
 */
import { StreamState, YamuxStream } from '@libp2p/yamux/stream'

/** Private to the class; should they go, every frame is answered again. */
type Windows = { readonly recvWindow: number; readonly recvWindowCapacity: number }

const { prototype } = YamuxStream
const sendAtOnce = Reflect.get(prototype, 'sendWindowUpdate') as (this: YamuxStream) => void

/** Opening a stream and going on after a pause are told at once by the same method. */
prototype.sendWindowUpdate = function sendWhenHalfIsUsed(this: YamuxStream): void {
  const { recvWindow, recvWindowCapacity } = this as unknown as Windows
  const isHalfLeft = 2 * recvWindowCapacity > recvWindow
  if (this.state === StreamState.Established && isHalfLeft) return
  sendAtOnce.call(this)
}
