/**
 * A vote is on disk before its signature leaves the node: a whole node whose record of signed votes
 * takes its time, or fails, says nothing meanwhile (spec/consensus.md 3, F5). The record is a file
 * of its own beside the database.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { dataDirectory } from '../../../../node/storage/data-directory.ts'
import { systemDisk } from '../../../../node/storage/disk.ts'
import { type Files, systemFiles } from '../../../../node/storage/files.ts'
import { Network } from '../../../../p2p/network.ts'
import { VOTING_KEYS, validatorGenesis } from '../../../support/certified-chain.ts'
import { temporaryDirectory } from '../../../support/chain-factory.ts'
import { startTestNode } from '../../../support/test-node.ts'

const POLL = { interval: 20, timeout: 30_000 }
/** A vote for epoch 1 is due three blocks after its checkpoint. */
const BLOCKS = 11

/** A validator on TCP, on a disk whose record is written by `append`; and what it says. */
async function validator(append: Files['append'], publishVote?: () => void) {
  const directory = await temporaryDirectory()
  const { slashingDirectory } = dataDirectory(directory)
  const recordText = () =>
    readdirSync(slashingDirectory)
      .map((name) => readFileSync(join(slashingDirectory, name), 'utf8'))
      .join('')
  /** What stood in the record as each vote went out. */
  const recordAtVote: string[] = []
  const isRecord = (path: string) => path.startsWith(slashingDirectory)
  const files: Files = {
    ...systemFiles,
    append: (path, text, options) =>
      isRecord(path) ? append(path, text, options) : systemFiles.append(path, text, options),
  }
  const node = await startTestNode({
    ...{ directory, peers: [], genesis: await validatorGenesis(), votingKey: VOTING_KEYS[0]! },
    ports: {
      disk: { ...systemDisk, files },
      async openNetwork(options, handlers) {
        const network = await Network.create(options, handlers)
        const publish = network.publish.bind(network)
        network.publish = (topic, payload) => {
          if (topic === 'vote') publishVote?.()
          if (topic === 'vote') recordAtVote.push(recordText())
          return publish(topic, payload)
        }
        return network
      },
    },
  })
  const seal = async (blocks: number) => {
    for (let i = 0; i < blocks; i++) await node.sealer!.sealNow({ timestamp: 0n })
  }
  return { node, seal, recordAtVote }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 200; i++) await turn()
}

describe('node / finality / written first', () => {
  it('while the record is being written nothing is signed, and then it stands in the record', async () => {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const asked: boolean[] = []
    const { node, seal, recordAtVote } = await validator(async (path, text, options) => {
      asked.push(options.sync)
      await released
      await systemFiles.append(path, text, options)
    })
    await seal(BLOCKS)
    await expect.poll(() => asked, POLL).toEqual([true])
    // Another vote comes due meanwhile: it waits behind the first.
    await seal(8)
    await turns()
    expect(asked).toHaveLength(1)
    expect(recordAtVote).toEqual([])
    expect(node.chain.finality.votes.size).toBe(0)
    release()
    await expect.poll(() => recordAtVote.length, POLL).toBeGreaterThanOrEqual(2)
    expect(recordAtVote[0]).toMatch(/^0 1 0x[0-9a-f]{64} [0-9a-f]{8}\n/)
    expect(recordAtVote[1]).toMatch(/\n0 2 0x[0-9a-f]{64} [0-9a-f]{8}\n$/)
  })

  it('a vote whose record was not written is not signed, and the next one is', async () => {
    let failures = 0
    let isBroken = true
    const { node, seal, recordAtVote } = await validator(async (path, text, options) => {
      // Half a line is there: the worst that a failed write leaves.
      if (isBroken) await systemFiles.append(path, text.slice(0, 40), options)
      if (!isBroken) return systemFiles.append(path, text, options)
      failures += 1
      throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' })
    })
    await seal(BLOCKS)
    await expect.poll(() => failures, POLL).toBe(1)
    await turns()
    expect(recordAtVote).toEqual([])
    expect(node.chain.finality.votes.size).toBe(0)
    isBroken = false
    await seal(8)
    await expect.poll(() => recordAtVote.length, POLL).toBeGreaterThanOrEqual(1)
    expect(recordAtVote[0]).toMatch(/^0 2 0x[0-9a-f]{64} [0-9a-f]{8}\n$/)
  })

  it('a vote that could not be published is published later, and the next one is made', async () => {
    let failures = 0
    const { node, seal, recordAtVote } = await validator(
      (path, text, options) => systemFiles.append(path, text, options),
      () => {
        if (failures > 0) return
        failures += 1
        throw new Error('no stream')
      },
    )
    await seal(BLOCKS)
    await expect.poll(() => failures, POLL).toBe(1)
    await turns()
    await seal(8)
    await expect.poll(() => recordAtVote.length, POLL).toBeGreaterThanOrEqual(2)
    expect(node.chain.finality.duty?.lastSigned?.targetEpoch).toBe(2n)
  })

  it('a line counts as written when the file, and a new file its directory, is synced', async () => {
    const directory = await temporaryDirectory()
    const path = join(directory, 'record')
    const probe = await open(directory)
    const sync = vi.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'sync')
    await probe.close()
    await systemFiles.append(path, 'one\n', { sync: true })
    expect(sync).toHaveBeenCalledTimes(2)
    await systemFiles.append(path, 'two\n', { sync: true })
    expect(sync).toHaveBeenCalledTimes(3)
    await systemFiles.append(path, 'three\n', { sync: false })
    expect(sync).toHaveBeenCalledTimes(3)
    await systemFiles.replace(path, 'four\n')
    expect(sync).toHaveBeenCalledTimes(5)
    sync.mockRestore()
  })
})
