/** Tests look at codes, never at messages. */
import { expect } from 'vitest'
import { CodedError } from '../../consensus/errors.ts'

/** The coded failure of `act`; a test fails if there is none, or one of another kind. */
export function failureOf(act: () => unknown): { readonly code: string } & Record<string, unknown> {
  try {
    act()
  } catch (error) {
    if (error instanceof CodedError) return error.type as never
    throw error
  }
  return expect.unreachable('nothing was thrown')
}

/** The code of {@link failureOf}. */
export function codeOf(act: () => unknown): string {
  return failureOf(act).code
}
