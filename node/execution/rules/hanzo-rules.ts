/**
 * Our own rules: Osaka at every height; the block reward before the transactions; what the base
 * fee takes and what SELFDESTRUCT would destroy goes to the sink; no blobs.
 *
 * Spec: docs/spec/execution.md, X2 to X4.
 */
import type { Common } from '@ethereumjs/common'
import { assert } from '../../../consensus/errors.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { Lane } from '../evm/lane.ts'
import { TRANSFER_RULES, type TransferRule } from '../evm/native-transfer-precompile.ts'
import { payBlockReward, storeBeaconRoot, storeParentHash } from '../system-calls.ts'
import { credit } from '../transaction/apply-transaction.ts'
import type { BlockRules, ChainRules, LostCoins } from './block-rules.ts'
import { OSAKA_PRICES } from './gas-prices.ts'

/** EIP-7825. */
export const TRANSACTION_GAS_MAX = 16_777_216n

const NO_REQUESTS: readonly Uint8Array[] = []
const NO_REWARD = { coinbase: 0n, pot: 0n }

/** `common` is the one of the process; tests take rules of the precompile out. */
export function createHanzoRules(
  common: Common,
  transferRules: readonly TransferRule[] = TRANSFER_RULES,
): ChainRules {
  const rules: BlockRules = {
    name: 'hanzo',
    common,
    interpreter: 'own',
    transferRules,
    blobs: undefined,
    transaction: {
      prices: OSAKA_PRICES,
      refundQuotient: 5n,
      gasLimitMax: TRANSACTION_GAS_MAX,
      warmsCoinbase: true,
      clearsEmpty: true,
      destroysAny: false,
      hasStatus: true,
      settleFees,
    },
    async open(lane, block, context, { header, hash, epochDifficulty }) {
      const reward =
        epochDifficulty === undefined
          ? NO_REWARD
          : await payBlockReward(lane, block, context, epochDifficulty)
      // There is no beacon chain, so the root is zero; the slot of the time is set all the same.
      await storeBeaconRoot(lane, context.timestamp, 0n)
      await storeParentHash(lane, header.number, hash)
      return reward
    },
    close: async () => NO_REQUESTS,
  }
  return { at: () => rules }
}

/** Coins that left all balances are the base fee and what SELFDESTRUCT would have destroyed. */
async function settleFees(lane: Lane, { missing, baseFee, execution }: LostCoins): Promise<void> {
  const hasDestroyed = (execution?.selfdestruct?.size ?? 0) > 0
  assert(
    missing === baseFee || (missing > baseFee && hasDestroyed),
    'a transaction makes no coins, and loses none but the base fee and those of SELFDESTRUCT',
  )
  await credit(lane, PREDEPLOYS.AIBurn, missing)
}
