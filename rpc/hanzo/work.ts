/**
 * `hanzo_getWork` and `hanzo_submitWork`: the search, for provers outside the node.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC".
 */
import { quantity } from '../format/hex.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { address, bytes, hash, hexOf } from '../params/primitives.ts'

export function workMethods({ api }: Pick<NodeModules, 'api'>): MethodTable {
  return {
    hanzo_getWork: method({
      description: 'A block to be sealed, as a prover needs it',
      params: [optional('coinbase', address, undefined)],
      handler: async ([coinbase]) => {
        const { kind, difficulty, expiresAt, ...work } = await api.work.getWork(coinbase)
        return {
          ...work,
          kind: quantity(kind),
          difficulty: quantity(difficulty),
          expiresAt: quantity(expiresAt),
        }
      },
    }),
    hanzo_submitWork: method({
      description: 'A winning nonce and its witness: seals and publishes the block',
      params: [required('workId', hash), required('nonce', hexOf(8)), required('proof', bytes)],
      handler: ([workId, nonce, proof]) => api.work.submitWork(workId, nonce, proof),
    }),
  }
}
