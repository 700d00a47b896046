/** A `hanzo dev` process for one test file, and what a client has to know of it. */
import type { DevnetConfig } from '../../../node/devnet/config.ts'
import { HanzoProcess } from '../../support/hanzo-process.ts'
import { type Rpc, rpcClient } from '../../support/rpc-client.ts'

export type DevProcess = {
  readonly process: HanzoProcess
  readonly config: DevnetConfig
  readonly chainId: number
  readonly url: string
  readonly wsUrl: string
  readonly rpc: Rpc
}

/** Resolves when it serves, on a port of its own choice; it is stopped after the test file. */
export function startDevProcess(...args: readonly string[]): Promise<DevProcess> {
  return startOnPort(0, ...args)
}

export async function startOnPort(port: number, ...args: readonly string[]): Promise<DevProcess> {
  const process = new HanzoProcess(['dev', '--json', '--port', String(port), ...args])
  const config = (await process.event('ready')) as unknown as DevnetConfig
  const { rpcUrl: url, wsUrl } = config.validators[0]!
  return { process, config, chainId: config.chainId, url, wsUrl, rpc: rpcClient(url) }
}
