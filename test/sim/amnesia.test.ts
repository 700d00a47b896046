/** A validator whose disk is set back must not sign what it has signed differently before. */
import { describe, expect, it, vi } from 'vitest'
import { createDevnet } from '../../node/devnet/library/create-devnet.ts'

vi.setConfig({ testTimeout: 300_000 })

/** Messages take longer than a block: what is certified and what is head differ from node to node. */
const SLOW = { floorMs: 20, meanMs: 1200 }

describe('sim / amnesia', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'who lost everything in the third epoch contradicts nothing, seed %i',
    async (seed) => {
      const net = await createDevnet({ seed, wire: SLOW })
      const forgetful = net.nodes[2]!
      forgetful.takeBackup()
      await net.advance({ blocks: 19 })
      await forgetful.crash()
      forgetful.restoreBackup()
      await forgetful.restart()
      expect((await forgetful.rpc<{ voting: string }>('hanzo_finalityStatus')).voting).toBe(
        'unheard',
      )
      await net.advance({ epochs: 4 })
      expect(await net.nodes[0]!.rpc('hanzo_getEvidence')).toEqual([])
      expect(net.check()).toEqual([])
      await net.close()
    },
  )
})
