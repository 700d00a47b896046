/** What the machine answers to a certificate, and how it rings the alarm. */
import type {
  FinalityEffect,
  FinalityState,
  SafetyFault,
  Transition,
  Verdict,
} from '../finality-state.ts'

/** The first fault stays: it is what the operator has to judge. */
export function sound(state: FinalityState, fault: SafetyFault): Transition {
  if (state.fault !== undefined) return answer(state, 'accept')
  state.fault = fault
  return answer(state, 'accept', [{ kind: 'safety-fault', fault }])
}

export function answer(
  state: FinalityState,
  verdict: Verdict,
  effects: readonly FinalityEffect[] = [],
): Transition {
  return { state, effects, verdict }
}
