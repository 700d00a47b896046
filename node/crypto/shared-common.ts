/**
 * One `Common` for every transaction, block and EVM of a process.
 *
 * EthereumJS copies its Common into each object and walks fork lists for each question; both
 * dominate the cost of a transfer. Our rules are fixed at genesis, so the answers are computed
 * once and the copy is the thing itself.
 */
import { paramsBlock } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'
import { assert } from '../../consensus/errors.ts'
import { type ChainInputs, createChainCommon } from '../../genesis/chain-config.ts'
import { customCrypto } from './custom-crypto.ts'

const shared = new WeakMap<ChainInputs, Common>()

/** The chain's rules, shared and frozen in time: `copy` and `updateParams` change nothing. */
export function createSharedCommon(genesis: ChainInputs): Common {
  const common = shared.get(genesis) ?? freezeCommon(createChainCommon(genesis, customCrypto))
  shared.set(genesis, common)
  return common
}

/** Fixes a Common at its hardfork, with what the libraries would ask it computed once. */
export function freezeCommon(common: Common): Common {
  // In the order in which the libraries would add them: the last one wins.
  for (const params of [paramsBlock, paramsTx, paramsEVM, paramsVM]) common.updateParams(params)
  const chainId = common.chainId()
  const hardfork = common.hardfork()
  const consensusType = common.consensusType()
  const consensusAlgorithm = common.consensusAlgorithm()
  const isActivated = common.isActivatedEIP.bind(common)
  const isReached = common.gteHardfork.bind(common)
  const parameter = common.param.bind(common)
  const activeEips = memoize((eip: number) => isActivated(eip))
  const reachedForks = memoize((fork: string) => isReached(fork))
  const params = memoize((name: string) => parameter(name))
  return Object.assign(common, {
    copy: () => common,
    updateParams: () => undefined,
    resetParams: () => undefined,
    setHardfork: (fork: string) => assert(fork === hardfork, 'the rules are fixed at genesis'),
    isActivatedEIP: activeEips,
    gteHardfork: reachedForks,
    param: params,
    chainId: () => chainId,
    hardfork: () => hardfork,
    consensusType: () => consensusType,
    consensusAlgorithm: () => consensusAlgorithm,
  })
}

/** Bounded by the code that asks: the names of EIPs, forks and parameters in the libraries. */
function memoize<Key, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const value = known.get(key)
    if (value !== undefined) return value
    const computed = compute(key)
    known.set(key, computed)
    return computed
  }
}
