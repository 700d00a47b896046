/**
 * `hanzo init`: a genesis for several machines, with its manifest and the validators' new keys.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { isDevPreset, type PresetName } from '../../genesis/params.ts'
import { CommandError, runCommand } from './failure.ts'
import {
  parseDifficulty,
  parseEraBlocks,
  parsePreset,
  parseTimestamp,
  parseValidatorCount,
} from './flags.ts'

type Flags = {
  readonly preset: PresetName
  readonly validators: number
  readonly timestamp?: bigint
  readonly real?: boolean
  readonly genesisDifficulty?: bigint
  readonly eraBlocks?: bigint
  readonly config?: string
  readonly out: string
  readonly json?: boolean
}

/** A chain of several machines: each of them searches all the time. */
const MEASURED = { preset: 'gpu', gpu: 'webgpu', dutyPercent: 100 } as const

const PUBLIC_KEYS =
  'Warning: `fundPublicAccounts` gives 100,000 AI to ten accounts whose keys everybody has. ' +
  'Whoever is first takes them in block 1, and may buy validators with them.'

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description("Write a genesis, its manifest and the validators' new keys")
    .requiredOption('--preset <name>', 'cpu, gpu or instant', parsePreset)
    .option('--validators <n>', 'number of genesis validators', parseValidatorCount, 4)
    .option('--timestamp <seconds>', 'Unix time of block 0 (default: now)', parseTimestamp)
    .option('--real', 'years, delays and eras of mainnet instead of minutes')
    .option('--era-blocks <n>', 'blocks between two halvings, on a devnet', parseEraBlocks)
    .option('--genesis-difficulty <mac>', 'multiply-adds a block of epoch 0', parseDifficulty)
    .option('--config <file>', 'JSON that names guardians, team, attesters and attested accounts')
    .requiredOption('--out <file>', 'the genesis file; manifest.json and keys/ stand beside it')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      await runCommand(flags.json === true, () => writeFiles(flags))
    })
}

async function writeFiles(flags: Flags): Promise<void> {
  const path = resolve(flags.out)
  const directory = dirname(path)
  for (const taken of [path, join(directory, 'manifest.json'), join(directory, 'keys')]) {
    if (!existsSync(taken)) continue
    throw new CommandError('FILE_EXISTS', `${taken} exists: move it away, or give another --out.`)
  }
  const { writeGenesis } = await import('../devnet/prepare.ts')
  const { chooseParticipants, loadParticipants } = await import(
    '../../genesis/economy/participants.ts'
  )
  // Before anything is measured: a file that is missing should not cost a minute.
  const given = flags.config === undefined ? undefined : loadParticipants(flags.config)
  const participants = chooseParticipants(flags.preset, given)
  if (!isDevPreset(flags.preset) && participants.fundPublicAccounts) console.error(PUBLIC_KEYS)
  const { measureGenesisDifficulty } = await import('./measure-difficulty.ts')
  const genesisDifficulty =
    flags.genesisDifficulty ??
    (flags.preset === 'gpu' ? await measureGenesisDifficulty(MEASURED) : undefined)
  const genesis = await writeGenesis({
    directory,
    fileName: basename(path),
    preset: flags.preset,
    validatorCount: flags.validators,
    isReal: flags.real === true,
    participants,
    ...(flags.timestamp === undefined ? {} : { timestamp: flags.timestamp }),
    ...(genesisDifficulty === undefined ? {} : { genesisDifficulty }),
    ...(flags.eraBlocks === undefined ? {} : { eraBlocks: flags.eraBlocks }),
  })
  const chainId = Number(genesis.params.chainId)
  if (flags.json === true) {
    console.log(JSON.stringify({ genesis: path, chainId, genesisHash: genesis.hash }))
    return
  }
  console.log(`Wrote ${path}: chain id ${chainId}, genesis hash ${genesis.hash}`)
  console.log(`Beside it: manifest.json, and in keys/ one voting key and one coinbase key each.`)
  console.log(`Next: npm run hanzo -- node --genesis ${flags.out} --data-dir DIR --mine`)
}
