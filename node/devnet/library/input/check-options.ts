/** Refuses what makes no devnet, before anything is started: a typo must not test another thing. */
import { z } from 'zod'
import { PRESET_NAMES } from '../../../../genesis/params.ts'
import { DevnetTestError } from '../errors.ts'
import type { CreateDevnetOptions } from '../types.ts'

export const VALIDATORS_MAX = 32
const PORT_MAX = 65_535

const part = z.number().min(0).max(1)
const milliseconds = z.number().min(0)
const port = z.int().min(1).max(PORT_MAX)

const wire = z.strictObject({
  floorMs: milliseconds.optional(),
  meanMs: milliseconds.optional(),
  loss: part.optional(),
  duplication: part.optional(),
  reorders: z.boolean().optional(),
  bytesPerSecond: z.number().positive().optional(),
})

const options = z.strictObject({
  validators: z.int().min(1).max(VALIDATORS_MAX).optional(),
  preset: z.enum(PRESET_NAMES).optional(),
  seed: z.int().optional(),
  transport: z.enum(['simulated', 'process']).optional(),
  work: z.array(z.number().min(0)).optional(),
  wire: wire.optional(),
  basePorts: z.strictObject({ rpc: port, p2p: port }).optional(),
})

/** What only virtual time has, and what only processes have. */
const ONLY = {
  simulated: ['seed', 'work', 'wire'],
  process: ['basePorts'],
} as const

/** Throws {@link DevnetTestError} OPTION_BAD, which names the option. */
export function checkOptions(given: CreateDevnetOptions, validators: number): void {
  const parsed = options.safeParse(given)
  const issue = parsed.error?.issues[0]
  if (issue !== undefined) throw optionBad(nameOf(issue), issue.message)
  const { transport = 'simulated', work } = given
  const foreign = transport === 'process' ? 'simulated' : 'process'
  for (const option of ONLY[foreign]) {
    if (given[option] !== undefined) {
      throw optionBad(option, `the transport \`${transport}\` has no such thing`)
    }
  }
  if (work !== undefined && (work.length !== validators || !work.some((each) => each > 0))) {
    throw optionBad('work', 'it has one number for each validator, not all of them 0')
  }
}

export function optionBad(option: string, reason: string): DevnetTestError {
  return new DevnetTestError(
    { code: 'OPTION_BAD', option, reason },
    `The option ${option} makes no devnet: ${reason}.`,
  )
}

function nameOf(issue: z.core.$ZodIssue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys] : issue.path
  return path.join('.') || 'options'
}
