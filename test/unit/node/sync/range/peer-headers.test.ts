/** Questions of a run that are lost on the way: which of them are asked again. */
import { describe, expect, it } from 'vitest'
import type { SealedHeader } from '../../../../../node/chain/sealed-block.ts'
import { PeerHeaders } from '../../../../../node/sync/range/peer-headers.ts'
import { SyncRequestError } from '../../../../../node/sync/requests.ts'

const LOST = new Error('the stream broke')
const FAULT = new SyncRequestError({
  code: 'BAD_ANSWER',
  ...{ peerId: 'peer', name: 'headers_by_range', reason: 'not a chain' },
})
const HEADERS: readonly SealedHeader[] = []
const { signal } = new AbortController()

/** A peer that answers so, one question after the other; then it counts how many there were. */
function answering(...answers: readonly (readonly SealedHeader[] | Error)[]) {
  let asked = 0
  const headersByRange = async () => {
    const answer = answers[asked++]
    if (answer === undefined || answer instanceof Error) throw answer ?? LOST
    return answer
  }
  return { peer: new PeerHeaders('peer', { headersByRange }), count: () => asked }
}

describe('node / sync / range / peer-headers', () => {
  it('a peer that has answered once is asked three times', async () => {
    const { peer, count } = answering(HEADERS, LOST, LOST, HEADERS, LOST, LOST, LOST)
    await peer.from(1n, 1, signal)
    expect(await peer.from(2n, 1, signal)).toBe(HEADERS)
    expect(count()).toBe(4)
    await expect(peer.from(3n, 1, signal)).rejects.toBe(LOST)
    expect(count()).toBe(7)
  })

  it('a peer that never answered is asked once', async () => {
    const { peer, count } = answering(LOST, HEADERS)
    await expect(peer.from(1n, 1, signal)).rejects.toBe(LOST)
    expect(count()).toBe(1)
  })

  it('what the peer is to blame for ends the run at once, and so does its own end', async () => {
    const { peer, count } = answering(HEADERS, FAULT, LOST, HEADERS)
    await peer.from(1n, 1, signal)
    await expect(peer.from(2n, 1, signal)).rejects.toBe(FAULT)
    await expect(peer.from(3n, 1, AbortSignal.abort())).rejects.toBe(LOST)
    expect(count()).toBe(3)
  })
})
