/**
 * The driver of finality with what it asks: the record of votes, what peers remember of them, and
 * whether the network was heard.
 *
 * Spec: docs/spec/finality.md, "Duty".
 */
import { hexToBytes } from '@ethereumjs/util'
import { addressOfKey } from '../../genesis/validator-keys.ts'
import type { Chain } from '../chain/chain.ts'
import type { NodeOptions } from '../options.ts'
import type { PeerServices } from '../peer-services.ts'
import type { Clock } from '../ports.ts'
import type { DataDirectory } from '../storage/data-directory.ts'
import type { Disk } from '../storage/disk.ts'
import { SyncRequests } from '../sync/requests.ts'
import { FinalityDriver, type Validator } from './finality-driver.ts'
import { Hearing } from './hearing/hearing.ts'
import { Recall } from './hearing/recall.ts'
import { VoteProtection } from './protection.ts'

type Parts = {
  readonly chain: Chain
  readonly clock: Clock
  readonly directory: DataDirectory
  readonly disk: Disk
}

export async function openFinality(
  options: NodeOptions,
  { chain, clock, directory, disk }: Parts,
  peers: PeerServices | undefined,
): Promise<FinalityDriver> {
  const log = options.log.child({ module: 'finality' })
  const { p2p, votingKey, voteAfterRestore = false } = options
  const bootnodeCount = votingKey === undefined || voteAfterRestore ? 0 : p2p?.bootnodes.length
  const validator = await openValidator(options, directory, disk)
  const recall =
    peers &&
    validator &&
    new Recall({
      ...{ votingKey: validator.address, finality: chain.finality, log },
      requests: new SyncRequests(peers.network),
      peers: () => peers.network.peers(),
      isCovered: (peerId) => peers.sync.isCovered(peerId),
    })
  const hearing =
    peers &&
    new Hearing({
      ...{ clock, log, bootnodeCount },
      isAtRest: () => peers.sync.isAtRest,
      peers: () =>
        peers.network.peers().map(({ id, isStatic }) => ({
          ...{ id, isStatic },
          isCovered: peers.sync.isCovered(id) && recall?.hasAnswered(id) !== false,
        })),
    })
  const driver = new FinalityDriver({
    ...{ chain, clock, log },
    isSynced: () => peers?.sync.isBehind !== true,
    hasHeard: () => hearing?.isDone !== false,
    ...{ validator, recall },
  })
  if (peers !== undefined) driver.setNetwork(peers.finality)
  return driver
}

async function openValidator(
  { votingKey: privateKey, genesis, voteAfterRestore: votesAfterRestore = false }: NodeOptions,
  { slashingDirectory }: DataDirectory,
  { files }: Disk,
): Promise<Validator | undefined> {
  if (privateKey === undefined) return undefined
  const address = addressOfKey(hexToBytes(privateKey))
  const protection = await VoteProtection.open(slashingDirectory, address, genesis.hash, files)
  return { address, privateKey, protection, votesAfterRestore }
}
