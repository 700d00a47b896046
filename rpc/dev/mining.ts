/** When blocks come, and what time they have: `evm_mine` and kin. */
import type { DevControls } from '../../node/dev/controls.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import { bool, member, type Parser } from '../params/primitives.ts'
import { named } from './aliases.ts'
import { amount, smallAmount } from './amounts.ts'

/** Above it a time is of milliseconds: the year 5138. */
const SECONDS_MAX = 100_000_000_000n
/** `setTimeout`'s own. */
const INTERVAL_SECONDS_MAX = 86_400n

type MineOptions = { readonly timestamp: bigint | undefined; readonly blocks: bigint | undefined }

export const mineOptions: Parser<MineOptions> = {
  type: 'timestamp or options',
  parse(value, path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { timestamp: smallAmount.parse(value, path), blocks: undefined }
    }
    const object = value as Readonly<Record<string, unknown>>
    return {
      timestamp: member(object, path, 'timestamp', smallAmount),
      blocks: member(object, path, 'blocks', smallAmount),
    }
  },
}

export function miningMethods(dev: DevControls): MethodTable {
  const mineMany = method({
    description: 'Makes blocks at once, so many seconds apart',
    params: [optional('blocks', smallAmount, 1n), optional('interval', smallAmount, undefined)],
    isUntimed: true,
    handler: async ([blocks, interval]) => {
      await dev.mine({ blocks, interval })
      return null
    },
  })
  return {
    evm_mine: method({
      description: 'Makes a block at once, at a time if one is given',
      params: [optional('options', mineOptions, undefined)],
      isUntimed: true,
      handler: async ([options]) => {
        await dev.mine({ blocks: options?.blocks ?? 1n, timestamp: options?.timestamp })
        return '0x0'
      },
    }),
    ...named('mine', ['anvil', 'hardhat'], mineMany),
    ...automineMethods(dev),
    ...timeMethods(dev),
  }
}

function automineMethods(dev: DevControls): MethodTable {
  const getAutomine = method({
    description: 'Whether a block comes as soon as a transaction waits',
    params: [],
    handler: () => dev.isAutomine,
  })
  const setAutomine = method({
    description: 'A block as soon as a transaction waits, or only when asked for',
    params: [required('isOn', bool)],
    handler: ([isOn]) => {
      dev.setAutomine(isOn)
      return null
    },
  })
  const setIntervalMining = method({
    description: 'A block each so many seconds; 0: only when asked for',
    params: [required('seconds', intervalSeconds)],
    handler: ([seconds]) => {
      dev.setBlockInterval(seconds)
      return null
    },
  })
  return {
    ...named('getAutomine', ['anvil', 'hardhat'], getAutomine),
    ...named('setAutomine', ['evm', 'anvil', 'hardhat'], setAutomine),
    ...named('setIntervalMining', ['evm', 'anvil', 'hardhat'], setIntervalMining),
    anvil_getIntervalMining: method({
      description: 'Seconds between blocks, or null',
      params: [],
      handler: () => {
        const { blockInterval } = dev
        return blockInterval === undefined ? null : Number(blockInterval)
      },
    }),
  }
}

const intervalSeconds: Parser<bigint> = {
  type: 'quantity or number',
  parse(value, path) {
    const seconds = smallAmount.parse(value, path)
    return seconds < INTERVAL_SECONDS_MAX ? seconds : INTERVAL_SECONDS_MAX
  },
}

function timeMethods(dev: DevControls): MethodTable {
  const increaseTime = method({
    description: 'Moves time on; by how many seconds it is ahead of the machine now',
    params: [required('seconds', smallAmount)],
    handler: ([seconds]) => {
      dev.increaseTime(seconds)
      return Number(dev.timeOffset)
    },
  })
  const setNextBlockTimestamp = method({
    description: 'The next block has this time, and time goes on from there',
    params: [required('timestamp', smallAmount)],
    handler: ([timestamp]) => {
      dev.setNextTimestamp(timestamp)
      return null
    },
  })
  const setTime = method({
    description: 'It is this time now, in seconds or milliseconds; how far that is ahead',
    params: [required('timestamp', amount)],
    handler: ([timestamp]) => {
      const seconds = timestamp > SECONDS_MAX ? timestamp / 1000n : timestamp
      const before = dev.now
      dev.setTime(seconds)
      return Number(seconds > before ? seconds - before : 0n)
    },
  })
  const setInterval = method({
    description: 'Each block is so many seconds later than the one before it',
    params: [required('seconds', smallAmount)],
    handler: ([seconds]) => {
      dev.setTimestampInterval(seconds)
      return null
    },
  })
  const removeInterval = method({
    description: 'Blocks have the time of the clock again; whether they had another',
    params: [],
    handler: () => {
      const hadInterval = dev.timestampInterval !== undefined
      dev.setTimestampInterval(undefined)
      return hadInterval
    },
  })
  return {
    ...named('increaseTime', ['evm', 'anvil'], increaseTime),
    ...named('setNextBlockTimestamp', ['evm', 'anvil'], setNextBlockTimestamp),
    ...named('setTime', ['evm', 'anvil'], setTime),
    ...named('setBlockTimestampInterval', ['anvil', 'evm'], setInterval),
    ...named('removeBlockTimestampInterval', ['anvil', 'evm'], removeInterval),
  }
}
