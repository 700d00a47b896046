/**
 * The work of `hanzo node`: reads genesis and key, serves, tells its supervisor, stops in order.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Address, Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { loadGenesisFile } from '../../genesis/genesis-file.ts'
import { parseKeyFile } from '../../genesis/validator-keys.ts'
import type { HeadMessage, ValidatorMessage } from '../devnet/messages.ts'
import type { HeadChange } from '../events.ts'
import { CommandError, EXIT_FAILURE } from './failure.ts'
import type { GpuMode } from './flags.ts'
import { createLog, type Logger } from './log.ts'
import { type ServedNode, serve } from './serve.ts'
import { untilStopped } from './until-stopped.ts'

export type NodeFlags = {
  readonly genesis: string
  readonly dataDir: string
  readonly rpcPort: number
  readonly p2pPort: number
  readonly p2pHost: string
  readonly bootnode: readonly string[]
  readonly validatorKey?: string
  readonly coinbase?: Address
  readonly mine?: boolean
  readonly gpu: GpuMode
  readonly gpuDuty: number
  readonly exclude: readonly Hash[]
  readonly joinFork?: Hash
  readonly voteAfterRestore?: boolean
  readonly devRpc?: boolean
  readonly logLevel: string
  readonly json?: boolean
}

export async function runNode(flags: NodeFlags): Promise<void> {
  // The supervisor is gone, however that came about: a validator does not outlive it.
  const onDisconnect = () => process.kill(process.pid, 'SIGTERM')
  process.once('disconnect', onDisconnect)
  try {
    await serveNode(flags)
  } catch (error) {
    if (process.send === undefined || !(error instanceof Error)) throw error
    // The supervisor says it, once for the whole devnet.
    tellSupervisor({ type: 'failed', sentence: error.message })
    process.exitCode = EXIT_FAILURE
  } finally {
    // An open channel would keep the process alive.
    process.off('disconnect', onDisconnect)
    if (process.connected) process.disconnect()
  }
}

async function serveNode(flags: NodeFlags): Promise<void> {
  const genesis = loadGenesisFile(resolve(flags.genesis))
  if (flags.devRpc === true && !genesis.params.dev) {
    throw new CommandError('NOT_A_DEV_CHAIN', '--dev-rpc is for chains of a dev preset.')
  }
  const { validatorKey: path } = flags
  const key = path === undefined ? undefined : parseKeyFile(await readKeyFile(path), path)
  const coinbase = chooseCoinbase(flags, genesis, key?.address)
  const log = createLog({ isJson: flags.json === true, level: flags.logLevel })
  const stopped = untilStopped()
  const served = await serve({
    node: {
      genesis,
      dataDir: resolve(flags.dataDir),
      p2p: { host: flags.p2pHost, port: flags.p2pPort, bootnodes: flags.bootnode },
      ...(flags.mine === true
        ? { seal: { pace: { kind: 'continuous' }, ...sealOptions(flags), certify: true } }
        : {}),
      ...(key === undefined ? {} : { votingKey: key.privateKey }),
      ...operatorOptions(flags),
      devControls: flags.devRpc === true,
      ...(coinbase === undefined ? {} : { coinbase }),
    },
    rpcPort: flags.rpcPort,
    log,
  })
  announce(served, flags, log)
  await stopped
  await served.stop()
}

/** The flag, else the payout address that the genesis names for the validator's key. */
function chooseCoinbase(
  { validatorKey, coinbase, mine }: NodeFlags,
  genesis: Genesis,
  votingKey: Address | undefined,
): Address | undefined {
  if (votingKey === undefined) {
    if (mine === true && coinbase === undefined) {
      throw new CommandError(
        'NO_COINBASE',
        'A node that mines needs an address for its rewards: give --coinbase or --validator-key.',
      )
    }
    return coinbase
  }
  const validator = genesis.validators.find(({ address }) => address === votingKey)
  if (validator === undefined && coinbase === undefined && mine === true) {
    throw new CommandError(
      'NOT_A_VALIDATOR',
      `The key of ${validatorKey} is no validator of this genesis: give --coinbase as well.`,
    )
  }
  return coinbase ?? validator?.coinbase
}

/** What an operator decides after a fault. */
function operatorOptions({ exclude, joinFork, voteAfterRestore = false }: NodeFlags) {
  return { exclude, voteAfterRestore, ...(joinFork === undefined ? {} : { joinFork }) }
}

function sealOptions({ gpu, gpuDuty }: NodeFlags) {
  return { gpu, dutyPercent: gpuDuty }
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError('KEY_UNREADABLE', `The key file ${path} can't be read (${reason}).`)
  }
}

function announce(served: ServedNode, flags: NodeFlags, log: Logger): void {
  const { node, rpcUrl, wsUrl, adapter } = served
  const [p2p = ''] = node.api.network.multiaddrs
  const ready = { rpcUrl, wsUrl, p2p, adapter }
  if (process.send !== undefined) {
    tellSupervisor({ type: 'ready', pid: process.pid, ...ready })
    node.api.events.on('head', (change) => {
      describeHead(served, change).then(tellSupervisor, (error: unknown) => {
        // A head that comes while the node stops can't be read any more; nobody waits for it.
        log.debug({ err: error }, 'A head was not told to the supervisor')
      })
    })
  } else if (flags.json === true) {
    console.log(JSON.stringify({ event: 'ready', ...ready }))
  } else {
    console.log(`Ready: JSON-RPC at ${rpcUrl}, peers at ${p2p}, mines with ${adapter}`)
  }
}

async function describeHead(served: ServedNode, change: HeadChange): Promise<HeadMessage> {
  const { api } = served.node
  const { hash, header } = change.head
  const block = await api.chain.block(hash)
  return {
    type: 'head',
    number: header.number.toString(),
    hash,
    coinbase: header.coinbase,
    transactions: block?.transactions.length ?? 0,
    timestamp: Number(header.timestamp),
    peers: api.network.peers().length,
    removed: change.removed.length,
  }
}

function tellSupervisor(message: ValidatorMessage): void {
  // With a callback a supervisor that has just gone is no error event of this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
