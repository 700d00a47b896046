/** The sale, the market and the reserve behind it. Play money and its pool: dev chains only. */
import { PREDEPLOY_ARTIFACTS } from '../../artifacts.ts'
import { PREDEPLOYS } from '../../predeploys.ts'
import type { Address } from '../../types.ts'
import { encodeCall } from '../abi-encode.ts'
import { POOL_SEED_WEI } from '../allocation.ts'
import {
  type Deployment,
  type DeploymentInputs,
  deploy,
  type GenesisCall,
  type GenesisPlan,
  RESTRICTED,
} from '../deployment.ts'

const NO_TOKEN: Address = `0x${'00'.repeat(20)}`

export function marketDeployments({ params, economy }: DeploymentInputs): readonly Deployment[] {
  const { HUSD, Timelock } = PREDEPLOYS
  const quoteToken = params.dev ? HUSD : NO_TOKEN
  const playMoney = [
    deploy('HMMPairAIHUSD', {}, { feeTo: Timelock }),
    // The pool starts at one hUSD for one AI.
    deploy('HUSD', { seed: POOL_SEED_WEI }),
  ]
  return [
    deploy('PublicSale', { dev: economy.isDevClock }, { proceeds: Timelock, ...RESTRICTED }),
    deploy('LiquidityReserve', {}, { quote: Timelock, ...RESTRICTED }),
    deploy('HMMFactory', { quoteToken }, { feeTo: Timelock }),
    deploy('HMMRouter'),
    ...(params.dev ? playMoney : []),
  ]
}

/** The shares of what the pool starts with belong to the reserve that it came from. */
export function poolSetup({ params }: Pick<GenesisPlan, 'params'>): readonly GenesisCall[] {
  const { HMMPairAIHUSD, LiquidityReserve } = PREDEPLOYS
  const data = encodeCall(PREDEPLOY_ARTIFACTS.HMMPairAIHUSD.abi, 'mint', { to: LiquidityReserve })
  const mint = { step: 'HMMPairAIHUSD.mint', from: LiquidityReserve, to: HMMPairAIHUSD, data }
  return params.dev ? [mint] : []
}
