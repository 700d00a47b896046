/**
 * MetaMask without its window: the controllers that its extension is made of, wired as it wires
 * them. A user's clicks are calls; a request for approval is accepted at once. It talks to the
 * networks that were added and to nobody else: MetaMask's own servers are not asked.
 */
import { ApprovalController } from '@metamask/approval-controller'
import { GAS_ESTIMATE_TYPES, GasFeeController } from '@metamask/gas-fee-controller'
import { KeyringController, KeyringTypes } from '@metamask/keyring-controller'
import { type ActionConstraint, type EventConstraint, Messenger } from '@metamask/messenger'
import { NetworkController, RpcEndpointType } from '@metamask/network-controller'
import {
  TransactionController,
  type TransactionMeta,
  type TransactionParams,
} from '@metamask/transaction-controller'
import type { AddEthereumChain } from '../../../genesis/add-ethereum-chain.ts'

type Bus = Messenger<string, ActionConstraint, EventConstraint>
type Name = `${string}:${string}`

/** How often it looks for a new block; MetaMask's own 20 s are for other people's nodes. */
const BLOCK_POLLING_MS = 50
/** At that pace a node that restarts is missed more often than MetaMask bears by default. */
const FAILURES_MAX = 10_000

/** What MetaMask's servers would say; here only that receipts are asked for as often as blocks. */
const FLAGS = {
  remoteFeatureFlags: {
    confirmations_transactions: {
      acceleratedPolling: { defaultIntervalMs: BLOCK_POLLING_MS, defaultCountMax: FAILURES_MAX },
    },
  },
  cacheTimestamp: 0,
}

const NODE_FEES = {
  gasFeeEstimatesByChainId: {},
  gasFeeEstimates: {},
  estimatedGasFeeTimeBounds: {},
  gasEstimateType: GAS_ESTIMATE_TYPES.NONE,
  nonRPCGasFeeApisDisabled: true,
} as const

/** Asked even so: which chains are OP stacks. */
const nodeFetch = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input)
  if (hostname !== '127.0.0.1') throw new TypeError(`not asked in tests: ${hostname}`)
  return nodeFetch(input, init)
}

export type SentTransaction = {
  readonly hash: `0x${string}`
  readonly nonce: number
  /** As it was when it was handed to the node. */
  readonly meta: TransactionMeta
  /** When MetaMask finds it in a block; rejects when it drops or fails it. */
  readonly confirmed: Promise<TransactionMeta>
}

export class HeadlessMetaMask {
  /** What it would have told MetaMask's error reports. */
  readonly reports: unknown[] = []
  readonly network: NetworkController
  readonly fees: GasFeeController
  readonly transactions: TransactionController
  readonly #bus: Bus = new Messenger({ namespace: 'MetaMask' })
  readonly #keyring: KeyringController
  readonly #approvals: ApprovalController
  #networkClientId = ''

  constructor() {
    this.#registerNeighbours()
    this.#keyring = new KeyringController({ messenger: this.#messengerOf('KeyringController') })
    this.#approvals = new ApprovalController({
      messenger: this.#messengerOf('ApprovalController'),
      // The user sees the request, and clicks on "Confirm".
      showApprovalRequest: () => this.#acceptAll(),
    })
    this.network = this.#openNetwork()
    this.fees = this.#openFees()
    this.transactions = this.#openTransactions()
  }

  /** A wallet with one imported account, on the chain of `wallet_addEthereumChain`. */
  static async open(chain: AddEthereumChain, privateKey: string): Promise<HeadlessMetaMask> {
    const wallet = new HeadlessMetaMask()
    await wallet.#keyring.createNewVaultAndKeychain('a password')
    await wallet.#keyring.addNewKeyring(KeyringTypes.simple, [privateKey.slice(2)])
    await wallet.#addChain(chain)
    return wallet
  }

  /** Sends and has it approved; resolves once the node has taken it. */
  async send(txParams: TransactionParams): Promise<SentTransaction> {
    const { result, transactionMeta } = await this.transactions.addTransaction(txParams, {
      networkClientId: this.#networkClientId,
      origin: 'metamask',
    })
    const sent = this.#follow(transactionMeta.id)
    await result
    return sent()
  }

  /** As its window does, before the user decides. */
  estimateGas(txParams: TransactionParams): ReturnType<TransactionController['estimateGas']> {
    return this.transactions.estimateGas(txParams, this.#networkClientId)
  }

  /** Sends it again with a higher fee; resolves once the node has taken that. */
  async speedUp({ meta }: SentTransaction): Promise<SentTransaction> {
    const known = new Set(this.transactions.state.transactions.map(({ id }) => id))
    await this.transactions.speedUpTransaction(meta.id)
    const faster = this.transactions.state.transactions.find(({ id }) => !known.has(id))!
    return this.#follow(faster.id)()
  }

  async close(): Promise<void> {
    this.transactions.destroy()
    this.fees.destroy()
    await this.network.destroy()
  }

  /** Listens from now on; what comes back tells how far it is. */
  #follow(id: string): () => SentTransaction {
    const confirmed = this.#untilConfirmed(id)
    // Who does not wait for it is not told of its failure.
    confirmed.catch(() => undefined)
    return () => {
      const meta = this.transactions.getTransactions({ searchCriteria: { id } })[0]!
      return {
        hash: meta.hash as `0x${string}`,
        nonce: Number(meta.txParams.nonce),
        meta,
        confirmed,
      }
    }
  }

  #untilConfirmed(id: string): Promise<TransactionMeta> {
    return new Promise((resolve, reject) => {
      this.#on<TransactionMeta>('TransactionController:transactionConfirmed', (meta) => {
        if (meta.id === id) resolve(meta)
      })
      for (const end of ['transactionFailed', 'transactionDropped']) {
        const event = `TransactionController:${end}` as const
        this.#on<{ transactionMeta: TransactionMeta }>(event, ({ transactionMeta: meta }) => {
          if (meta.id === id) reject(new Error(`${end}: ${meta.error?.message}`))
        })
      }
    })
  }

  #on<Payload>(event: Name, listener: (payload: Payload) => void): void {
    this.#bus.subscribe(event, listener as never)
  }

  async #acceptAll(): Promise<void> {
    for (const id of Object.keys(this.#approvals.state.pendingApprovals)) {
      await this.#approvals.accept(id)
    }
  }

  async #addChain({ chainId, chainName, nativeCurrency, rpcUrls }: AddEthereumChain) {
    this.network.initializeProvider({ lookupNetwork: false })
    const added = this.network.addNetwork({
      chainId,
      name: chainName,
      nativeCurrency: nativeCurrency.symbol,
      blockExplorerUrls: [],
      defaultRpcEndpointIndex: 0,
      rpcEndpoints: [{ type: RpcEndpointType.Custom, url: rpcUrls[0]! }],
    })
    this.#networkClientId = added.rpcEndpoints[0]!.networkClientId
    await this.network.setActiveNetwork(this.#networkClientId)
  }

  #openNetwork(): NetworkController {
    const reporting = ['ErrorReportingService:captureException'] as const
    return new NetworkController({
      messenger: this.#messengerOf('NetworkController', reporting),
      infuraProjectId: 'none',
      getRpcServiceOptions: () => ({
        ...{ fetch, btoa, policyOptions: { maxConsecutiveFailures: FAILURES_MAX } },
      }),
      getBlockTrackerOptions: () => ({ pollingInterval: BLOCK_POLLING_MS }),
    })
  }

  #openFees(): GasFeeController {
    const messenger = this.#messengerOf(
      'GasFeeController',
      [
        'NetworkController:getState',
        'NetworkController:getNetworkClientById',
        'NetworkController:getEIP1559Compatibility',
      ],
      ['NetworkController:networkDidChange'],
    )
    return new GasFeeController({
      messenger,
      clientId: 'extension',
      EIP1559APIEndpoint: '',
      // The switch of the extension's settings that keeps fees to what the node says.
      state: NODE_FEES,
      getCurrentNetworkEIP1559Compatibility: () => this.#isEip1559(),
      getCurrentNetworkLegacyGasAPICompatibility: () => false,
      getProvider: () => this.network.getProviderAndBlockTracker().provider!,
    })
  }

  #openTransactions(): TransactionController {
    const messenger = this.#messengerOf(
      'TransactionController',
      [
        'AccountsController:getState',
        'ApprovalController:addRequest',
        'NetworkController:findNetworkClientIdByChainId',
        'NetworkController:getNetworkClientById',
        'RemoteFeatureFlagController:getState',
      ],
      ['NetworkController:stateChange'],
    )
    return new TransactionController({
      messenger,
      disableHistory: false,
      disableSendFlowHistory: true,
      disableSwaps: true,
      getCurrentNetworkEIP1559Compatibility: () => this.#isEip1559(),
      getGasFeeEstimates: (options) => this.fees.fetchGasFeeEstimates(options),
      getNetworkClientRegistry: () => this.network.getNetworkClientRegistry(),
      getNetworkState: () => this.network.state,
      // These two ask MetaMask's servers.
      isSimulationEnabled: () => false,
      isFirstTimeInteractionEnabled: () => false,
      incomingTransactions: { isEnabled: () => false },
      sign: async (transaction, from) => {
        const signed = await this.#keyring.signTransaction(transaction, from)
        return signed as unknown as typeof transaction
      },
      transactionHistoryLimit: 40,
      hooks: {},
    })
  }

  async #isEip1559(): Promise<boolean> {
    return (await this.network.getEIP1559Compatibility()) ?? false
  }

  /** The controllers that need snaps, a window or a server; as much of them as is asked for. */
  #registerNeighbours(): void {
    const register = (action: Name, handler: (...args: never[]) => unknown) => {
      const namespace = action.slice(0, action.indexOf(':'))
      const bus: Bus = new Messenger({ namespace, parent: this.#bus })
      bus.registerActionHandler(action, handler)
    }
    register('AccountsController:getState', () => ({ internalAccounts: { accounts: {} } }))
    register('ErrorReportingService:captureException', (error) => this.reports.push(error))
    register('RemoteFeatureFlagController:getState', () => FLAGS)
  }

  /** A controller's own end of the bus, with what it may call and hear of the others. */
  #messengerOf(
    namespace: string,
    actions: readonly Name[] = [],
    events: readonly Name[] = [],
  ): never {
    const messenger: Bus = new Messenger({ namespace, parent: this.#bus })
    this.#bus.delegate({ messenger, actions: [...actions], events: [...events] })
    // Each controller has a type of its own for this one thing.
    return messenger as never
  }
}
