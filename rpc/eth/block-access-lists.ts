/**
 * Block access lists (EIP-7928), which come after Osaka: no block here has one, and callers are
 * told so in the words that the schema has for it.
 */
import { RpcError } from '../errors.ts'
import { type MethodTable, method, required } from '../method.ts'
import { block } from '../params/block.ts'

const selector = required('block', block)

export function blockAccessListMethods(): MethodTable {
  return {
    eth_getBlockAccessList: method({
      description: 'Null: blocks have no access lists before Amsterdam',
      params: [selector],
      handler: () => null,
    }),
    debug_getRawBlockAccessList: method({
      description: 'Error -32001: blocks have no access lists before Amsterdam',
      params: [selector],
      handler: () => {
        throw new RpcError({ code: 'RESOURCE_UNKNOWN' }, 'the block has no access list')
      },
    }),
  }
}
