/** What each contract of block 0 is built with, on the clock of devnets and on the real one. */
import type { AbiFields } from '../../genesis/build/abi-encode.ts'
import { genesisDeployments } from '../../genesis/build/deployments.ts'
import { chooseParticipants } from '../../genesis/economy/participants.ts'
import { presetParams, REAL_ERA_BLOCKS } from '../../genesis/params.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'

const ONE = 10n ** 18n
const CLOCKS = [
  presetParams('cpu'),
  { dev: false, epochLength: 16, eraBlocks: REAL_ERA_BLOCKS },
] as const
const NOTHING = '—'

/** A table for contracts that share their code, or nothing where constructors take nothing. */
export function builtWith(names: readonly string[]): string {
  const [dev, real] = CLOCKS.map((params) => {
    const participants = chooseParticipants('cpu', undefined)
    const deployments = genesisDeployments({ params, validators: [], participants })
    return new Map(deployments.map(({ name, args }) => [name, args]))
  })
  const rows = names.flatMap((name) =>
    Object.keys(dev?.get(name) ?? {}).map((field) => {
      const label = `\`${field.replace(/^_|_$/g, '')}\``
      const ofWhom = names.length === 1 ? label : `${label} of ${name}`
      return `| ${ofWhom} | ${format(dev?.get(name), field)} | ${format(real?.get(name), field)} |`
    }),
  )
  if (rows.length === 0) return ''
  return ['| Built with | dev clock | real clock |', '|---|---|---|', ...rows].join('\n')
}

function format(args: AbiFields | undefined, field: string): string {
  const value = args?.[field]
  if (value === undefined) return NOTHING
  if (typeof value === 'bigint') return formatInteger(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return 'as in the manifest'
  const named = Object.entries(PREDEPLOYS).find(([, address]) => address === value)
  return named?.[0] ?? (BigInt(value) === 0n ? 'zero' : value)
}

/** Amounts of coins and votes have 18 decimals. */
function formatInteger(value: bigint): string {
  const isAmount = value >= ONE && value % ONE === 0n
  if (isAmount) return `${(value / ONE).toLocaleString('en-US')} × 10^18`
  return value.toLocaleString('en-US')
}
