/** `hanzo_getChainParams`: the rules of the chain, for checkers and tools. */

import type { GenesisFile } from '../../genesis/genesis-file.ts'
import type { ConsensusParams } from '../../genesis/params.ts'
import { quantity } from '../format/hex.ts'
import { type MethodTable, method } from '../method.ts'
import type { NodeModules } from '../modules.ts'

export function chainParamsMethods({ api }: Pick<NodeModules, 'api'>): MethodTable {
  return {
    hanzo_getChainParams: method({
      description: 'Consensus parameters, forks and predeploys of this chain',
      params: [],
      handler: () => {
        const { params, hash, preset, predeploys, file } = api.genesis
        return {
          chainId: quantity(params.chainId),
          genesisHash: hash,
          preset,
          shape: params.shape,
          dev: params.dev,
          epochLength: quantity(params.epochLength),
          idealBlockTimeMs: quantity(params.idealBlockTimeMs),
          asertTauMs: quantity(params.asertTauMs),
          genesisDifficulty: quantity(params.genesisDifficulty),
          minDifficulty: quantity(params.minDifficulty),
          rescueSeconds: quantity(params.rescueSeconds),
          eraBlocks: quantity(params.eraBlocks),
          voteDepth: quantity(voteDepth(params)),
          forkSchedule: forkSchedule(file.config),
          predeploys,
        }
      },
    }),
  }
}

/** Blocks on top of a checkpoint before validators vote: docs/spec/consensus.md, "Parameters". */
function voteDepth({ dev }: ConsensusParams): number {
  return dev ? 3 : 4
}

/** The forks of the genesis file, under geth's names: `...Block` by height, `...Time` by second. */
function forkSchedule(config: GenesisFile['config']): Readonly<Record<string, string>> {
  const forks = Object.entries(config).filter(([name]) => /(Block|Time)$/.test(name))
  return Object.fromEntries(
    forks.flatMap(([name, at]) => (typeof at === 'number' ? [[name, quantity(at)]] : [])),
  )
}
