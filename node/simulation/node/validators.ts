/** Keys and block 0 of simulated devnets: the same for every seed, made once in a process. */
import { bytesToHex } from '@ethereumjs/util'
import type { Address, Hex } from '../../../consensus/types.ts'
import { buildGenesis } from '../../../genesis/build-genesis.ts'
import { devParticipants } from '../../../genesis/economy/participants.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import type { PresetName } from '../../../genesis/params.ts'
import { addressOfKey } from '../../../genesis/validator-keys.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { EPOCH_MS } from '../engine/node-clock.ts'
import { withStakes } from './weighed-genesis.ts'

/** MAC; any will do, as nothing is multiplied. */
export const GPU_DIFFICULTY = 2n ** 30n

export type DevnetValidatorKeys = {
  readonly votingKey: Hex
  readonly address: Address
  readonly coinbase: Address
  readonly coinbaseKey: Hex
}

const genesisByOptions = new Map<string, Promise<Genesis>>()

export function validatorKeys(count: number): readonly DevnetValidatorKeys[] {
  return Array.from({ length: count }, (_, index) => {
    const voting = keyOf(`voting key ${index}`)
    const earning = keyOf(`coinbase ${index}`)
    const [address, coinbase] = [addressOfKey(voting), addressOfKey(earning)]
    const keys = { votingKey: bytesToHex(voting), coinbaseKey: bytesToHex(earning) }
    return { ...keys, address, coinbase }
  })
}

export function simulatedGenesis(preset: PresetName, count: number): Promise<Genesis> {
  const name = `${preset}-${count}`
  const made = genesisByOptions.get(name) ?? build(preset, count)
  genesisByOptions.set(name, made)
  return made
}

/** As above, and made anew each time where a stake is another than the least; in least stakes. */
export async function genesisOfStakes(
  preset: PresetName,
  stakes: readonly number[],
): Promise<Genesis> {
  const genesis = await simulatedGenesis(preset, stakes.length)
  return stakes.every((stake) => stake === 1) ? genesis : withStakes(genesis, stakes)
}

function build(preset: PresetName, count: number): Promise<Genesis> {
  return buildGenesis({
    preset,
    timestamp: BigInt(EPOCH_MS / 1000),
    validators: validatorKeys(count),
    participants: devParticipants(),
    ...(preset === 'gpu' && { genesisDifficulty: GPU_DIFFICULTY }),
  })
}

/** Public on purpose: nobody must think that these are secret. */
function keyOf(name: string): Uint8Array {
  return keccak256(new TextEncoder().encode(`hanzo simulated devnet: ${name}`))
}
