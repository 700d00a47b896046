/**
 * Plain Ethereum from Homestead to Osaka: which fork a block is under, and what that means for
 * its execution. The base fee is destroyed, blocks of proof of work are paid for, withdrawals of
 * the consensus layer are credited.
 */
import { type Common, Hardfork } from '@ethereumjs/common'
import { createEthereumCommon, type EthereumFork } from '../../../genesis/chain-config.ts'
import type { EthereumForks, TimeFork } from '../../../genesis/file/ethereum-genesis.ts'
import { customCrypto } from '../../crypto/custom-crypto.ts'
import { freezeCommon } from '../../crypto/shared-common.ts'
import type { BlockContext } from '../evm/block-context.ts'
import type { Lane } from '../evm/lane.ts'
import { storeBeaconRoot, storeParentHash } from '../system-calls.ts'
import { credit } from '../transaction/apply-transaction.ts'
import type {
  BlockPlace,
  BlockRules,
  ChainRules,
  ClosingBlock,
  TransactionRules,
} from './block-rules.ts'
import { gasPricesAt } from './gas-prices.ts'
import { TRANSACTION_GAS_MAX } from './hanzo-rules.ts'
import { gatherRequests } from './requests.ts'

const GWEI = 1_000_000_000n
const ETHER = 1_000_000_000n * GWEI
/** Of the miner's reward: for each ommer, and what the ommer's miner loses of it by block. */
const NEPHEW_SHARE = 32n
const OMMER_SHARE = 8n
const NO_REWARD = { coinbase: 0n, pot: 0n }

export class EthereumRules implements ChainRules {
  readonly #forks: EthereumForks
  readonly #made = new Map<string, BlockRules>()

  constructor(forks: EthereumForks) {
    this.#forks = forks
  }

  at(place: BlockPlace): BlockRules {
    const timed = this.timeForkAt(place)
    const name = timed?.name ?? this.#blockForkAt(place)
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const rules = this.#make(name, timed)
    this.#made.set(name, rules)
    return rules
  }

  /** The newest fork by time that a block has reached, if any. */
  timeForkAt({ timestamp, difficulty }: BlockPlace): TimeFork | undefined {
    if (difficulty !== 0n) return undefined
    return this.#forks.byTime.findLast(({ time }) => timestamp >= time)
  }

  #blockForkAt({ number, difficulty }: BlockPlace): string {
    if (difficulty === 0n) return Hardfork.Paris
    return this.#forks.byBlock.findLast(({ block }) => number >= block)?.name ?? Hardfork.Homestead
  }

  #make(name: string, timed: TimeFork | undefined): BlockRules {
    const { chainId, depositContract } = this.#forks
    // What changes the number of blobs alone executes as Osaka.
    const fork = (name.startsWith('bpo') ? Hardfork.Osaka : name) as EthereumFork
    const common = freezeCommon(createEthereumCommon(chainId, fork, customCrypto))
    return {
      name,
      common,
      interpreter: fork === Hardfork.Osaka ? 'own' : 'library',
      transferRules: undefined,
      blobs: timed?.blobs,
      transaction: transactionRulesAt(common),
      async open(lane, _block, context, { header, hash }) {
        const { parentBeaconBlockRoot: root } = context
        if (common.isActivatedEIP(4788) && root !== undefined) {
          await storeBeaconRoot(lane, context.timestamp, BigInt(root))
        }
        if (common.isActivatedEIP(2935)) await storeParentHash(lane, header.number, hash)
        return NO_REWARD
      },
      close: (lane, closing) => closeBlock(lane, common, closing, depositContract),
    }
  }
}

function transactionRulesAt(common: Common): TransactionRules {
  return {
    prices: gasPricesAt(common),
    refundQuotient: common.isActivatedEIP(3529) ? 5n : 2n,
    gasLimitMax: common.isActivatedEIP(7825) ? TRANSACTION_GAS_MAX : undefined,
    warmsCoinbase: common.isActivatedEIP(3651),
    clearsEmpty: common.gteHardfork(Hardfork.SpuriousDragon),
    destroysAny: !common.isActivatedEIP(6780),
    hasStatus: common.gteHardfork(Hardfork.Byzantium),
    // What nobody is paid is gone.
    settleFees: async () => undefined,
  }
}

async function closeBlock(
  lane: Lane,
  common: Common,
  { block, context, receipts }: ClosingBlock,
  depositContract: `0x${string}` | undefined,
): Promise<readonly Uint8Array[]> {
  const requests = common.isActivatedEIP(7685)
    ? await gatherRequests(lane, block, receipts, depositContract)
    : []
  for (const { address, amount } of context.withdrawals ?? []) {
    await credit(lane, address, amount * GWEI)
  }
  if (context.difficulty > 0n) await payMiner(lane, common, context)
  return requests
}

async function payMiner(
  lane: Lane,
  common: Common,
  { number, coinbase, ommers = [] }: BlockContext,
): Promise<void> {
  const reward = minerReward(common)
  for (const ommer of ommers) {
    await credit(
      lane,
      ommer.coinbase,
      ((OMMER_SHARE + ommer.number - number) * reward) / OMMER_SHARE,
    )
  }
  await credit(lane, coinbase, reward + (BigInt(ommers.length) * reward) / NEPHEW_SHARE)
}

/** EIP-649 and EIP-1234. */
function minerReward(common: Common): bigint {
  if (common.gteHardfork(Hardfork.Constantinople)) return 2n * ETHER
  return common.gteHardfork(Hardfork.Byzantium) ? 3n * ETHER : 5n * ETHER
}
