import { describe, expect, it } from 'vitest'
import {
  type BlockFaultCode,
  type BlockOutcome,
  faultVerdict,
  outcomeVerdict,
  proofVerdict,
} from '../../../../consensus/rules/gossip-verdict.ts'

describe('consensus / rules / gossip-verdict', () => {
  it('bans for bytes that no honest node passes on', () => {
    const codes: BlockFaultCode[] = [
      ...(['E_LEN', 'E_DIGEST', 'E_IDX', 'E_RANGE', 'E_MERKLE', 'E_WORK', 'E_JOB'] as const),
      ...(['BLOCK_TOO_LARGE', 'BLOCK_NOT_CANONICAL'] as const),
    ]
    for (const code of codes) {
      expect(faultVerdict(code)).toEqual({ verdict: 'reject', action: 'ban' })
    }
  })

  it('lowers the score for rules that another version may get wrong', () => {
    const codes: BlockFaultCode[] = [
      ...(['E_PARAM', 'E_DIFF', 'E_PARENT', 'E_TIME', 'BASE_FEE_MISMATCH'] as const),
      'TRANSACTIONS_ROOT_MISMATCH',
    ]
    for (const code of codes) {
      expect(faultVerdict(code)).toEqual({ verdict: 'reject', action: 'penalize' })
    }
  })

  it('blames nobody for passing on what only execution finds', () => {
    const codes = ['GAS_USED_MISMATCH', 'RECEIPTS_ROOT_MISMATCH', 'STATE_ROOT_MISMATCH'] as const
    for (const code of codes) {
      expect(faultVerdict(code)).toEqual({ verdict: 'ignore', action: 'none' })
    }
  })

  it('asks for an unknown parent and blames nobody for it', () => {
    const unknown = { ok: false, code: 'E_PARENT', condemns: null, macs: 0 } as const
    expect(proofVerdict(unknown)).toEqual({ verdict: 'ignore', action: 'fetch-parent' })
    expect(proofVerdict({ ...unknown, condemns: 'header' }).action).toBe('penalize')
    expect(proofVerdict({ ...unknown, code: 'E_WORK', condemns: 'sender' }).action).toBe('ban')
  })

  it('blames nobody for what is late, early or known', () => {
    const outcomes: BlockOutcome[] = ['known', 'too-old', 'too-many-siblings', 'far-future', 'full']
    for (const outcome of outcomes) {
      expect(outcomeVerdict(outcome)).toEqual({ verdict: 'ignore', action: 'none' })
    }
    expect(outcomeVerdict('future')).toEqual({ verdict: 'ignore', action: 'queue' })
    expect(outcomeVerdict('inserted')).toEqual({ verdict: 'accept', action: 'none' })
    expect(outcomeVerdict('invalid-parent').verdict).toBe('reject')
  })
})
