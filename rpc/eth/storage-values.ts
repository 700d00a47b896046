/** `eth_getStorageValues`: many slots of many accounts at one block. */
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { requireBlock } from '../block-lookup.ts'
import { paramInvalid } from '../errors.ts'
import { STORAGE_VALUES_MAX } from '../limits.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { address, arrayOf, objectAt, type Parser, slot } from '../params/primitives.ts'

type SlotRequest = readonly (readonly [account: Address, slots: readonly Hash[]])[]

const slots = arrayOf(slot, STORAGE_VALUES_MAX)

/** Account to slots; something must be asked for. */
const slotRequest: Parser<SlotRequest> = {
  type: 'slots by address',
  parse(value, path) {
    const entries = Object.entries(objectAt(value, path))
    const request = entries.map(
      ([account, keys]) =>
        [address.parse(account, path), slots.parse(keys, `${path}.${account}`)] as const,
    )
    const count = request.reduce((sum, [, keys]) => sum + keys.length, 0)
    if (count === 0) throw paramInvalid('empty request')
    if (count > STORAGE_VALUES_MAX) {
      throw paramInvalid(`too many slots (max ${STORAGE_VALUES_MAX})`)
    }
    return request
  },
}

export function storageValueMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  return {
    eth_getStorageValues: method({
      description: 'Storage slots of several accounts, 32 bytes each',
      params: [required('requests', slotRequest), optional('block', block, LATEST)],
      handler: async ([requests, selector]) => {
        const view = await api.state.at(await requireBlock(api.chain, selector))
        const answers = requests.map(
          async ([account, keys]): Promise<readonly [Address, readonly Hex[]]> => [
            account,
            await Promise.all(keys.map(async (key) => view.storage(account, key))),
          ],
        )
        return Object.fromEntries(await Promise.all(answers))
      },
    }),
  }
}
