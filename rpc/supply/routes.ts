/**
 * What exchanges, wallets and explorers poll without JSON-RPC: supplies in plain text, the token
 * list, and the chain as a wallet adds it. Behind the same guard as JSON-RPC; GET alone.
 *
 * Spec: docs/supply-api.md.
 */
import type { FastifyInstance } from 'fastify'
import { addEthereumChain } from '../../genesis/add-ethereum-chain.ts'
import type { NodeApi } from '../../node/api.ts'
import { formatCoins } from './coins.ts'
import { type Supply, supplyAt } from './supply.ts'
import { tokenListOf } from './token-list.ts'

const TEXT_TYPE = 'text/plain; charset=utf-8'
const SUPPLIES = ['total', 'circulating', 'max'] as const satisfies readonly (keyof Supply)[]

export function addSupplyRoutes(app: FastifyInstance, { chain, state, genesis }: NodeApi): void {
  for (const which of SUPPLIES) {
    app.get(`/supply/${which}`, async (_, reply) => {
      const supply = await supplyAt(state, chain.head())
      return reply.type(TEXT_TYPE).send(formatCoins(supply[which]))
    })
  }
  app.get('/token-list', (_, reply) => {
    void reply.send(tokenListOf(genesis))
  })
  // The name under which the caller found this node is the one that its wallet can use.
  app.get('/add-ethereum-chain', ({ protocol, host }, reply) => {
    void reply.send(addEthereumChain(genesis.params.chainId, [`${protocol}://${host}`]))
  })
}
