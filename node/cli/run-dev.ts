/**
 * The work of `hanzo dev`: finds or builds the chain of the directory, serves it, shows its blocks.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { devAccounts } from '../../genesis/accounts.ts'
import { addEthereumChain } from '../../genesis/add-ethereum-chain.ts'
import { type Genesis, loadGenesisFile } from '../../genesis/genesis-file.ts'
import { parseKeyFile } from '../../genesis/validator-keys.ts'
import type { DevnetConfig } from '../devnet/config.ts'
import { GENESIS_FILE, validatorKeyPath, writeGenesis } from '../devnet/prepare.ts'
import { DEFAULT_CLIENT_VERSION, ZERO_COINBASE } from '../options.ts'
import { formatBanner } from './banner.ts'
import { CommandError } from './failure.ts'
import { createLog } from './log.ts'
import { type ServedNode, serve } from './serve.ts'
import { untilStopped } from './until-stopped.ts'

export type DevFlags = {
  readonly port: number
  readonly blockTime?: number
  /** Whose tools this chain is taken by. */
  readonly compat?: 'anvil'
  readonly dataDir?: string
  readonly verbose?: boolean
  readonly json?: boolean
}

/** Tools ask for the name and go on to `anvil_` methods. */
const ANVIL_VERSION = `anvil/v1.0.0-${DEFAULT_CLIENT_VERSION}`

export async function runDev(flags: DevFlags): Promise<void> {
  const directory = flags.dataDir ?? (await mkdtemp(join(tmpdir(), 'hanzo-dev-')))
  try {
    await serveDev(flags, resolve(directory))
  } finally {
    if (flags.dataDir === undefined) await rm(directory, { recursive: true, force: true })
  }
}

async function serveDev(flags: DevFlags, directory: string): Promise<void> {
  const genesis = await loadOrBuild(directory)
  const { blockTime } = flags
  const keyPath = validatorKeyPath(directory, 0)
  const { privateKey: votingKey } = parseKeyFile(await readFile(keyPath, 'utf8'), keyPath)
  const stopped = untilStopped()
  const served = await serve({
    node: {
      genesis,
      dataDir: directory,
      devControls: true,
      ...(flags.compat === 'anvil' && { clientVersion: ANVIL_VERSION }),
      coinbase: genesis.validators[0]?.coinbase ?? ZERO_COINBASE,
      // It votes, so that blocks become final; but its blocks hold what users sent alone.
      votingKey,
      seal: {
        pace:
          blockTime === undefined
            ? { kind: 'on-transaction' as const }
            : { kind: 'interval' as const, seconds: blockTime },
        gpu: 'cpu',
        dutyPercent: 100,
      },
    },
    rpcPort: flags.port,
    log: createLog({
      isJson: flags.json === true,
      level: flags.verbose === true ? 'info' : 'warn',
    }),
  })
  announce(served, genesis, directory, flags.json === true)
  await stopped
  await served.stop()
}

async function loadOrBuild(directory: string): Promise<Genesis> {
  const path = join(directory, GENESIS_FILE)
  if (!existsSync(path)) {
    return writeGenesis({ directory, preset: 'instant', validatorCount: 1, isReal: false })
  }
  const genesis = loadGenesisFile(path)
  if (genesis.preset === 'instant') return genesis
  throw new CommandError(
    'OTHER_PRESET',
    `${directory} holds a chain of preset ${genesis.preset}: give another --data-dir.`,
  )
}

function announce(served: ServedNode, genesis: Genesis, dataDir: string, isJson: boolean): void {
  const config = describe(served, genesis, dataDir)
  const say = (event: string, fields: object, text: string) =>
    console.log(isJson ? JSON.stringify({ event, ...fields }) : text)
  say('ready', config, formatBanner(config, 'A chain of one node'))
  served.node.api.events.on('head', ({ head, added }) => {
    const { number, gasUsed, timestamp } = head.header
    const fields = { number: String(number), hash: head.hash, gasUsed: String(gasUsed) }
    const blocks = added.length === 1 ? '' : `  ${added.length} blocks`
    say(
      'block',
      { ...fields, timestamp: Number(timestamp) },
      `block ${number}  ${head.hash.slice(0, 10)}…  ${gasUsed} gas${blocks}`,
    )
  })
}

function describe(served: ServedNode, genesis: Genesis, dataDir: string): DevnetConfig {
  const { rpcUrl, wsUrl, adapter } = served
  return {
    chainId: Number(genesis.params.chainId),
    genesisHash: genesis.hash,
    accounts: devAccounts(),
    validators: genesis.validators.map(({ index, address, coinbase }) => {
      return { index, address, coinbase, rpcUrl, wsUrl, p2p: '', dataDir, adapter }
    }),
    predeploys: genesis.predeploys,
    addEthereumChain: addEthereumChain(genesis.params.chainId, [rpcUrl]),
  }
}
