/** A validator learns from its peers which of its own votes its record lacks. */
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { SignedVote, VoteSignature } from '../../../../consensus/finality/types.ts'
import { ATTEMPTS_MAX, Recall } from '../../../../node/finality/hearing/recall.ts'
import { PENALTY_FAULT, type SyncNetwork, SyncRequests } from '../../../../node/sync/requests.ts'
import { encodeLatestVote } from '../../../../node/sync/wire.ts'
import { NetworkError } from '../../../../p2p/errors.ts'
import type { ReplyChunk } from '../../../../p2p/options.ts'
import { FinalityMachine, FOUR, linkVote, signVote } from '../../../support/finality-net.ts'
import { growChain } from '../../../support/tree-blocks.ts'

type Answer = SignedVote | undefined | Uint8Array | Error

/** Peers that answer what `answers` says now; all that they claim is here unless `net` says no. */
function scene(answers: Record<string, Answer>, isStatic = true) {
  const asked: string[] = []
  const reported: string[] = []
  const warned: unknown[] = []
  const net = { isCovered: true }
  const log = pino({ level: 'warn' }, { write: (line: string) => void warned.push(line) })
  const network: SyncNetwork = {
    async *request(peerId): AsyncIterable<ReplyChunk> {
      asked.push(peerId)
      const answer = answers[peerId]
      if (answer instanceof Error) throw answer
      const isRaw = answer instanceof Uint8Array
      yield { code: 0, payload: isRaw ? answer : encodeLatestVote(answer) }
    },
    report: (peerId, penalty) => void reported.push(`${peerId} -${penalty}`),
    ban: (peerId) => void reported.push(`${peerId} banned`),
    disconnect: async () => undefined,
  }
  const recall = new Recall({
    ...{ votingKey: FOUR.votingKeys[0]!, finality: machine.state, log },
    requests: new SyncRequests(network),
    peers: () => Object.keys(answers).map((id) => ({ id, isStatic })),
    isCovered: () => net.isCovered,
  })
  const ask = async (times = 1) => {
    for (let i = 0; i < times; i++) {
      recall.ask()
      await new Promise(setImmediate)
    }
  }
  return { recall, asked, reported, warned, net, ask }
}

const machine = new FinalityMachine()
growChain(machine.tree, 0, 1, 32)
for (const index of [8, 16, 24, 32]) machine.checkpoint(index)
const vote = (source: number, target: number, by = 0) =>
  signVote(linkVote(machine.tree, source, target), by)
/** No point of the curve has such an r. */
const NO_SIGNATURE: VoteSignature = `0x${'ff'.repeat(32)}${'00'.repeat(31)}011b`
const BROKEN = new NetworkError({
  ...{ code: 'STREAM_FAILED', peer: 'mute', name: 'latest_vote', reason: 'reset' },
})

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

  it.each([
    ['another key has signed', () => vote(16, 24, 1)],
    ['nobody has signed', () => ({ ...vote(16, 24), signature: NO_SIGNATURE })],
    ['is none', () => Uint8Array.of(0xc1, 0x80)],
  ])('believes no vote that %s: that peer is charged, and says nothing', async (_, answer) => {
    const { recall, asked, reported, ask } = scene({ liar: answer() })
    await ask(ATTEMPTS_MAX + 1)
    expect(recall.newest).toBeUndefined()
    expect(recall.hasAnswered('liar')).toBe(false)
    expect(asked).toEqual(['liar'])
    expect(reported).toEqual([`liar -${PENALTY_FAULT}`])
  })

  it('asks a peer without an answer again, and then does without, and says so', async () => {
    const { recall, asked, warned, ask } = scene({ mute: BROKEN })
    for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
      await ask()
      expect(asked.length).toBe(attempt)
      expect(recall.hasAnswered('mute')).toBe(false)
    }
    expect(warned).toEqual([])
    await ask(2)
    expect(asked.length).toBe(ATTEMPTS_MAX)
    expect(recall.hasAnswered('mute')).toBe(true)
    expect(recall.newest).toBeUndefined()
    expect(warned.length).toBe(1)
  })

  it('does not give up a peer that is busy while what it claims is being fetched', async () => {
    const answers: Record<string, Answer> = { busy: BROKEN }
    const { recall, net, ask } = scene(answers)
    net.isCovered = false
    await ask(10 * ATTEMPTS_MAX)
    net.isCovered = true
    await ask(ATTEMPTS_MAX - 1)
    expect(recall.hasAnswered('busy')).toBe(false)
    answers['busy'] = vote(16, 24)
    await ask()
    expect(recall.newest?.targetEpoch).toBe(3n)
    expect(recall.hasAnswered('busy')).toBe(true)
  })

  it('does without a peer of an earlier version at once, and says so', async () => {
    const code = 'PROTOCOL_UNSUPPORTED'
    const answers = { old: new NetworkError({ code, peer: 'old', name: 'latest_vote' }) }
    const { recall, asked, warned, net, ask } = scene(answers)
    net.isCovered = false
    await ask(2)
    expect(asked).toEqual(['old'])
    expect(recall.hasAnswered('old')).toBe(true)
    expect(warned.length).toBe(1)
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
