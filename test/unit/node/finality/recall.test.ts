/** A validator learns from its peers which of its own votes its record lacks. */
import { describe, expect, it } from 'vitest'
import type { SignedVote } from '../../../../consensus/finality/types.ts'
import { ATTEMPTS_MAX, Recall } from '../../../../node/finality/hearing/recall.ts'
import { SILENT } from '../../../support/chain-factory.ts'
import { FinalityMachine, FOUR, linkVote, signVote } from '../../../support/finality-net.ts'
import { growChain } from '../../../support/tree-blocks.ts'

type Answer = SignedVote | undefined | Error

function scene(answers: Record<string, Answer>, isStatic = true) {
  const asked: string[] = []
  const { state } = machine
  const recall = new Recall({
    ...{ votingKey: FOUR.votingKeys[0]!, finality: state, log: SILENT },
    requests: {
      latestVote: async (peerId) => {
        asked.push(peerId)
        const answer = answers[peerId]
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    peers: () => Object.keys(answers).map((id) => ({ id, isStatic })),
  })
  const ask = async () => {
    recall.ask()
    await new Promise(setImmediate)
  }
  return { recall, asked, ask }
}

const machine = new FinalityMachine()
growChain(machine.tree, 0, 1, 32)
for (const index of [8, 16, 24, 32]) machine.checkpoint(index)
const vote = (source: number, target: number, by = 0) =>
  signVote(linkVote(machine.tree, source, target), by)

describe('node / finality / recall', () => {
  it('keeps the newest vote of its key, and asks each peer once', async () => {
    const { recall, asked, ask } = scene({ a: vote(8, 16), b: vote(16, 24), c: undefined })
    expect(recall.hasAnswered('a')).toBe(false)
    await ask()
    await ask()
    expect(asked).toEqual(['a', 'b', 'c'])
    expect(recall.newest?.targetEpoch).toBe(3n)
    expect(['a', 'b', 'c'].map((id) => recall.hasAnswered(id))).toEqual([true, true, true])
  })

  it('believes no vote that another key has signed, and that peer says nothing', async () => {
    const { recall, ask } = scene({ liar: vote(16, 24, 1) })
    await ask()
    expect(recall.newest).toBeUndefined()
    expect(recall.hasAnswered('liar')).toBe(false)
  })

  it('asks a peer without an answer again, and then does without', async () => {
    const { recall, asked, ask } = scene({ mute: new Error('no answer') })
    for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
      await ask()
      expect(asked.length).toBe(attempt)
      expect(recall.hasAnswered('mute')).toBe(false)
    }
    await ask()
    await ask()
    expect(asked.length).toBe(ATTEMPTS_MAX)
    expect(recall.hasAnswered('mute')).toBe(true)
    expect(recall.newest).toBeUndefined()
  })

  it('asks nobody once it was stopped', async () => {
    const { recall, asked, ask } = scene({ a: undefined })
    recall.stop()
    await ask()
    expect(asked).toEqual([])
  })

  it('asks 256 strangers at most, and bootnodes all the same', async () => {
    const crowd = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`s${i}`, undefined]))
    const strangers = scene(crowd, false)
    await strangers.ask()
    expect(strangers.asked.length).toBe(256)
    const bootnodes = scene(crowd, true)
    await bootnodes.ask()
    expect(bootnodes.asked.length).toBe(300)
  })
})
