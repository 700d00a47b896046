import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { groupCount, packOperand } from '../../../gpu/kernels/layout.ts'
import { TILE_PRODUCTS } from '../../../gpu/kernels/tile-product.wgsl.ts'
import { wordsOf } from '../../../gpu/reference/blake3.ts'
import { encodeMatrix } from '../../../gpu/reference/encode.ts'
import { prepareAttempt, searchTiles } from '../../../gpu/reference/search.ts'
import { deriveSeeds } from '../../../gpu/reference/seeds.ts'
import { SHAPES, type Shape, type ShapeName } from '../../../gpu/reference/shape.ts'
import { NO_LIMIT } from '../../../gpu/self-test.ts'
import { Random } from '../../support/random.ts'
import { KernelProcess } from './kernel-process.ts'
import { hex, makeOperands, OPERAND_KINDS, type OperandKind } from './operands.ts'

const random = new Random(5)
const kernels = TILE_PRODUCTS.map(({ name }) => name)
const newSeeds = () => deriveSeeds(random.bytes(32))
const gpu = await KernelProcess.open()

type Ticket = { readonly ti: number; readonly tj: number; readonly ticket: Uint8Array }
const textOf = (tickets: readonly Ticket[]) =>
  tickets.map(({ ti, tj, ticket }) => `${ti} ${tj} ${hex(ticket)}`).sort()

/** Tiles of a group: its eight rows of tiles, eight tiles each. */
function ticketsOfGroups(
  attempt: Parameters<typeof searchTiles>[0],
  groups: readonly number[],
): Ticket[] {
  const { n } = attempt.shape
  return groups.flatMap((group) => {
    const [blockA, blockB] = [Math.floor(group / (n / 64)), group % (n / 64)]
    return Array.from({ length: 8 }, (_, u) => {
      const from = (8 * blockA + u) * (n / 8) + 8 * blockB
      return searchTiles(attempt, from, from + 8, NO_LIMIT)
    }).flat()
  })
}

/** Operands, their seeds and the tickets of some groups, made once for all kernels. */
function makeCase(name: ShapeName, kind: OperandKind, groupsOf: (shape: Shape) => number[]) {
  const shape = SHAPES[name]
  const operands = makeOperands(shape, kind, 8)
  const seeds = newSeeds()
  const groups = groupsOf(shape)
  const attempt = prepareAttempt(shape, seeds, operands)
  const expected = textOf(ticketsOfGroups(attempt, groups))
  const request = { shape: name, operands, seeds: [seeds], isEncoded: false, limit: NO_LIMIT }
  return { title: `${name}, ${kind} operands`, request: { ...request, groups }, expected }
}

/** S2's rows, which have the widest stripe, with noise; only the first block is not zero. */
function makeEncodedCase(title: string, entry: (i: number) => number) {
  const shape = SHAPES.S2
  const seeds = newSeeds()
  const side = () => {
    const matrix = new Int8Array(shape.m * shape.k)
    for (let i = 0; i < 64 * shape.k; i++) matrix[i] = entry(i)
    return matrix
  }
  const operands = { a: side(), bt: side() }
  const attempt = {
    shape,
    encodedA: operands.a,
    encodedB: operands.bt,
    ticketKey: wordsOf(seeds.ticketKey),
  }
  const expected = textOf(ticketsOfGroups(attempt, [0]))
  const request = {
    shape: 'S2',
    operands,
    seeds: [seeds],
    isEncoded: true,
    limit: NO_LIMIT,
  } as const
  return { title: `encoded entries of ${title}`, request: { ...request, groups: [0] }, expected }
}

const everyGroup = (shape: Shape) => Array.from({ length: groupCount(shape) }, (_, g) => g)
const someGroups = (shape: Shape) => {
  const last = groupCount(shape) - 1
  return [0, random.below(last), last]
}

const cases = [
  ...OPERAND_KINDS.map((kind) => makeCase('T0', kind, everyGroup)),
  makeCase('S0', 'random', everyGroup),
  makeCase('S0', 'alternating', everyGroup),
  makeCase('S1', 'random', someGroups),
  makeCase('S2', 'random', someGroups),
  makeEncodedCase('-127', () => -127),
  makeEncodedCase('126', () => 126),
  makeEncodedCase('-127 and 126 in turn', (i) => (i % 2 === 0 ? -127 : 126)),
  makeEncodedCase('-127 and 126 at random', () => (random.chance(50) ? -127 : 126)),
]

describe.skipIf(gpu === undefined)('gpu / kernels', () => {
  const device = gpu!
  beforeAll(() => void process.stdout.write(`Kernels run on ${gpu?.adapter.name}.\n`))
  afterAll(() => device.close())

  it.each([
    ...OPERAND_KINDS.map((kind) => ['T0', kind] as const),
    ['S0', 'random'] as const,
    ['S1', 'random'] as const,
  ])('noise and encoding of %s with %s operands are those of the twin', async (name, kind) => {
    const shape = SHAPES[name]
    const seeds = [newSeeds(), newSeeds(), newSeeds()]
    const operands = makeOperands(shape, kind, 7)
    const encoded = await device.encode({ shape: name, seeds, operands })
    const expected = seeds.flatMap(({ seedA, seedB }) => [
      packOperand(shape, 'A', encodeMatrix(shape, seedA, 'A', operands.a)),
      packOperand(shape, 'B', encodeMatrix(shape, seedB, 'B', operands.bt)),
    ])
    expect(Buffer.compare(bytesOf(encoded), Buffer.concat(expected.map(bytesOf)))).toBe(0)
  })

  describe.each(kernels)('%s', (kernel) => {
    it.each(cases)('C2: gives the tickets of $title', async ({ request, expected }) => {
      const found = await device.tickets({ ...request, kernel })
      expect(found).toHaveLength(64 * request.groups.length)
      expect(textOf(found)).toEqual(expected)
    })

    it('reports the tickets up to the limit, of each attempt', async () => {
      const shape = SHAPES.T0
      const operands = makeOperands(shape, 'random')
      const seeds = Array.from({ length: 5 }, newSeeds)
      const tickets = seeds.flatMap((each, attempt) => {
        const twin = prepareAttempt(shape, each, operands)
        return searchTiles(twin, 0, 64, NO_LIMIT).map((ticket) => ({ ...ticket, attempt }))
      })
      const prefix = ({ ticket }: Ticket) => Buffer.from(ticket).readBigUInt64BE()
      tickets.sort((x, y) => (prefix(x) < prefix(y) ? -1 : 1))
      const request = {
        shape: 'T0',
        kernel,
        operands,
        seeds,
        isEncoded: false,
        groups: [0],
      } as const
      for (const count of [1, 20, 64]) {
        const limit = prefix(tickets[count - 1]!)
        const found = await device.tickets({ ...request, limit })
        expect(attemptsAndTiles(found)).toEqual(attemptsAndTiles(tickets.slice(0, count)))
        const fewer = await device.tickets({ ...request, limit: limit - 1n })
        expect(fewer).toHaveLength(count - 1)
      }
    })

    it('keeps 64 of more candidates than it has room for, all of them right', async () => {
      const operands = makeOperands(SHAPES.T0, 'random')
      const seeds = Array.from({ length: 3 }, newSeeds)
      const request = {
        shape: 'T0',
        kernel,
        operands,
        seeds,
        isEncoded: false,
        groups: [0],
      } as const
      const found = await device.tickets({ ...request, limit: NO_LIMIT })
      const twins = seeds.map((each) => prepareAttempt(SHAPES.T0, each, operands))
      const expected = new Set(twins.flatMap((twin) => textOf(searchTiles(twin, 0, 64, NO_LIMIT))))
      expect(new Set(textOf(found)).size).toBe(64)
      for (const text of textOf(found)) expect(expected).toContain(text)
    })
  })
})

const bytesOf = (values: Int8Array | Int32Array) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength)

function attemptsAndTiles(found: readonly { attempt: number; ti: number; tj: number }[]): string[] {
  return found.map(({ attempt, ti, tj }) => `${attempt} ${ti} ${tj}`).sort()
}
