/** A pool that takes nothing: in place of the mempool until that is joined to the node. */
import { CodedError } from '../consensus/errors.ts'
import type { Address } from '../consensus/types.ts'
import type { PoolReader } from './api.ts'
import type { Chain } from './chain/chain.ts'

export function emptyPool(chain: Chain): PoolReader {
  return {
    get: () => undefined,
    pending: () => [],
    content: () => ({ pending: new Map(), queued: new Map() }),
    status: () => ({ pending: 0, queued: 0 }),
    async nextNonce(address: Address) {
      const state = chain.state.view(chain.head.header.stateRoot)
      return (await state.account(address))?.nonce ?? 0n
    },
    submit: () => Promise.reject(new CodedError({ code: 'POOL_CLOSED' }, 'There is no pool yet.')),
  }
}
