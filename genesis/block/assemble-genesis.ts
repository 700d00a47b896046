/**
 * One way to a {@link Genesis}, for the builder and the file reader alike: state root, header and
 * hash follow from rules and allocation, and nothing that was recorded is trusted.
 */
import { bytesToHex } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { verifySupply, verifyValidators } from '../build/allocation.ts'
import { type ConsensusParams, type PresetName, verifyBlockZero, verifyParams } from '../params.ts'
import { PREDEPLOYS } from '../predeploys.ts'
import type { Address, Genesis, GenesisAccount, GenesisValidator } from '../types.ts'
import { encodeGenesisHeader } from './genesis-header.ts'
import { formatGenesisFile } from './genesis-json.ts'
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
    hash: bytesToHex(keccak_256(headerRlp)),
    predeploys: PREDEPLOYS,
  }
  return { ...block, file: formatGenesisFile(block) }
}
