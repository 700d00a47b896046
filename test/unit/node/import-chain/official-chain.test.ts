/** The chain of the official JSON-RPC suite: 54 blocks, every fork from Homestead to Osaka. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeEthereumChain } from '../../../../consensus/codec/ethereum-codec.ts'
import { parseEthereumGenesis } from '../../../../genesis/file/ethereum-genesis.ts'
import { ImportedForks } from '../../../../node/execution/rules/fork-config.ts'
import { ImportedChain } from '../../../../node/import-chain/imported-chain.ts'
import { sharedJson, sharedPath } from '../../../support/shared-data.ts'

const genesis = sharedJson<object>('execution-apis/tests/genesis.json')
const blocks = sharedPath('execution-apis/tests/chain.rlp')

describe.skipIf(genesis === undefined || blocks === undefined)(
  'node / import-chain / official chain',
  () => {
    it('executes to every root of every block, fork by fork', async () => {
      const chain = await ImportedChain.create(parseEthereumGenesis(genesis))
      const forks: string[] = []
      for (const block of decodeEthereumChain(readFileSync(blocks!))) {
        await chain.import(block)
        const { name } = chain.rules.at(block.header)
        if (forks.at(-1) !== name) forks.push(name)
      }
      expect(chain.head.hash).toBe(
        '0xd226371d0b1551adb03fb52b71f08e3e11247fe9b1af994768af8cdaa8e7dcd7',
      )
      expect(forks).toEqual([
        ...['homestead', 'tangerineWhistle', 'spuriousDragon', 'byzantium', 'constantinople'],
        ...['petersburg', 'istanbul', 'muirGlacier', 'berlin', 'london', 'arrowGlacier'],
        ...['grayGlacier', 'paris', 'shanghai', 'cancun', 'prague', 'osaka', 'bpo1', 'bpo2'],
      ])
    })

    it('tells the forks that are to come', async () => {
      const { forks } = parseEthereumGenesis(genesis)
      const genesisHash = `0x${'44'.repeat(32)}` as const
      let now = 0n
      const reader = new ImportedForks(forks, {
        genesis: { hash: genesisHash, timestamp: 0n },
        headTime: () => now,
      })
      now = 485n
      const { current, next, last } = reader.config()
      expect([current, next, last].map((config) => config?.activationTime)).toEqual([
        480n,
        510n,
        540n,
      ])
      expect(current.blobs?.max).toBe(9)
      expect(last?.blobs?.max).toBe(21)
      now = 600n
      expect(reader.config()).toMatchObject({ next: undefined, last: undefined })
    })
  },
)
