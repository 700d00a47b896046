/**
 * `hanzo devnet`: a devnet of validator processes under a supervisor, with one line a block.
 *
 * Spec: docs/spec/interface.md, "Commands".
 */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { PresetName } from '../../genesis/params.ts'
import { formatBanner } from './banner.ts'
import { CommandError, EXIT_USAGE, runCommand } from './failure.ts'
import {
  type GpuMode,
  PORT_MAX,
  parseGpuMode,
  parsePercent,
  parsePort,
  parsePreset,
  parseValidatorCount,
} from './flags.ts'
import { untilStopped } from './until-stopped.ts'

type Flags = {
  readonly validators: number
  readonly dataDir: string
  readonly reset?: boolean
  readonly preset: PresetName
  readonly gpu: GpuMode
  readonly basePort: number
  readonly baseP2pPort: number
  readonly gpuDuty: number
  readonly real?: boolean
  readonly configOut?: string
  readonly restart?: boolean
  readonly devRpc?: boolean
  readonly verbose?: boolean
  readonly json?: boolean
}

export function addDevnetCommand(program: Command): void {
  program
    .command('devnet')
    .description('Run a devnet of validator processes on this machine')
    .option('--validators <n>', 'number of validators', parseValidatorCount, 4)
    .option(
      '--data-dir <dir>',
      'where the chain lives; found again at the next start',
      '.hanzo/devnet',
    )
    .option('--reset', 'remove the devnet of the data directory and start a new one')
    .option('--preset <name>', 'cpu, gpu or instant', parsePreset, 'cpu')
    .option('--gpu <mode>', 'auto, webgpu or cpu', parseGpuMode, 'auto')
    .option('--base-port <port>', 'JSON-RPC port of validator 0', parsePort, 8545)
    .option('--base-p2p-port <port>', 'p2p port of validator 0', parsePort, 30303)
    .option(
      '--gpu-duty <percent>',
      'share of time to search, all validators together',
      parsePercent,
      50,
    )
    .option('--real', 'years, delays and eras of mainnet instead of minutes')
    .option('--config-out <file>', 'write endpoints, accounts and contracts as JSON')
    .option('--restart', 'start a validator again that ended by itself')
    .option('--dev-rpc', 'answer evm_, anvil_ and hardhat_ methods')
    .option('--verbose', "show the validators' own logs")
    .option('--json', 'print JSON lines')
    .action(async (flags: Flags) => {
      await runCommand(flags.json === true, () => runDevnet(flags))
    })
}

async function runDevnet(flags: Flags): Promise<void> {
  verifyPortRanges(flags)
  const { Devnet } = await import('../devnet/devnet.ts')
  const { createDevnetScreen } = await import('./devnet-screen.ts')
  const { measureGenesisDifficulty } = await import('./measure-difficulty.ts')
  const screen = createDevnetScreen({
    isJson: flags.json === true,
    isVerbose: flags.verbose === true,
  })
  const directory = resolve(flags.dataDir)
  screen.starting(flags.validators, flags.preset, directory)
  const stopped = untilStopped()
  const devnet = await Devnet.start({
    directory,
    preset: flags.preset,
    validatorCount: flags.validators,
    isReal: flags.real === true,
    reset: flags.reset === true,
    measureDifficulty: () =>
      measureGenesisDifficulty({
        preset: flags.preset,
        gpu: flags.gpu,
        dutyPercent: flags.gpuDuty,
      }),
    gpu: flags.gpu,
    gpuDutyPercent: flags.gpuDuty,
    baseRpcPort: flags.basePort,
    baseP2pPort: flags.baseP2pPort,
    restart: flags.restart === true,
    logLevel: flags.verbose === true ? 'debug' : 'info',
    devRpc: flags.devRpc === true,
    events: screen.events,
  })
  let killed: readonly { readonly index: number }[] = []
  try {
    const { config } = devnet
    if (flags.configOut !== undefined) {
      await writeFile(flags.configOut, `${JSON.stringify(config, undefined, 2)}\n`)
    }
    screen.ready(config, formatBanner(config, `Devnet of ${flags.validators} validators`))
    await Promise.race([stopped, devnet.allLost.then(failLost)])
    screen.stopping()
  } finally {
    // Whatever ends this, no validator is left without its supervisor.
    killed = await devnet.stop()
  }
  if (killed.length === 0) return
  const names = killed.map(({ index }) => index).join(', ')
  throw new CommandError('KILLED', `Validator ${names} did not stop in time and had to be killed.`)
}

function failLost(): never {
  throw new CommandError('ALL_LOST', 'Every validator has ended: see the lines above for why.')
}

/** Validator i takes base + i of each range. */
function verifyPortRanges({ basePort, baseP2pPort, validators }: Flags): void {
  const last = Math.max(basePort, baseP2pPort) + validators - 1
  if (last > PORT_MAX) {
    throw new CommandError(
      'PORT_RANGE',
      `${validators} validators need ports up to ${last}, and the last is ${PORT_MAX}: give lower base ports.`,
      EXIT_USAGE,
    )
  }
  const distance = Math.abs(basePort - baseP2pPort)
  if (distance < validators) {
    throw new CommandError(
      'PORT_RANGE',
      `--base-port and --base-p2p-port must be at least ${validators} apart, one port a validator.`,
      EXIT_USAGE,
    )
  }
}
