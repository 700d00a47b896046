/** The thread of {@link SenderRecovery}: packed signatures in, packed addresses out. */
import { parentPort } from 'node:worker_threads'
import { assert } from '../../consensus/errors.ts'
import { REPLY_BYTES, REQUEST_BYTES } from './recovery-packing.ts'
import { recoverAddress } from './secp256k1.ts'

const port = parentPort
assert(port !== null, 'runs as a worker thread')

port.on('message', (request: Uint8Array) => {
  const count = request.length / REQUEST_BYTES
  const reply = new Uint8Array(count * REPLY_BYTES)
  for (let index = 0; index < count; index++) {
    const at = index * REQUEST_BYTES
    const hash = request.subarray(at, at + 32)
    const compact = request.subarray(at + 32, at + 96)
    const address = recoverAddress(hash, compact, request[at + 96] === 1 ? 1 : 0)
    if (address === undefined) continue
    reply[index * REPLY_BYTES] = 1
    reply.set(address, index * REPLY_BYTES + 1)
  }
  port.postMessage(reply, [reply.buffer])
})
