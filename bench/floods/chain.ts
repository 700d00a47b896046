/** A chain to bring to the victim block by block: valid, with transfers, as old as it is long. */
import { rm } from 'node:fs/promises'
import { pino } from 'pino'
import { privateKeyToAccount } from 'viem/accounts'
import type { Hash } from '../../consensus/types.ts'
import { devAccounts } from '../../genesis/accounts.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { SealedBlock } from '../../node/chain/sealed-block.ts'
import { Node } from '../../node/node.ts'
import { encodeSealedBlock } from '../../node/sync/wire.ts'

export const TRANSFERS_PER_BLOCK = 4
const SILENT = pino({ level: 'silent' })

/** As it goes over the wire. */
export type FedBlock = {
  readonly hash: Hash
  readonly number: number
  readonly totalDifficulty: bigint
  readonly payload: Uint8Array
}

export async function makeChain(
  genesis: Genesis,
  dataDir: string,
  count: number,
): Promise<readonly FedBlock[]> {
  const seal = { pace: { kind: 'manual' }, gpu: 'cpu', dutyPercent: 100 } as const
  const node = await Node.start({ genesis, dataDir, log: SILENT, seal })
  const blocks: FedBlock[] = []
  node.chain.events.on('imported', (block) => blocks.push(fedBlock(node, block)))
  const transfers = await transfersOf(genesis)
  for (let number = 1; number <= count; number++) {
    for (let i = 0; i < TRANSFERS_PER_BLOCK; i++) await node.api.pool.submit(await transfers())
    await node.sealer?.sealNow({ timestamp: genesis.timestamp + BigInt(number) })
  }
  await node.stop()
  await rm(dataDir, { recursive: true, force: true })
  if (blocks.length !== count) throw new Error(`the chain has ${blocks.length} blocks`)
  return blocks
}

function fedBlock({ chain }: Node, block: SealedBlock): FedBlock {
  return {
    hash: block.hash,
    number: Number(block.header.number),
    totalDifficulty: chain.tree.get(block.hash)?.totalDifficulty ?? 0n,
    payload: encodeSealedBlock(block),
  }
}

/** The next transfer each time. */
async function transfersOf({ params }: Genesis): Promise<() => Promise<Uint8Array>> {
  const [first, second] = devAccounts().map(({ privateKey }) => privateKeyToAccount(privateKey))
  if (first === undefined || second === undefined) throw new Error('no accounts')
  let nonce = 0
  return async () => {
    const raw = await first.signTransaction({
      type: 'eip1559',
      chainId: Number(params.chainId),
      nonce: nonce++,
      to: second.address,
      value: 1n,
      gas: 21_000n,
      maxFeePerGas: 10_000_000_000n,
      maxPriorityFeePerGas: 1n,
    })
    return Buffer.from(raw.slice(2), 'hex')
  }
}
