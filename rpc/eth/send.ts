/** `eth_`: transactions on their way into the pool. */
import type { Hash, Hex } from '../../consensus/types.ts'
import type { ChainApi } from '../../node/api.ts'
import { limitExceeded, RpcError } from '../errors.ts'
import { RECEIPT_WAIT_MS, RECEIPT_WAIT_MS_MAX, RECEIPTS_WAITING_MAX } from '../limits.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { signRequest } from '../params/call.ts'
import { bytes, count } from '../params/primitives.ts'
import { signMethods } from './sign.ts'
import { findReceipt } from './transactions.ts'

const raw = required('transaction', bytes)
/** What else in the node may listen to one event before Node warns of a leak. */
const OTHER_LISTENERS = 32

export function sendMethods({ api, signer }: Pick<RpcModules, 'api' | 'signer'>): MethodTable {
  let waiting = 0
  // Every waiting call listens; how many may is bounded here.
  api.events.setMaxListeners(RECEIPTS_WAITING_MAX + OTHER_LISTENERS)
  const sendAndWait = async (send: () => Promise<Hash>, timeoutMs: number) => {
    if (waiting >= RECEIPTS_WAITING_MAX) throw tooManyWait()
    waiting++
    try {
      return await waitForReceipt(api, await send(), Math.min(timeoutMs, RECEIPT_WAIT_MS_MAX))
    } finally {
      waiting--
    }
  }
  const open: MethodTable = {
    eth_sendRawTransaction: method({
      description: 'Adds a signed transaction to the pool and gossips it; its hash',
      params: [raw],
      isConcurrent: true,
      isUntimed: true,
      handler: ([raw]) => api.pool.submit(raw),
    }),
    eth_sendRawTransactionSync: method({
      description: 'The same, but answers with the receipt once there is one',
      params: [raw, optional('timeoutMs', count, RECEIPT_WAIT_MS)],
      isUntimed: true,
      handler: ([raw, timeoutMs]) => sendAndWait(() => api.pool.submit(raw), timeoutMs),
    }),
  }
  if (signer === undefined) return open
  return {
    ...open,
    ...signMethods(signer),
    eth_sendTransactionSync: method({
      description: 'Dev chains only: eth_sendTransaction that answers with the receipt',
      params: [required('transaction', signRequest), optional('timeoutMs', count, RECEIPT_WAIT_MS)],
      isUntimed: true,
      handler: ([request, timeoutMs]) => sendAndWait(() => signer.send(request), timeoutMs),
    }),
  }
}

/** Looks again at every new head. Throws RECEIPT_LATE, with the hash as EIP-7966 has it. */
async function waitForReceipt(
  { chain, events }: Pick<ChainApi, 'chain' | 'events'>,
  hash: Hash,
  timeoutMs: number,
) {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    const head = nextHead(events, deadlineMs - performance.now())
    const receipt = await findReceipt(chain, hash)
    if (receipt !== null) {
      head.cancel()
      return receipt
    }
    if (!(await head.came)) throw receiptLate(hash, timeoutMs)
  }
}

/** Listens from now on, so that no head slips between a look and the wait for the next. */
function nextHead(events: ChainApi['events'], waitMs: number) {
  let cancel = (): void => undefined
  const came = new Promise<boolean>((resolve) => {
    const onHead = (): void => finish(true)
    const timer = setTimeout(() => finish(false), Math.max(0, waitMs))
    // A node that stops does not wait for clients that wait.
    timer.unref()
    const finish = (isHead: boolean): void => {
      clearTimeout(timer)
      events.off('head', onHead)
      resolve(isHead)
    }
    events.on('head', onHead)
    cancel = () => finish(false)
  })
  return { came, cancel: () => cancel() }
}

function tooManyWait(): RpcError {
  return limitExceeded(`${RECEIPTS_WAITING_MAX} calls wait for a receipt: send it without waiting`)
}

function receiptLate(hash: Hex, timeoutMs: number): RpcError {
  return new RpcError(
    { code: 'RECEIPT_LATE', data: hash },
    `the transaction was added to the pool but is in no block after ${timeoutMs} ms`,
  )
}
