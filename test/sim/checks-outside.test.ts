/**
 * What is asked of processes from outside can fail: two chains of equal validators, each final by
 * itself, are told to be two, whichever epochs were looked at.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDevnet } from '../../node/devnet/library/create-devnet.ts'
import { OutsideChecks } from '../../node/devnet/library/outside-checks.ts'

async function devnetAt(seed: number, epoch: number) {
  const net = await createDevnet({ seed, transport: 'simulated' })
  onTestFinished(() => net.close())
  await net.untilFinalized(epoch)
  return net
}

function openChecks() {
  const checks = new OutsideChecks(() => 0)
  return { checks, told: () => checks.violations.map(({ invariant }) => invariant) }
}

describe('sim / checks-outside', () => {
  it('I1 and I2 are told of two finalities with no epoch in common', async () => {
    const [low, high] = [await devnetAt(1, 1), await devnetAt(2, 3)]
    const { checks, told } = openChecks()
    await checks.look(low.nodes)
    await checks.look(low.nodes)
    await low.untilFinalized(2)
    await checks.look(low.nodes)
    expect(told()).toEqual([])

    await checks.look([low.nodes[0]!, high.nodes[1]!])
    expect(new Set(told())).toEqual(new Set(['I1', 'I2']))

    // The higher first: the lower is compared with it later.
    const other = openChecks()
    await other.checks.look([high.nodes[1]!])
    await other.checks.look([low.nodes[0]!])
    expect(other.told()).toEqual([])
    await other.checks.look([low.nodes[0]!, high.nodes[1]!])
    expect(other.told()).toContain('I1')
  })
})
