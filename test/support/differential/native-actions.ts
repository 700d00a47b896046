/** Transactions as any chain has them: transfers, access lists, data, precompiles, failures. */
import { bytesToHex } from '@ethereumjs/util'
import type { Address, Hex } from '../../../consensus/types.ts'
import { SYSTEM_ADDRESS } from '../../../genesis/predeploys.ts'
import type { ActionTable, World } from './world.ts'

const PRECOMPILES: readonly Address[] = [
  ...Array.from({ length: 17 }, (_, index) => index + 1),
  0x100,
].map((number): Address => `0x${number.toString(16).padStart(40, '0')}`)

const MODEXP: Address = `0x${'5'.padStart(40, '0')}`

export const NATIVE_ACTIONS: ActionTable = {
  transfer: {
    weight: 10,
    make: (world) =>
      world.sign(world.wallet(), { to: world.anyone(), value: world.wei(), gasLimit: 21_000n }),
  },
  nothingToNobody: {
    weight: 2,
    make: (world) => world.sign(world.wallet(), { to: randomAddress(world), gasLimit: 21_000n }),
  },
  toSystem: {
    weight: 1,
    make: (world) => world.sign(world.wallet(), { to: SYSTEM_ADDRESS, value: world.wei() }),
  },
  fundStranger: {
    weight: 4,
    make: (world) =>
      world.sign(world.wallet(), { to: world.stranger().address, value: 10n ** 15n }),
  },
  data: {
    weight: 4,
    make: (world) =>
      world.sign(world.wallet(), { to: world.anyone(), data: randomData(world, 2_000) }),
  },
  accessList: {
    weight: 5,
    make: (world) => {
      const to = world.contract()
      const { random } = world
      const accessList = Array.from({ length: random.below(4) }, () => ({
        address: random.pick([to, world.anyone(), randomAddress(world)]),
        storageKeys: Array.from({ length: random.below(4) }, (_, slot) => word(BigInt(slot))),
      }))
      const type = random.pick([1, 2])
      return world.sign(world.wallet(), { to, type, accessList, gasLimit: 300_000n })
    },
  },
  precompile: {
    weight: 8,
    make: (world) =>
      world.sign(world.wallet(), {
        to: world.random.pick(PRECOMPILES),
        data: randomData(world, 400),
        value: world.random.chance(20) ? world.wei() : 0n,
        gasLimit: 500_000n,
      }),
  },
  modexp: {
    weight: 2,
    make: (world) => {
      const { random } = world
      const lengths = Array.from({ length: 3 }, () => random.below(80))
      const size = lengths.reduce((sum, length) => sum + length, 0)
      const data = `${lengths.map((length) => word(BigInt(length)).slice(2)).join('')}`
      const operands = bytesToHex(random.bytes(size)).slice(2)
      return world.sign(world.wallet(), {
        to: MODEXP,
        data: `0x${data}${operands}`,
        gasLimit: 500_000n,
      })
    },
  },
}

function randomAddress(world: World): Address {
  return bytesToHex(world.random.bytes(20))
}

/** Half of it zeros, as in calldata of contracts. */
function randomData(world: World, bytesMax: number): Hex {
  const { random } = world
  const bytes = random.bytes(random.below(bytesMax))
  return bytesToHex(bytes.map((byte) => (random.chance(50) ? byte : 0)))
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
