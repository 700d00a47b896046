/** The work of `hanzo import-chain`: reads, executes, compares every root, serves. */
import { readFile } from 'node:fs/promises'
import { Registry } from 'prom-client'
import { decodeEthereumChain } from '../../consensus/codec/ethereum-codec.ts'
import { parseEthereumGenesis } from '../../genesis/file/ethereum-genesis.ts'
import { DEFAULT_CALL_TIME_MS, DEFAULT_GAS_CAP } from '../../rpc/options.ts'
import { RpcServer } from '../../rpc/server.ts'
import { PrecompileThreads } from '../execution/precompiles/precompile-threads.ts'
import { ImportedChain } from '../import-chain/imported-chain.ts'
import { createImportedNode } from '../import-chain/imported-node.ts'
import { DEFAULT_CLIENT_VERSION } from '../options.ts'
import { systemClock } from '../ports.ts'
import { CommandError } from './failure.ts'
import { createLog } from './log.ts'
import { untilStopped } from './until-stopped.ts'

export type ImportFlags = {
  readonly genesis: string
  readonly rlp: string
  /** undefined: the chain is only checked. */
  readonly serve?: number
  readonly json?: boolean
}

export async function runImportChain(flags: ImportFlags): Promise<void> {
  const stopped = untilStopped()
  const genesis = parseEthereumGenesis(await readJson(flags.genesis))
  const threads = new PrecompileThreads()
  const chain = await ImportedChain.create(genesis, threads)
  for (const block of decodeEthereumChain(await readFile(flags.rlp))) await chain.import(block)
  const say = (event: string, fields: object, text: string) =>
    console.log(flags.json === true ? JSON.stringify({ event, ...fields }) : text)
  const { hash, header } = chain.head
  say(
    'imported',
    { chainId: String(chain.forks.chainId), number: String(header.number), hash },
    `Imported chain ${chain.forks.chainId} up to block ${header.number}, ${hash}.`,
  )
  if (flags.serve === undefined) return
  const server = await serve(chain, flags.serve, flags.json === true)
  say('ready', { rpcUrl: server.url }, `It serves at ${server.url}; Ctrl-C ends it.`)
  await stopped
  await server.stop()
  await threads.close()
}

async function serve(chain: ImportedChain, port: number, isJson: boolean): Promise<RpcServer> {
  const api = createImportedNode({
    chain,
    clientVersion: DEFAULT_CLIENT_VERSION,
    clock: systemClock,
  })
  const server = RpcServer.create(api, {
    host: '127.0.0.1',
    port,
    corsOrigins: [],
    allowedHosts: [],
    metricsRegistry: new Registry(),
    log: createLog({ isJson, level: 'warn' }).child({ module: 'rpc' }),
    gasCap: DEFAULT_GAS_CAP,
    callTimeMs: DEFAULT_CALL_TIME_MS,
    isDev: false,
  })
  await server.start()
  return server
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CommandError('NOT_JSON', `${path} is not JSON: give a genesis.json of geth.`)
  }
}
