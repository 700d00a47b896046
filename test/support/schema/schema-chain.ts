/**
 * A real node behind a real server, with all that its answers may speak of: every type of
 * transaction, creations, logs, reverts, deposits and a pool in which some wait for a nonce.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex } from '@ethereumjs/util'
import { Registry } from 'prom-client'
import { encodeErrorResult, parseAbi } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { Node } from '../../../node/node.ts'
import { RpcServer } from '../../../rpc/server.ts'
import { SILENT, testGenesis } from '../chain-factory.ts'
import { assemble, initcodeOf } from '../evm-assembly.ts'
import { type Rpc, rpcClient } from '../rpc-client.ts'
import { RECIPIENT, signTransaction } from '../signed-transactions.ts'
import { MANUAL } from '../test-node.ts'

/** Reverts with its input, if it has any; else writes a slot and logs with 0 to 4 topics. */
const CONTRACT = assemble(`
  CALLDATASIZE @refuse JUMPI
  NUMBER PUSH 1 SSTORE
  PUSH 32 PUSH 0 LOG0
  PUSH 11 PUSH 32 PUSH 0 LOG1
  PUSH 12 PUSH 11 PUSH 32 PUSH 0 LOG2
  PUSH 13 PUSH 12 PUSH 11 PUSH 32 PUSH 0 LOG3
  PUSH 14 PUSH 13 PUSH 12 PUSH 11 PUSH 0 PUSH 0 LOG4
  PUSH 32 PUSH 0 RETURN
  refuse: CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 REVERT`)

export const REFUSAL: Hex = encodeErrorResult({
  abi: parseAbi(['error Error(string)']),
  args: ['not today'],
})

/** Hashes of what is on the chain, by what it shows. */
export type Shown = Readonly<
  Record<
    'legacy' | 'accessList' | 'dynamicFee' | 'setCode' | 'creation' | 'logs' | 'reverted',
    Hash
  >
>

const ignore = (): void => undefined

export class SchemaChain {
  readonly node: Node
  readonly rpc: Rpc
  /** Set once {@link fill} has run. */
  contract: Address = `0x${'00'.repeat(20)}`
  /** In the pool, of each type. */
  waiting: readonly Hash[] = []
  readonly #server: RpcServer
  readonly #directory: string
  readonly #nonces = new Map<number, bigint>()
  #shown: Shown | undefined

  private constructor(node: Node, server: RpcServer, directory: string) {
    this.node = node
    this.#server = server
    this.#directory = directory
    this.rpc = rpcClient(server.url)
  }

  static async start(): Promise<SchemaChain> {
    const directory = await mkdtemp(join(tmpdir(), 'hanzo-schema-'))
    const options = { log: SILENT, genesis: await testGenesis(), dataDir: directory, seal: MANUAL }
    const node = await Node.start(options)
    const server = RpcServer.create(node.api, {
      ...{ host: '127.0.0.1', port: 0, corsOrigins: [], allowedHosts: [] },
      metricsRegistry: new Registry(),
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      ...{ gasCap: 50_000_000n, callTimeMs: 5_000, isDev: true },
    })
    await server.start()
    const chain = new SchemaChain(node, server, directory)
    await chain.#fill()
    return chain
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    await this.node.stop()
    await rm(this.#directory, { recursive: true, force: true })
  }

  get url(): string {
    return this.#server.url
  }

  get shown(): Shown {
    if (this.#shown === undefined) throw new Error('the chain is still empty')
    return this.#shown
  }

  /** Puts a transaction of the n-th funded account into the pool, with its next nonce. */
  async send(account: number, fields: Record<string, unknown> = {}): Promise<Hash> {
    const nonce = this.#nonces.get(account) ?? 0n
    this.#nonces.set(account, nonce + 1n)
    const raw = signTransaction(this.node.api.genesis, account, { nonce, ...fields })
    return (await this.rpc('eth_sendRawTransaction', raw)) as Hash
  }

  async seal(): Promise<Hash> {
    const { sealer } = this.node
    if (sealer === undefined) throw new Error('the node does not seal')
    return (await sealer.sealNow({ timestamp: 0n })).hash
  }

  async #fill(): Promise<void> {
    const accessList = [{ address: RECIPIENT, storageKeys: [`0x${'01'.repeat(32)}`] }]
    const data = bytesToHex(initcodeOf(CONTRACT))
    const creation = await this.send(0, { to: undefined, value: 0n, data, gasLimit: 500_000n })
    await this.seal()
    const receipt = await this.rpc('eth_getTransactionReceipt', creation)
    this.contract = (receipt as { contractAddress: Address }).contractAddress
    const call = { to: this.contract, value: 0n, gasLimit: 200_000n }
    this.#shown = {
      creation,
      legacy: await this.send(1, { type: 0 }),
      accessList: await this.send(2, { type: 1, accessList }),
      dynamicFee: await this.send(3, { type: 2, accessList }),
      setCode: await this.send(4, {
        type: 4,
        ...{ accessList, gasLimit: 200_000n },
        authorizationList: [await this.#delegation(9)],
      }),
      logs: await this.send(5, call),
      reverted: await this.send(6, { ...call, data: REFUSAL }),
    }
    await this.seal()
    await this.seal()
    const authorizationList = [await this.#delegation(8)]
    this.waiting = [
      await this.send(1, { type: 0 }),
      await this.send(2, { type: 1, accessList }),
      await this.send(3, { type: 2 }),
      await this.send(4, { type: 4, gasLimit: 100_000n, authorizationList }),
      await this.send(5, { ...call, to: undefined, data }),
    ]
    this.#nonces.set(7, 5n)
    for (const type of [0, 1, 2]) await this.send(7, { type })
  }

  /** What the account signs so that it runs the contract's code. */
  async #delegation(account: number) {
    const { privateKey } = devAccounts()[account] ?? {}
    if (privateKey === undefined) throw new Error(`there is no account ${account}`)
    const signed = await privateKeyToAccount(privateKey).signAuthorization({
      ...{ contractAddress: this.contract, nonce: 0 },
      chainId: Number(this.node.api.chainId),
    })
    const hex = (value: number | bigint | undefined): Hex => `0x${(value ?? 0).toString(16)}`
    return {
      ...{ chainId: hex(signed.chainId), address: signed.address, nonce: hex(signed.nonce) },
      ...{ yParity: hex(signed.yParity), r: hex(BigInt(signed.r)), s: hex(BigInt(signed.s)) },
    }
  }
}
