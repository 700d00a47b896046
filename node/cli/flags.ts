/**
 * Parsers of flag values. Each throws commander's own error, so that a wrong flag is named, told
 * what it must be, and ends the command with exit code 2.
 */

import type { Address, Hash } from '../../consensus/types.ts'
import { PRESET_NAMES, type PresetName, type ShapeName } from '../../genesis/params.ts'
import { invalidFlag } from './failure.ts'

export const PORT_MAX = 65_535
/** A genesis holds a bond for each; more on one machine only starve each other. */
export const VALIDATORS_MAX = 32

export type GpuMode = 'auto' | 'webgpu' | 'cpu'
const SHAPE_NAMES: readonly ShapeName[] = ['T0', 'S0', 'S1', 'S2']
const GPU_MODES: readonly GpuMode[] = ['auto', 'webgpu', 'cpu']

export function parsePort(text: string): number {
  return parseWhole(text, 1, PORT_MAX, `a port from 1 to ${PORT_MAX}`)
}

/** 0 lets the system choose. */
export function parsePortOrZero(text: string): number {
  return parseWhole(text, 0, PORT_MAX, `a port from 0 (any free one) to ${PORT_MAX}`)
}

export function parseValidatorCount(text: string): number {
  return parseWhole(text, 1, VALIDATORS_MAX, `a whole number from 1 to ${VALIDATORS_MAX}`)
}

export function parsePercent(text: string): number {
  return parseWhole(text, 1, 100, 'a whole number of percent from 1 to 100')
}

export function parseSeconds(text: string): number {
  return parseWhole(text, 1, 86_400, 'a whole number of seconds from 1 to 86400')
}

/** Unix seconds of a genesis: not before the year 2000, nor past 32 bits. */
export function parseTimestamp(text: string): bigint {
  return BigInt(parseWhole(text, 946_684_800, 4_294_967_295, 'a Unix time in seconds'))
}

/** Between two halvings; the real clock has 63,072,000. */
export function parseEraBlocks(text: string): bigint {
  return BigInt(parseWhole(text, 16, 1_000_000, 'a number of blocks from 16 to 1000000'))
}

/** Multiply-adds a block, decimal or 0x hex. */
export function parseDifficulty(text: string): bigint {
  if (!/^(0x[0-9a-fA-F]{1,64}|[1-9][0-9]{0,76})$/.test(text)) {
    throw invalidFlag('a number of multiply-adds, decimal or 0x hex')
  }
  return BigInt(text)
}

export function parsePreset(text: string): PresetName {
  const preset = PRESET_NAMES.find((name) => name === text)
  if (preset === undefined) throw invalidFlag(`one of ${PRESET_NAMES.join(', ')}`)
  return preset
}

export function parseShape(text: string): ShapeName {
  const shape = SHAPE_NAMES.find((name) => name === text)
  if (shape === undefined) throw invalidFlag(`one of ${SHAPE_NAMES.join(', ')}`)
  return shape
}

export function parseGpuMode(text: string): GpuMode {
  const mode = GPU_MODES.find((name) => name === text)
  if (mode === undefined) throw invalidFlag(`one of ${GPU_MODES.join(', ')}`)
  return mode
}

export function parseAddress(text: string): Address {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw invalidFlag('an address, 20 bytes in 0x hex')
  return text.toLowerCase() as Address
}

export function parseHash(text: string): Hash {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) throw invalidFlag('a hash, 32 bytes in 0x hex')
  return text.toLowerCase() as Hash
}

export function parseCompat(text: string): 'anvil' {
  if (text !== 'anvil') throw invalidFlag('anvil')
  return text
}

/** For a flag that may be repeated. */
export function collectHash(text: string, before: readonly Hash[]): readonly Hash[] {
  return [...before, parseHash(text)]
}

/** A block: a decimal number, a hash, or a tag. */
export function parseBlock(text: string): string {
  if (/^(latest|safe|finalized|earliest)$/.test(text)) return text
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hash
  if (/^(0|[1-9][0-9]{0,18})$/.test(text)) return `0x${BigInt(text).toString(16)}`
  throw invalidFlag('a block number, a 32-byte hash, or latest, safe, finalized, earliest')
}

export function parseUrl(text: string): string {
  const isHttp = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
  if (!isHttp) throw invalidFlag('a URL such as http://127.0.0.1:8545')
  return text
}

/** For flags that may be given more than once. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text]
}

function parseWhole(text: string, min: number, max: number, expected: string): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw invalidFlag(expected)
  return value
}
