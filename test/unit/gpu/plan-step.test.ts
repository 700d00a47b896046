import { describe, expect, it } from 'vitest'
import { ATTEMPTS_MAX } from '../../../gpu/device/attempt-runner.ts'
import { planStep, START } from '../../../gpu/device/gpu-searcher.ts'
import { blockCount, groupCount } from '../../../gpu/kernels/layout.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'

const shapes = Object.values(SHAPES)
const budgets = [1, 1e6, 3e7, 1e8, 5e9, 1e13]
const cases = shapes.flatMap((shape) => budgets.map((budget) => ({ shape, budget })))

describe('gpu / device / plan-step', () => {
  it.each(cases)('$shape.name with a budget of $budget: every part once, in order', (each) => {
    const { shape, budget } = each
    const [blocks, groups] = [blockCount(shape), groupCount(shape)]
    let cursor = START
    for (let step = 0; cursor.groups < groups; step++) {
      expect(step).toBeLessThan(blocks + groups)
      const plan = planStep(shape, cursor, budget)
      expect(plan.encode.first).toBe(cursor.blocks)
      expect(plan.groups.first).toBe(cursor.groups)
      expect(plan.encode.count + plan.groups.count).toBeGreaterThan(0)
      // Tiles are searched when all of both operands is encoded, and not before.
      if (plan.groups.count > 0) expect(plan.encode.first + plan.encode.count).toBe(blocks)
      cursor = {
        blocks: plan.encode.first + plan.encode.count,
        groups: plan.groups.first + plan.groups.count,
      }
    }
    expect(cursor).toEqual({ blocks, groups })
  })

  it('a step keeps to its budget, or is the smallest there is', () => {
    for (const { shape, budget } of cases) {
      const { work, attempts, encode, groups } = planStep(shape, START, budget)
      const isSmallest = attempts === 1 && encode.count + groups.count === 1
      expect(isSmallest || work <= budget).toBe(true)
    }
  })

  it('a fast adapter gets several nonces in a step, up to what its memory holds', () => {
    for (const shape of shapes) {
      expect(planStep(shape, START, 1e15).attempts).toBe(ATTEMPTS_MAX[shape.name])
      expect(planStep(shape, START, 1e6).attempts).toBe(1)
    }
  })
})
