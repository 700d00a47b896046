/** Every function of block 0 that changes state is for everybody, or tried by M18's attackers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PREDEPLOY_ARTIFACTS } from '../../../../genesis/artifacts.ts'
import { ROOT } from '../../../support/source-tree.ts'

const FOLDER = join(ROOT, 'test/contracts')

/**
 * What anybody may call: for itself, with its own coins, or with signatures of whoever it is about.
 * A new function is in neither list, so somebody has to say here whom it is for.
 */
const FOR_EVERYBODY: Readonly<Record<string, string>> = {
  AI: `approve burn cancelAuthorization deposit permit receiveWithAuthorization transfer
    transferFrom transferWithAuthorization withdraw`,
  AIBurn: 'burn',
  AIGovernor: `cancel castVote castVoteBySig castVoteWithReason castVoteWithReasonAndParams
    castVoteWithReasonAndParamsBySig execute onERC1155BatchReceived onERC1155Received
    onERC721Received propose queue`,
  AIStaking: 'claim delegate delegateBySig fund stake syncVotes unstake withdraw',
  AccessManager: 'multicall renounceRole',
  BeneficiaryVault: 'release',
  ComputePayments: `decline dispute openJob payForCompute payForModel payQuoted refund resolve
    settle submit`,
  HMMFactory: 'createPair',
  HMMPair: 'approve burn mint permit skim swap sync transfer transferFrom',
  HMMRouter: `addLiquidity addLiquidityETH removeLiquidity removeLiquidityETH
    removeLiquidityETHSupportingFeeOnTransferTokens removeLiquidityETHWithPermit
    removeLiquidityETHWithPermitSupportingFeeOnTransferTokens removeLiquidityWithPermit
    swapETHForExactTokens swapExactETHForTokens
    swapExactETHForTokensSupportingFeeOnTransferTokens swapExactTokensForETH
    swapExactTokensForETHSupportingFeeOnTransferTokens swapExactTokensForTokens
    swapExactTokensForTokensSupportingFeeOnTransferTokens swapTokensForExactETH
    swapTokensForExactTokens`,
  HUSD: 'approve faucet permit transfer transferFrom',
  IdentityRegistry: 'attest revoke',
  PriceBook: 'approve registerModel safeTransferFrom setApprovalForAll setModelPrices transferFrom',
  ProposalBond: 'deposit reclaim resolve',
  ProviderRegistry: 'exit register topUp update withdraw',
  PublicSale: 'bid claim settle',
  QualityOracle: 'accept challenge penalise resign submit withdrawBond',
  SpenderVault: 'recycle',
  TeamVesting: 'release',
  Timelock: 'onERC1155BatchReceived onERC1155Received onERC721Received renounceRole',
  TrainingRewards: 'rewardTraining',
  TreasuryVault: 'release',
  ValidatorSet: 'certify deposit exit slash withdraw',
}

const genesis = readFileSync(join(FOLDER, 'WholeGenesis.sol'), 'utf8')
const attacks = readFileSync(join(FOLDER, 'whole/PrivilegedCalls.sol'), 'utf8')

/** Names of constants, such as `REWARDS`, to those of contracts. */
const contracts = new Map(
  [...genesis.matchAll(/(\w+) internal constant (\w+) = \w+\(/g)].map(
    ([, contract = '', constant = '']) => [constant, contract],
  ),
)

/** `MINING_VAULT.release` as `SpenderVault.release`, and `setAuthority` of all in the list of them. */
function attacked(): readonly string[] {
  const calls = [...attacks.matchAll(/encodeCall\(([A-Z_]+)\.(\w+),/g)].map(
    ([, constant = '', called]) => `${contracts.get(constant)}.${called}`,
  )
  const managed = /managed = \[([^\]]*)\]/.exec(attacks)?.[1] ?? ''
  const authorities = [...managed.matchAll(/address\((\w+)\)/g)].map(
    ([, constant = '']) => `${contracts.get(constant)}.setAuthority`,
  )
  return [...calls, ...authorities]
}

function allFunctions(): readonly string[] {
  return Object.values(PREDEPLOY_ARTIFACTS).flatMap(({ contractName, abi }) =>
    abi
      .filter(({ type }) => type === 'function')
      .filter(({ stateMutability = '' }) => ['nonpayable', 'payable'].includes(stateMutability))
      .map(({ name = '' }) => `${contractName}.${name}`),
  )
}

function forEverybody(): readonly string[] {
  return Object.entries(FOR_EVERYBODY).flatMap(([contract, names]) =>
    names.split(/\s+/).map((name) => `${contract}.${name}`),
  )
}

describe('genesis / contracts / privileged calls', () => {
  it('are attacked, as far as a function is not for everybody', () => {
    const classed = new Set([...attacked(), ...forEverybody()])
    expect([...classed].sort()).toEqual([...new Set(allFunctions())].sort())
  })

  it('are nothing that is for everybody', () => {
    const open = new Set(forEverybody())
    expect(attacked().filter((call) => open.has(call))).toEqual([])
  })
})
