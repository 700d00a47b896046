/**
 * One way to a {@link Genesis}, for the builder and the file reader alike: state root, header and
 * hash follow from rules and allocation, and nothing that was recorded is trusted.
 */
import { bytesToHex } from '@ethereumjs/util'
import { verifySupply, verifyValidators } from '../build/allocation.ts'
import { type ConsensusParams, type PresetName, verifyBlockZero, verifyParams } from '../params.ts'
import { predeploysOf } from '../predeploys.ts'
import type { Address, Genesis, GenesisAccount, GenesisValidator } from '../types.ts'
import { encodeGenesisHeader } from './genesis-header.ts'
import { formatGenesisFile } from './genesis-json.ts'
import { keccak256 } from './keccak.ts'
import { stateRootOf } from './state-root.ts'

export type GenesisInputs = {
  readonly params: ConsensusParams
  readonly preset: PresetName
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly alloc: ReadonlyMap<Address, GenesisAccount>
  readonly validators: readonly GenesisValidator[]
}

export function assembleGenesis(inputs: GenesisInputs): Genesis {
  verifyParams(inputs.params)
  verifyBlockZero(inputs.timestamp, inputs.gasLimit)
  verifyValidators(inputs.validators)
  verifySupply([...inputs.alloc.values()].map(({ balance }) => balance))
  const stateRoot = bytesToHex(stateRootOf(inputs.alloc))
  const headerRlp = encodeGenesisHeader({ ...inputs, stateRoot })
  const block = {
    ...inputs,
    stateRoot,
    headerRlp,
    hash: bytesToHex(keccak256(headerRlp)),
    predeploys: predeploysOf(inputs.params),
  }
  return { ...block, file: formatGenesisFile(block) }
}
