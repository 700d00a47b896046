/**
 * A genesis file of plain Ethereum in geth's format: which forks come when, block 0, and what its
 * accounts hold. Chains of ours have a format of their own inside the same file, see
 * `../genesis-file.ts`.
 */
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import type { Address, GenesisAccount, Hex } from '../types.ts'

/** Forks by block, in their order, with the key of each in `config`. */
const BLOCK_FORKS = [
  ['homestead', 'homesteadBlock'],
  ['tangerineWhistle', 'eip150Block'],
  ['spuriousDragon', 'eip158Block'],
  ['byzantium', 'byzantiumBlock'],
  ['constantinople', 'constantinopleBlock'],
  ['petersburg', 'petersburgBlock'],
  ['istanbul', 'istanbulBlock'],
  ['muirGlacier', 'muirGlacierBlock'],
  ['berlin', 'berlinBlock'],
  ['london', 'londonBlock'],
  ['arrowGlacier', 'arrowGlacierBlock'],
  ['grayGlacier', 'grayGlacierBlock'],
] as const

/** Forks by time; those named `bpo` change the number of blobs and nothing else. */
const TIME_FORKS = [
  'shanghai',
  'cancun',
  'prague',
  'osaka',
  ...(['bpo1', 'bpo2', 'bpo3', 'bpo4', 'bpo5'] as const),
] as const

export type BlockForkName = (typeof BLOCK_FORKS)[number][0]
export type TimeForkName = (typeof TIME_FORKS)[number]

/** EIP-7840. */
export type BlobSchedule = {
  readonly target: number
  readonly max: number
  readonly baseFeeUpdateFraction: bigint
}

export type TimeFork = {
  readonly name: TimeForkName
  /** Unix seconds. */
  readonly time: bigint
  readonly blobs: BlobSchedule | undefined
}

/** The merge is where a block's difficulty is zero, as its header says. */
export type EthereumForks = {
  readonly chainId: bigint
  /** Ascending; a fork that the file does not name never comes. */
  readonly byBlock: readonly { readonly name: BlockForkName; readonly block: bigint }[]
  readonly byTime: readonly TimeFork[]
  /** Forks by block that EIP-2124 counts beside those above. */
  readonly mergeNetsplitBlock: bigint | undefined
  /** EIP-6110. */
  readonly depositContract: Address | undefined
}

export type EthereumGenesis = {
  readonly forks: EthereumForks
  readonly alloc: ReadonlyMap<Address, GenesisAccount>
  /** Of block 0; the roots follow from `alloc`. */
  readonly header: {
    readonly parentHash: Hex
    readonly coinbase: Address
    readonly difficulty: bigint
    readonly gasLimit: bigint
    readonly timestamp: bigint
    readonly extraData: Hex
    readonly mixHash: Hex
    readonly nonce: Hex
    readonly baseFeePerGas: bigint | undefined
    readonly blobGasUsed: bigint | undefined
    readonly excessBlobGas: bigint | undefined
  }
}

const integer = z.union([
  z.int().nonnegative().transform(BigInt),
  z
    .string()
    .regex(/^(0x[0-9a-fA-F]+|[0-9]+)$/)
    .transform(BigInt),
])
const bytes = z.string().regex(/^0x([0-9a-fA-F]{2})*$/)
const schedule = z.object({
  target: z.int(),
  max: z.int(),
  baseFeeUpdateFraction: integer,
})
const account = z.object({
  balance: integer.optional(),
  nonce: integer.optional(),
  code: bytes.optional(),
  storage: z.record(z.string(), z.string()).optional(),
})
const file = z.object({
  config: z.looseObject({
    chainId: integer,
    blobSchedule: z.record(z.string(), schedule).optional(),
    depositContractAddress: z.string().nullish(),
    mergeNetsplitBlock: integer.nullish(),
    daoForkBlock: integer.nullish(),
  }),
  alloc: z.record(z.string(), account),
  parentHash: z.string().optional(),
  coinbase: z.string().optional(),
  difficulty: integer,
  gasLimit: integer,
  timestamp: integer.optional(),
  extraData: bytes.optional(),
  mixHash: z.string().optional(),
  nonce: integer.optional(),
  baseFeePerGas: integer.nullish(),
  blobGasUsed: integer.nullish(),
  excessBlobGas: integer.nullish(),
})

type ConfigJson = z.infer<typeof file>['config']

/** Throws a {@link GenesisError} FIELD_INVALID. */
export function parseEthereumGenesis(json: unknown): EthereumGenesis {
  const parsed = file.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(issue?.path.join('.') ?? 'genesis', 'there, and as geth writes it')
  }
  const { config, alloc, ...header } = parsed.data
  return {
    forks: readForks(config),
    alloc: new Map(
      Object.entries(alloc).map(([address, entry]) => [fixed(address, 20), readAccount(entry)]),
    ),
    header: {
      parentHash: fixed(header.parentHash ?? '0x', 32),
      coinbase: fixed(header.coinbase ?? '0x', 20),
      difficulty: header.difficulty,
      gasLimit: header.gasLimit,
      timestamp: header.timestamp ?? 0n,
      extraData: lower(header.extraData ?? '0x'),
      mixHash: fixed(header.mixHash ?? '0x', 32),
      nonce: fixed((header.nonce ?? 0n).toString(16), 8),
      baseFeePerGas: header.baseFeePerGas ?? undefined,
      blobGasUsed: header.blobGasUsed ?? undefined,
      excessBlobGas: header.excessBlobGas ?? undefined,
    },
  }
}

function readForks(config: ConfigJson): EthereumForks {
  const byBlock = BLOCK_FORKS.flatMap(([name, key]) => {
    const block = config[key] === undefined ? undefined : integerAt(`config.${key}`, config[key])
    return block === undefined ? [] : [{ name, block }]
  })
  if (byBlock[0]?.name !== 'homestead' || byBlock[0].block !== 0n) {
    throw invalid('config.homesteadBlock', '0: the rules before Homestead are not known here')
  }
  if (config.daoForkBlock !== undefined && config.daoForkBlock !== null) {
    throw invalid('config.daoForkBlock', 'left out: what was done to the DAO is not done here')
  }
  const byTime = TIME_FORKS.flatMap((name): TimeFork[] => {
    const key = `${name}Time`
    if (config[key] === undefined || config[key] === null) return []
    const time = integerAt(`config.${key}`, config[key])
    return [{ name, time, blobs: config.blobSchedule?.[name] }]
  })
  const { chainId, mergeNetsplitBlock, depositContractAddress: deposits } = config
  return {
    ...{ chainId, byBlock, byTime, mergeNetsplitBlock: mergeNetsplitBlock ?? undefined },
    depositContract: typeof deposits === 'string' ? fixed(deposits, 20) : undefined,
  }
}

function integerAt(field: string, value: unknown): bigint {
  const parsed = integer.safeParse(value)
  if (!parsed.success) throw invalid(field, 'a number')
  return parsed.data
}

function readAccount({ balance, nonce, code, storage }: z.infer<typeof account>): GenesisAccount {
  const slots = Object.entries(storage ?? {})
    .map(([slot, value]) => [fixed(slot, 32), fixed(value, 32)] as const)
    .filter(([, value]) => BigInt(value) !== 0n)
  return {
    balance: balance ?? 0n,
    nonce: nonce ?? 0n,
    code: Buffer.from((code ?? '0x').slice(2), 'hex'),
    storage: new Map(slots),
  }
}

/** Hex of exactly this many bytes, with zeros in front; the file may leave out `0x`. */
function fixed(text: string, byteCount: number): Hex {
  const digits = (text.startsWith('0x') ? text.slice(2) : text).toLowerCase()
  if (!/^[0-9a-f]*$/.test(digits) || digits.length > 2 * byteCount) {
    throw invalid(text, `${byteCount} bytes in hex`)
  }
  return `0x${digits.padStart(2 * byteCount, '0')}`
}

function lower(text: string): Hex {
  return text.toLowerCase() as Hex
}

function invalid(field: string, expected: string): GenesisError {
  return new GenesisError({ code: 'FIELD_INVALID', field, expected })
}
