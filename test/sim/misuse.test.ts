/** What users get wrong: refused by name, before it tests another thing than they meant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CreateDevnetOptions,
  createDevnet,
  type Distance,
  type StrategyName,
  type TestDevnet,
} from '../../node/devnet/library/create-devnet.ts'

/** As JavaScript hands it over, past the types. */
const options = (given: object) => given as CreateDevnetOptions

describe('sim / misuse / options', () => {
  it.each([
    ['validators', { validators: 0 }],
    ['validators', { validators: 33 }],
    ['preset', { preset: 'foo' }],
    ['seed', { seed: 'x' }],
    ['transport', { transport: 'processes' }],
    ['work', { work: [1, 1, 1] }],
    ['work', { work: [0, 0, 0, 0] }],
    ['work.3', { work: [1, 1, 1, -2] }],
    ['work.3', { work: [1, 1, 1, Number.NaN] }],
    ['wire.loss', { wire: { loss: 2 } }],
    ['wire.los', { wire: { los: 0.1 } }],
    ['valdators', { valdators: 3 }],
    ['basePorts', { basePorts: { rpc: 8545, p2p: 30303 } }],
    ['wire', { transport: 'process', wire: { loss: 0.1 } }],
    ['seed', { transport: 'process', seed: 1 }],
  ])('%s is refused: %j', async (option, given) => {
    await expect(createDevnet(options(given))).rejects.toMatchObject({
      type: { code: 'OPTION_BAD', option },
    })
  })
})

describe('sim / misuse / arguments', () => {
  let net: TestDevnet
  beforeAll(async () => {
    net = await createDevnet({ seed: 1, validators: 3 })
  })
  afterAll(() => net.close())

  it.each([{ block: 1 }, { blocks: -3 }, { blocks: 1.5 }, { seconds: -3 }, { seconds: '3' }, {}])(
    'advance(%j) is refused',
    async (distance) => {
      await expect(net.advance(distance as Distance)).rejects.toMatchObject({
        type: { code: 'ARGUMENT_BAD', argument: 'distance' },
      })
    },
  )

  it.each([
    [[[0, 9]]],
    [
      [
        [0, 1],
        [1, 2],
      ],
    ],
    [[0, 1]],
  ])('partition(%j) is refused', async (groups) => {
    await expect(net.partition(groups as number[][])).rejects.toMatchObject({
      type: { code: 'ARGUMENT_BAD', argument: 'groups' },
    })
  })

  it('an epoch that is none is refused', async () => {
    await expect(net.untilFinalized(Number('x'))).rejects.toMatchObject({
      type: { code: 'ARGUMENT_BAD', argument: 'epoch' },
    })
  })

  it('a node whose strategy is misspelt is a witness still', async () => {
    const alone = await createDevnet({ seed: 4, validators: 1 })
    expect(() => alone.nodes[0]!.behave('equivocat' as StrategyName)).toThrow(/equivocate/)
    // Without a witness this would wait in vain.
    await alone.untilFinalized(1)
    await alone.close()
  })
})

describe('sim / misuse / faults', () => {
  it('heal ends a partition by hanzo_partition as well', async () => {
    const net = await createDevnet({ seed: 2, validators: 2 })
    const peers = async () => (await net.nodes[0]!.rpc<unknown[]>('hanzo_peers')).length
    await net.until(async () => (await peers()) === 1)
    await net.nodes[0]!.rpc('hanzo_partition', [])
    await net.until(async () => (await peers()) === 0)
    await net.heal()
    await net.until(async () => (await peers()) === 1)
    await net.close()
  })

  it('a closed devnet says that it is closed', async () => {
    const net = await createDevnet({ seed: 3, validators: 1 })
    await net.close()
    await net.close()
    for (const ask of [
      () => net.advance({ blocks: 1 }),
      () => net.advance({ seconds: 1 }),
      () => net.untilFinalized(1),
      () => net.partition([[0]]),
      () => net.heal(),
      () => net.nodes[0]!.rpc('eth_blockNumber'),
      () => net.nodes[0]!.crash(),
      () => net.nodes[0]!.restart(),
      async () => net.nodes[0]!.behave('flood'),
    ]) {
      await expect(ask()).rejects.toMatchObject({ type: { code: 'CLOSED' } })
    }
  })
})
