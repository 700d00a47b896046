/**
 * `hanzo gpu`: what this machine mines with. Every engine, every kernel, whether it reproduces the
 * pinned tickets, and how many multiply-adds a second it does.
 */
import type { Command } from 'commander'
import type { ShapeName } from '../../genesis/params.ts'
import type { BackendReport, KernelReport } from '../../gpu/inspect.ts'
import { defaultCacheDirectory } from '../options.ts'
import { runCommand } from './failure.ts'
import { parseShape } from './flags.ts'

type Flags = { readonly shape?: ShapeName; readonly json?: boolean }

export function addGpuCommand(program: Command): void {
  program
    .command('gpu')
    .description('Show the adapters and kernels of this machine, tested and measured')
    .option('--shape <name>', 'only T0, S0, S1 or S2', parseShape)
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      await runCommand(flags.json === true, () => showGpu(flags))
    })
}

async function showGpu(flags: Flags): Promise<void> {
  const isJson = flags.json === true
  if (!isJson) console.error('Testing and measuring every kernel; this takes some seconds.')
  const { inspectGpu } = await import('../../gpu/inspect.ts')
  const reports = await inspectGpu({
    cacheDir: defaultCacheDirectory(),
    ...(flags.shape === undefined ? {} : { shapes: [flags.shape] }),
  })
  console.log(isJson ? JSON.stringify(reports) : describe(reports))
}

function describe(reports: readonly BackendReport[]): string {
  const chosen = reports.find((report) => report.isAvailable)
  const rows = reports.flatMap((report) => {
    if (!report.isAvailable) return [`${report.name}: not available (${report.reason})`, '']
    const mark = report === chosen ? '  <- this one is used' : ''
    const head = `${report.name}: ${report.adapter}${mark}`
    return [head, `  ${report.details}`, ...report.kernels.map(describeKernel), '']
  })
  return rows.join('\n').trimEnd()
}

function describeKernel(kernel: KernelReport): string {
  const name = `  ${kernel.shape}  ${kernel.kernel.padEnd(14)}`
  if (!kernel.isCorrect) return `${name} self-test FAILED (${kernel.reason ?? 'wrong tickets'})`
  return `${name} self-test ok   ${(kernel.macsPerSecond / 1e9).toFixed(3).padStart(9)} GMAC/s`
}
