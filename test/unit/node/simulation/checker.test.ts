/** What tier 0 checks can fail: each wrong history is told by its invariant. */
import { describe, expect, it } from 'vitest'
import type { Certificate, FinalityVote } from '../../../../consensus/finality/types.ts'
import { outputRoot } from '../../../../consensus/finality/votes/vote-digest.ts'
import { Coverage } from '../../../../node/simulation/engine/coverage.ts'
import { Scheduler } from '../../../../node/simulation/engine/scheduler.ts'
import { Trace } from '../../../../node/simulation/engine/trace.ts'
import type { ModelBlock } from '../../../../node/simulation/model/model-block.ts'
import { addressOfKey, signWithToken } from '../../../../node/simulation/model/token-signature.ts'
import { Checker } from '../../../../node/simulation/run/checker.ts'
import { LivenessPhase } from '../../../../node/simulation/run/liveness.ts'
import { makeWorld } from '../../../../node/simulation/run/model-run.ts'
import { drawSwarm, type Swarm } from '../../../../node/simulation/run/swarm.ts'

const EPOCH = 4

/** Four equal nodes, none of whom lies, and nothing that breaks. */
function quietSwarm(voteDepth = 2): Swarm {
  const drawn = drawSwarm(1)
  const node = { stake: 10n, workShare: 0.25, behaviour: undefined }
  return {
    ...drawn,
    ...{ nodes: [node, node, node, node], nemeses: [], changes: [], misjudging: undefined },
    params: { ...drawn.params, epochLength: EPOCH, idealBlockTimeMs: 2_000 },
    ...{ voteDepth, isOverThird: false, isBridging: false, resets: 0 },
    wire: { ...drawn.wire, meanMs: 20, loss: 0, duplication: 0, bytesPerSecond: 12_500_000 },
  }
}

function openWorld(swarm = quietSwarm(), isOverThird = false) {
  const scheduler = new Scheduler()
  const trace = new Trace(scheduler, 0, undefined)
  const checker: Checker = new Checker(() => world, isOverThird)
  const world = makeWorld(swarm, scheduler, trace, new Coverage(), checker, [])
  for (const node of world.nodes) node.start()
  const { executor, nodes } = world
  /** Two epochs of blocks on a block. */
  const grow = (on = executor.genesis, deposit: bigint = 0n): readonly ModelBlock[] => {
    const grown: ModelBlock[] = []
    for (let parent = on; grown.length < 2 * EPOCH; parent = grown.at(-1)!) {
      const number = parent.header.number + 1n
      const timestamp = parent.header.timestamp + 1n
      const header = { ...executor.genesis.header, parentHash: parent.hash, number, timestamp }
      const isFirst = grown.length === 0 && deposit > 0n
      const joins = { kind: 'deposit', key: addressOfKey(9), weight: deposit } as const
      grown.push(executor.seal({ ...header, transactions: isFirst ? [joins] : [] }))
    }
    return grown
  }
  const voteFor = (source: ModelBlock, target: ModelBlock): FinalityVote => ({
    sourceEpoch: source.header.number / BigInt(EPOCH),
    sourceHash: source.hash,
    targetEpoch: target.header.number / BigInt(EPOCH),
    targetHash: target.hash,
    outputRoot: outputRoot(target.header.stateRoot, target.hash),
  })
  const signed = (vote: FinalityVote, validator: number) =>
    signWithToken(vote, validator, validator, executor.separator)
  const certificate = (vote: FinalityVote, signers: readonly number[]): Certificate => {
    return { vote, signers, signatures: signers.map((i) => signed(vote, i).signature) }
  }
  /** As if the node had found this final, with or without the certificate on its disk. */
  const finalize = (index: number, branch: readonly ModelBlock[], epoch = 1, isStored = true) => {
    const node = nodes[index]!
    const [source, target] = [branch[epoch * EPOCH - 1]!, branch[(epoch + 1) * EPOCH - 1]!]
    const { hash } = source
    const number = source.header.number
    const checkpoint = { hash, number }
    const certificates = [certificate(voteFor(source, target), [0, 1, 2])]
    const entry = { justified: checkpoint, finalized: checkpoint, head: hash, certificates }
    if (isStored) node.disk.write({ kind: 'finality', ...entry }, true)
    const effect = { hash, epoch: number / BigInt(EPOCH) }
    checker.onEffect(node, { kind: 'finalized', checkpoint: effect })
  }
  return { world, checker, nodes, grow, voteFor, signed, certificate, finalize }
}

const told = (code: string) => expect.objectContaining({ type: expect.objectContaining({ code }) })

describe('node / simulation / checker', () => {
  it('I1: two nodes finalize two branches', () => {
    const { grow, finalize } = openWorld()
    const [branch, other] = [grow(), grow()]
    finalize(0, branch)
    finalize(1, branch)
    expect(() => finalize(2, other)).toThrow(told('I1'))
  })

  it.each([
    ['one of four', [1], true],
    ['two of four', [1, 2], false],
  ] as const)(
    'I1: where a third may lie it must be in force: %s, beside a deposit',
    (_, liars, isWrong) => {
      const quiet = quietSwarm()
      const nodes = quiet.nodes.map((node, i) =>
        liars.some((liar) => liar === i) ? { ...node, behaviour: 'two-faced' as const } : node,
      )
      const { checker, grow, voteFor, signed, finalize, world } = openWorld(
        { ...quiet, nodes },
        true,
      )
      const [branch, other] = [grow(), grow(undefined, 30n)]
      for (const liar of liars) {
        for (const target of [branch, other]) {
          const vote = voteFor(world.executor.genesis, target[EPOCH - 1]!)
          checker.onSigned(world.nodes[liar]!, signed(vote, liar))
        }
      }
      finalize(0, branch)
      const both = () => finalize(3, other)
      if (isWrong) expect(both).toThrow(told('I1'))
      else expect(both).not.toThrow()
    },
  )

  it('I1: an alarm that nobody has given cause for', () => {
    const { checker, nodes, grow, voteFor, certificate } = openWorld()
    const [target] = grow().slice(EPOCH - 1)
    const proof = certificate(voteFor(openWorld().world.executor.genesis, target!), [0, 1, 2])
    const fault = { code: 'CONFLICTS_WITH_FINALIZED', certificate: proof, ours: undefined } as const
    const ring = () => checker.onEffect(nodes[0]!, { kind: 'safety-fault', fault })
    expect(ring).toThrow(told('I1'))
  })

  it('I2, I17, I12: finality leaves its branch, comes again, or has no certificate', () => {
    const { grow, finalize } = openWorld()
    const [branch, other] = [grow(), grow()]
    finalize(0, branch)
    expect(() => finalize(0, branch)).toThrow(told('I17'))
    expect(() => finalize(0, grow(other.at(-1)), 1)).toThrow(told('I2'))
    expect(() => finalize(1, branch, 1, false)).toThrow(told('I12'))
  })

  it('I3: the justified epoch goes back', () => {
    const { checker, nodes, grow } = openWorld()
    const { hash } = grow()[EPOCH - 1]!
    const justify = (epoch: bigint) => () =>
      checker.onEffect(nodes[0]!, { kind: 'justified', checkpoint: { epoch, hash } })
    justify(2n)()
    expect(justify(1n)).toThrow(told('I3'))
  })

  it('I2, I3: a restart takes back what was final, or justified', () => {
    const { checker, nodes, grow, finalize } = openWorld()
    finalize(0, grow())
    expect(() => checker.onStart(nodes[0]!)).toThrow(told('I2'))
    const checkpoint = { epoch: 1n, hash: grow()[EPOCH - 1]!.hash }
    checker.onEffect(nodes[1]!, { kind: 'justified', checkpoint })
    expect(() => checker.onStart(nodes[1]!)).toThrow(told('I3'))
  })

  it('I4, I11: an honest validator contradicts itself, or is accused', () => {
    const { world, checker, nodes, grow, voteFor, signed } = openWorld()
    const { genesis } = world.executor
    const branch = [...grow()]
    branch.push(...grow(branch.at(-1)))
    const at = (epoch: number) => branch[epoch * EPOCH - 1]!
    const sign = (source: ModelBlock, target: ModelBlock) => () =>
      checker.onSigned(nodes[0]!, signed(voteFor(source, target), 0))
    sign(at(1), at(2))()
    sign(at(1), at(2))()
    expect(sign(genesis, at(2))).toThrow(told('I11'))
    expect(sign(genesis, at(3))).toThrow(told('I4'))
    const [first, second] = [genesis, at(1)].map((source) => signed(voteFor(source, at(2)), 1))
    const evidence = { first: first!, second: second! }
    const author = nodes[1]!.address
    const accuse = () => checker.onEffect(nodes[2]!, { kind: 'publish-evidence', author, evidence })
    expect(accuse).toThrow(told('I4'))
  })

  it('I4: a vote is sent that a power cut would take from the record', () => {
    const { world, checker, nodes, grow, voteFor, signed } = openWorld()
    const [node] = nodes
    const vote = voteFor(world.executor.genesis, grow()[EPOCH - 1]!)
    const send = () => checker.onEffect(node!, { kind: 'publish-vote', signed: signed(vote, 0) })
    expect(send).toThrow(told('I4'))
    node!.record.write(
      vote,
      () => true,
      send,
      () => undefined,
    )
    expect(() => world.scheduler.runUntil(100)).not.toThrow()
    expect(send).not.toThrow()
  })

  it('I10: both of two votes are counted of which one surrounds the other', () => {
    const { world, checker, nodes, grow, voteFor, signed } = openWorld()
    const branch = [...grow()]
    branch.push(...grow(branch.at(-1)))
    const at = (epoch: number) => branch[epoch * EPOCH - 1]!
    const votes = [voteFor(at(1), at(2)), voteFor(world.executor.genesis, at(3))]
    const links = votes.map((vote) => {
      return { vote, signatures: new Map([[nodes[1]!.address, signed(vote, 1).signature]]) }
    })
    const { finality } = nodes[0]!.chain
    Object.defineProperty(finality.votes, 'links', { value: links.slice(0, 1), configurable: true })
    checker.check(nodes[0]!)
    Object.defineProperty(finality.votes, 'links', { value: links })
    expect(() => checker.check(nodes[0]!)).toThrow(told('I10'))
  })

  it('I5: the head is beside what is justified', () => {
    const { checker, nodes, grow } = openWorld()
    const { chain } = nodes[0]!
    const [branch, other] = [grow().slice(0, EPOCH), grow().slice(0, EPOCH)]
    for (const block of [...branch, ...other]) expect(nodes[0]!.import(block)).toBe('imported')
    checker.check(nodes[0]!)
    chain.finality.book.addJustified({
      epoch: 1n,
      hash: other.at(-1)!.hash,
      certificate: undefined,
    })
    expect(() => checker.check(nodes[0]!)).toThrow(told('I5'))
  })

  it('I10: a certificate without a quorum, with a wrong signature, or with one twice', () => {
    const { world, checker, nodes, grow, voteFor, certificate } = openWorld()
    const vote = voteFor(world.executor.genesis, grow()[EPOCH - 1]!)
    const take = (each: Certificate) => () =>
      checker.onEffect(nodes[0]!, { kind: 'certified', certificate: each })
    take(certificate(vote, [0, 1, 2]))()
    expect(take(certificate(vote, [0, 1]))).toThrow(told('I10'))
    expect(take(certificate(vote, [0, 1, 1]))).toThrow(told('I10'))
    const good = certificate(vote, [0, 1, 2])
    const swapped = { ...good, signatures: good.signatures.toReversed() }
    expect(take(swapped)).toThrow(told('I10'))
  })

  it('I13: finality does not go on, as nobody votes', () => {
    const swarm = quietSwarm(1_000)
    const { world, checker } = openWorld(swarm)
    world.scheduler.runUntil(10_000)
    expect(() => new LivenessPhase(world, swarm, checker).run()).toThrow(told('I13'))
    const good = quietSwarm()
    const other = openWorld(good)
    expect(new LivenessPhase(other.world, good, other.checker).run()).toBe(true)
  })

  it('I16: more certificates wait than may', () => {
    const { world, checker, nodes, grow, voteFor, certificate } = openWorld()
    const each = certificate(voteFor(world.executor.genesis, grow()[EPOCH - 1]!), [0, 1, 2])
    const { pending } = nodes[0]!.chain.finality
    for (let i = 0; i < 64; i++) pending.set(`0x${i}`, each)
    checker.check(nodes[0]!)
    pending.set('0x64', each)
    expect(() => checker.check(nodes[0]!)).toThrow(told('I16'))
  })
})
