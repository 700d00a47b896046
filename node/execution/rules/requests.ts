/**
 * EIP-7685: what contracts ask of the consensus layer, gathered when a block closes. Deposits are
 * read from the logs of their contract (EIP-6110); two contracts hand out queues (EIP-7002,
 * EIP-7251).
 */
import type { Address, Hash } from '../../../consensus/types.ts'
import type { Log, Receipt } from '../../receipt.ts'
import { bytesOfHex } from '../../state/flat/integers.ts'
import type { EvmBlock } from '../evm/block-context.ts'
import type { Lane } from '../evm/lane.ts'
import { callAsSystem } from '../system-calls.ts'

export const WITHDRAWAL_QUEUE: Address = '0x00000961ef480eb55e80d19ad83579a64c007002'
export const CONSOLIDATION_QUEUE: Address = '0x0000bbddc7ce488642fb579f8b00f3a590007251'

const DEPOSIT_TYPE = 0
const WITHDRAWAL_TYPE = 1
const CONSOLIDATION_TYPE = 2
const DEPOSIT_EVENT: Hash = '0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5'
/** Where the ABI puts public key, credentials, amount, signature and index, and their bytes. */
const DEPOSIT_PARTS = [
  [192, 48],
  [288, 32],
  [352, 8],
  [416, 96],
  [544, 8],
] as const

/** Of each kind that has any, in order: its type byte and its data. */
export async function gatherRequests(
  lane: Lane,
  block: EvmBlock,
  receipts: readonly Receipt[],
  depositContract: Address | undefined,
): Promise<readonly Uint8Array[]> {
  const logs = receipts.flatMap((receipt) => receipt.logs)
  const deposits = logs
    .filter(({ address, topics }) => address === depositContract && topics[0] === DEPOSIT_EVENT)
    .flatMap(depositOf)
  const queues = [
    [DEPOSIT_TYPE, Buffer.concat(deposits)],
    [WITHDRAWAL_TYPE, await callAsSystem(lane, block, WITHDRAWAL_QUEUE)],
    [CONSOLIDATION_TYPE, await callAsSystem(lane, block, CONSOLIDATION_QUEUE)],
  ] as const
  return queues.flatMap(([type, data]) => (data.length === 0 ? [] : [Buffer.of(type, ...data)]))
}

function depositOf({ data }: Log): Uint8Array[] {
  const bytes = bytesOfHex(data)
  return DEPOSIT_PARTS.map(([start, length]) => bytes.subarray(start, start + length))
}
