/** docs/contracts.md has its tables from the contracts of block 0, and decodes errors as it says. */
import { readFileSync } from 'node:fs'
import { type Abi, decodeErrorResult, encodeErrorResult } from 'viem'
import { describe, expect, it } from 'vitest'
import { PREDEPLOY_ARTIFACTS } from '../../../genesis/artifacts.ts'
import { fillContractDocs } from '../../support/contract-docs.ts'
import { measureGas } from '../../support/contract-gas.ts'
import { ExecutionChain } from '../../support/execution-chain.ts'
import { testGenesis } from '../../support/seal-reference.ts'
import { ROOT } from '../../support/source-tree.ts'
import { openTemporaryDatabase } from '../../support/temporary-database.ts'

const PATH = `${ROOT}/docs/contracts.md`

describe('genesis / contract docs', () => {
  it('docs/contracts.md tells functions, events, errors, parameters and gas as they are', async () => {
    const genesis = await testGenesis()
    const chain = await ExecutionChain.open({ genesis, store: await openTemporaryDatabase() })
    const filled = fillContractDocs(readFileSync(PATH, 'utf8'), await measureGas(chain))
    await expect(filled).toMatchFileSnapshot(PATH)
  })

  it('decodes what one contract says through another with the ABIs of all', () => {
    const abi = Object.values(PREDEPLOY_ARTIFACTS).flatMap((artifact) => artifact.abi) as Abi
    const config = PREDEPLOY_ARTIFACTS.SystemConfig.abi as Abi
    const data = encodeErrorResult({ abi: config, errorName: 'PhaseNotActive', args: [4] })
    expect(decodeErrorResult({ abi, data })).toMatchObject({
      errorName: 'PhaseNotActive',
      args: [4],
    })
  })
})
