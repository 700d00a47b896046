/**
 * The people that block 0 names: owners of the two Safes, bonded attesters, attested accounts. None
 * of them has a role by itself. Dev presets take the public accounts; a chain that is not for
 * development is built of a file that names its own.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import { readFileSync } from 'node:fs'
import { toChecksumAddress } from '@ethereumjs/util'
import { z } from 'zod'
import { devAccounts } from '../accounts.ts'
import { GenesisError } from '../errors.ts'
import { isDevPreset, type PresetName } from '../params.ts'
import { isKeyless } from '../predeploys.ts'
import type { Address, Hex } from '../types.ts'

export type SafeOwners = {
  readonly owners: readonly Address[]
  /** Signatures that make a transaction of the Safe. */
  readonly threshold: number
}

export type Participants = {
  /** May cancel proposals and pause outflows for a while. */
  readonly guardians: SafeOwners
  /** Own the team's vesting. */
  readonly team: SafeOwners
  /** Sign training, quality and identity reports; each has a bond. */
  readonly attesters: readonly Address[]
  /** Signatures that make a report. */
  readonly attesterThreshold: number
  /** Vote with the square root of their stake from the start. */
  readonly attested: readonly Address[]
  /**
   * Whether the ten public accounts have coins in block 0, which anybody may then take. If left
   * out, they have on presets for development, and nowhere else.
   */
  readonly fundPublicAccounts?: boolean | undefined
}

/** Where nothing was left out. */
export type ChosenParticipants = Participants & { readonly fundPublicAccounts: boolean }

const OWNERS_MAX = 32
/** Of the guardians on a chain that is not for development: they hold a veto over everything. */
const GUARDIANS_MIN = 5
const GUARDIAN_THRESHOLD_MIN = 3
/** As in `QualityOracle`: a quorum is checked in one call. */
const ATTESTERS_MAX = 16
/** A constructor writes a slot for each: keeps block 0 small. */
const ATTESTED_MAX = 1_000

const ADDRESS_PATTERN = /^0x[0-9a-fA-F]{40}$/

/** Mixed case is a checksum (EIP-55), and these accounts are worth a check. */
function hasRightCase(text: string): boolean {
  const digits = text.slice(2)
  const isOneCase = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  return isOneCase || toChecksumAddress(text as Hex) === text
}

const address = z
  .string()
  .regex(ADDRESS_PATTERN, 'an address of 20 bytes in 0x hex')
  .refine(hasRightCase, 'an address with a right checksum')
  .transform((text) => text.toLowerCase() as Address)
  .refine((at) => !isKeyless(at), 'an account that can have a key')

function addresses(min: number, max: number) {
  const length = `a list of ${min} to ${max} addresses`
  return z
    .array(address, length)
    .min(min, length)
    .max(max, length)
    .refine((list) => new Set(list).size === list.length, 'a list without repetitions')
}

const threshold = z.number('a whole number').int('a whole number').min(1, 'at least 1')

const safeOwners = z
  .strictObject({ owners: addresses(1, OWNERS_MAX), threshold })
  .refine((safe) => safe.threshold <= safe.owners.length, {
    path: ['threshold'],
    error: 'at most the number of owners',
  })

const participants = z
  .strictObject({
    guardians: safeOwners,
    team: safeOwners,
    attesters: addresses(1, ATTESTERS_MAX),
    attesterThreshold: threshold,
    attested: addresses(0, ATTESTED_MAX),
    fundPublicAccounts: z.boolean('true or false').optional(),
  })
  .refine((all) => 2 * all.attesterThreshold > all.attesters.length, {
    path: ['attesterThreshold'],
    error: 'more than half of the number of attesters',
  })
  .refine((all) => all.attesterThreshold <= all.attesters.length, {
    path: ['attesterThreshold'],
    error: 'at most the number of attesters',
  })

/** The public accounts: 0 to 4 own both Safes, 7 to 9 attest, 0 to 6 are attested. */
export function devParticipants(): ChosenParticipants {
  const accounts = devAccounts().map(({ address: at }) => at)
  const safe = { owners: accounts.slice(0, 5), threshold: 3 }
  return {
    guardians: safe,
    team: safe,
    attesters: accounts.slice(7, 10),
    attesterThreshold: 2,
    attested: accounts.slice(0, 7),
    fundPublicAccounts: true,
  }
}

/** Those given, or the public accounts where the preset is for development. */
export function chooseParticipants(preset: PresetName, given?: Participants): ChosenParticipants {
  const isDev = isDevPreset(preset)
  if (given === undefined) {
    if (!isDev) throw new GenesisError({ code: 'CONFIG_NOT_GIVEN', preset })
    return devParticipants()
  }
  if (!isDev) verifyGuardians(given.guardians)
  return { ...given, fundPublicAccounts: given.fundPublicAccounts ?? isDev }
}

/** Throws a {@link GenesisError} unless they are 3 of 5 people, or stricter than that. */
function verifyGuardians({ owners, threshold: signatures }: SafeOwners): void {
  const where = 'on a chain that is not for development'
  const hasNobody = owners.some((owner) => BigInt(owner) === 0n)
  if (new Set(owners).size < Math.max(owners.length, GUARDIANS_MIN) || hasNobody) {
    invalid('guardians.owners', `at least ${GUARDIANS_MIN} different accounts ${where}`)
  }
  if (signatures < GUARDIAN_THRESHOLD_MIN) {
    invalid('guardians.threshold', `at least ${GUARDIAN_THRESHOLD_MIN} ${where}`)
  }
}

function invalid(field: string, expected: string): never {
  throw new GenesisError({ code: 'CONFIG_INVALID', field, expected })
}

/** Reads the file of `hanzo init --config`. Throws a {@link GenesisError} that says what to do. */
export function loadParticipants(path: string): Participants {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GenesisError({ code: 'FILE_UNREADABLE', path }, { cause })
  }
  try {
    return parseParticipants(JSON.parse(text))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new GenesisError({ code: 'CONFIG_NOT_JSON', path }, { cause })
  }
}

/** Throws a {@link GenesisError} that names the first field that is wrong. */
export function parseParticipants(json: unknown): Participants {
  const result = participants.safeParse(json)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const field = formatPath([...(issue?.path ?? []), ...unknown])
  throw new GenesisError({
    code: 'CONFIG_INVALID',
    field,
    expected: unknown.length > 0 ? 'left out: no such field is known' : (issue?.message ?? 'valid'),
  })
}

/** As in `guardians.owners[2]`. */
function formatPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
  return text === '' ? 'the file' : text.replace(/^\./, '')
}
