/**
 * Who takes part: a follower of its own process that is flooded, a chain that it has not seen yet,
 * an honest peer in this process that brings the chain and looks at the time, and the attacker, a
 * process too, so that what it does costs the victim's event loop nothing.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { GENESIS_FILE, writeGenesis } from '../../node/devnet/prepare.ts'
import { freePortRanges } from '../../test/support/free-ports.ts'
import { BenchProcess, temporaryBenchDirectory } from '../processes.ts'
import { Attacker } from './attacker.ts'
import { type FedBlock, makeChain } from './chain.ts'
import { HonestPeer } from './honest-peer.ts'

/** Forged votes name validators: four, of whom none votes. */
const VALIDATORS = 4

export type Scene = {
  readonly genesis: Genesis
  readonly victim: Victim
  readonly honest: HonestPeer
  readonly attacker: Attacker
  stop(): Promise<void>
}

export type Victim = {
  readonly pid: number
  /** Multiaddr with the peer id. */
  readonly address: string
  readonly rpcPort: number
}

export async function openScene(blockCount: number): Promise<Scene> {
  const directory = await temporaryBenchDirectory()
  // Blocks are at least a second apart, and none may be ahead of the clock.
  const timestamp = BigInt(Math.floor(Date.now() / 1000) - blockCount - 60)
  const genesis = await writeGenesis({
    ...{ directory, timestamp, preset: 'instant', validatorCount: VALIDATORS, isReal: false },
  })
  const blocks = await makeChain(genesis, join(directory, 'source'), blockCount)
  const closers = [() => rm(directory, { recursive: true, force: true })]
  const stop = async () => {
    for (const close of closers.reverse()) await close()
  }
  try {
    return { genesis, ...(await openParts(genesis, blocks, directory, closers)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openParts(
  genesis: Genesis,
  blocks: readonly FedBlock[],
  directory: string,
  closers: (() => Promise<void>)[],
): Promise<Omit<Scene, 'genesis' | 'stop'>> {
  const ports = await freePortRanges(1)
  const process = new BenchProcess([
    ...['node', '--genesis', join(directory, GENESIS_FILE), '--log-level', 'error'],
    ...['--data-dir', join(directory, 'victim'), '--rpc-port', String(ports.rpc)],
    ...['--p2p-port', String(ports.p2p)],
  ])
  closers.push(() => process.stop())
  const { p2p } = await process.event('ready')
  const victim = { pid: process.pid, address: String(p2p), rpcPort: ports.rpc }
  const honest = await HonestPeer.start({ genesis, blocks, ...victim, directory })
  closers.push(() => honest.stop())
  const attacker = await Attacker.start({ genesis, address: victim.address })
  closers.push(() => attacker.end())
  return { victim, honest, attacker }
}
