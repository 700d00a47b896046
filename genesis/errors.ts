/**
 * What can be wrong with a genesis or a key file, told to people in one sentence each.
 */

export type GenesisErrorType =
  | { readonly code: 'FILE_UNREADABLE'; readonly path: string }
  | { readonly code: 'NOT_JSON'; readonly path: string }
  | { readonly code: 'NOT_HANZO' }
  | { readonly code: 'FIELD_MISSING'; readonly field: string }
  | { readonly code: 'FIELD_UNKNOWN'; readonly field: string }
  | { readonly code: 'FIELD_INVALID'; readonly field: string; readonly expected: string }
  | { readonly code: 'PARAM_INVALID'; readonly param: string; readonly expected: string }
  | { readonly code: 'VALIDATORS_INVALID'; readonly expected: string }
  | { readonly code: 'DIFFICULTY_NOT_GIVEN'; readonly preset: string }
  | { readonly code: 'SUPPLY_MISMATCH'; readonly actual: bigint }
  | {
      readonly code: 'RECORD_MISMATCH'
      readonly field: string
      readonly expected: string
      readonly actual: string
    }
  | { readonly code: 'CONSTRUCTOR_FAILED'; readonly contract: string; readonly reason: string }
  | { readonly code: 'SETUP_FAILED'; readonly step: string; readonly reason: string }
  | { readonly code: 'CONFIG_NOT_GIVEN'; readonly preset: string }
  | { readonly code: 'CONFIG_NOT_JSON'; readonly path: string }
  | { readonly code: 'CONFIG_INVALID'; readonly field: string; readonly expected: string }
  | { readonly code: 'KEY_INVALID'; readonly path: string }

/** An expected failure of reading or building a genesis; `type.code` tells which. */
export class GenesisError extends Error {
  override readonly name = 'GenesisError'
  readonly type: GenesisErrorType

  constructor(type: GenesisErrorType, options?: ErrorOptions) {
    super(sentence(type), options)
    this.type = type
  }
}

function sentence(type: GenesisErrorType): string {
  switch (type.code) {
    case 'FILE_UNREADABLE':
      return `Cannot read ${type.path}: check the path and its permissions.`
    case 'NOT_JSON':
      return `${type.path} is not JSON: make a new one with \`hanzo init\`.`
    case 'NOT_HANZO':
      return 'The genesis file has no `config.hanzo` section: make one with `hanzo init`.'
    case 'FIELD_MISSING':
      return `The genesis file lacks \`${type.field}\`: make a new one with \`hanzo init\`.`
    case 'FIELD_UNKNOWN':
      return `The genesis file holds \`${type.field}\`, which this version does not know: remove it.`
    case 'FIELD_INVALID':
      return `\`${type.field}\` of the genesis file must be ${type.expected}.`
    case 'PARAM_INVALID':
      return `The consensus parameter \`${type.param}\` must be ${type.expected}.`
    case 'VALIDATORS_INVALID':
      return `The validators of a genesis must be ${type.expected}.`
    case 'DIFFICULTY_NOT_GIVEN':
      return `Preset ${type.preset} needs a measured difficulty: give \`--genesis-difficulty\`.`
    case 'SUPPLY_MISMATCH':
      return `The balances of a genesis must sum to 10^27 wei, and these sum to ${type.actual}.`
    case 'RECORD_MISMATCH':
      return `The genesis file was edited: its ${type.field} is ${type.actual}, not ${type.expected}.`
    case 'CONSTRUCTOR_FAILED':
      return `The constructor of ${type.contract} failed: ${type.reason}.`
    case 'SETUP_FAILED':
      return `The setup of block 0 failed at ${type.step}: ${type.reason}.`
    case 'CONFIG_NOT_GIVEN':
      return `Preset ${type.preset} is not for development: name its guardians, team and attesters with \`--config\`.`
    case 'CONFIG_NOT_JSON':
      return `${type.path} is not JSON: a config names guardians, team and attesters.`
    case 'CONFIG_INVALID':
      return `\`${type.field}\` of the config must be ${type.expected}.`
    case 'KEY_INVALID':
      return `${type.path} must hold one line, a secp256k1 key as 32 bytes in 0x hex.`
  }
}
