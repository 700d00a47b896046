/**
 * Compiles genesis/contracts with solc-js into genesis/artifacts, one JSON a contract. Artifacts are
 * committed, so a node needs no compiler; a test compiles again and compares byte for byte.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONTRACTS_DIR = join(ROOT, 'genesis/contracts')
const ARTIFACTS_DIR = join(ROOT, 'genesis/artifacts')

/** Contracts that block 0 holds, by source; libraries and abstract contracts have no artifact. */
const DEPLOYED: Readonly<Record<string, string>> = {
  AccessManager: 'governance/AccessManager.sol',
  AI: 'token/AI.sol',
  AIBurn: 'token/AIBurn.sol',
  AIGovernor: 'governance/AIGovernor.sol',
  AIStaking: 'staking/AIStaking.sol',
  BeneficiaryVault: 'emission/BeneficiaryVault.sol',
  BlockRewards: 'emission/BlockRewards.sol',
  CircuitBreaker: 'governance/CircuitBreaker.sol',
  ComputePayments: 'compute/ComputePayments.sol',
  HMMFactory: 'market/HMMFactory.sol',
  HMMPair: 'market/HMMPair.sol',
  HMMRouter: 'market/HMMRouter.sol',
  HUSD: 'market/HUSD.sol',
  IdentityRegistry: 'staking/IdentityRegistry.sol',
  LiquidityReserve: 'market/LiquidityReserve.sol',
  PriceBook: 'compute/PriceBook.sol',
  ProposalBond: 'governance/ProposalBond.sol',
  ProviderRegistry: 'compute/ProviderRegistry.sol',
  PublicSale: 'market/PublicSale.sol',
  QualityOracle: 'compute/QualityOracle.sol',
  SpenderVault: 'emission/SpenderVault.sol',
  SystemConfig: 'governance/SystemConfig.sol',
  TeamVesting: 'emission/TeamVesting.sol',
  Timelock: 'governance/Timelock.sol',
  TrainingRewards: 'compute/TrainingRewards.sol',
  TreasuryVault: 'emission/TreasuryVault.sol',
  ValidatorSet: 'consensus/ValidatorSet.sol',
}

const OUTPUTS = ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'storageLayout']

/** `bytecodeHash: none`: code depends on what the sources say, not on their comments or paths. */
const SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: 'osaka',
  metadata: { bytecodeHash: 'none' },
  // Code of what is deployed alone: the compiler's back end is most of the time.
  outputSelection: Object.fromEntries(
    Object.entries(DEPLOYED).map(([name, source]) => [source, { [name]: OUTPUTS }]),
  ),
}

type Solc = {
  version(): string
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string
}

type SolcOutput = {
  readonly errors?: readonly Finding[]
  readonly contracts?: Record<string, Record<string, SolcContract>>
}

type Finding = {
  readonly severity: string
  readonly formattedMessage: string
  readonly sourceLocation?: { readonly file: string }
}

type SolcContract = {
  readonly abi: readonly unknown[]
  readonly evm: { bytecode: { object: string }; deployedBytecode: { object: string } }
  readonly storageLayout: StorageLayout
}

type StorageVariable = { label: string; slot: string; offset: number; type: string }

type StorageType = {
  readonly label: string
  readonly numberOfBytes: string
  /** Of a struct. */
  readonly members?: readonly StorageVariable[]
  /** What an array holds. */
  readonly base?: string
  /** What a mapping leads to. */
  readonly value?: string
}

type StorageLayout = {
  readonly storage: readonly StorageVariable[]
  /** Null when the contract has no storage. */
  readonly types: Record<string, StorageType> | null
}

/** File name to content, for every artifact. Throws with the compiler's words on any finding. */
export function compileContracts(): ReadonlyMap<string, string> {
  const solc = createRequire(import.meta.url)('solc') as Solc
  const input = { language: 'Solidity', sources: readSources(), settings: SETTINGS }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: readImport }),
  ) as SolcOutput
  // Warnings about other people's sources are theirs.
  const findings = (output.errors ?? []).filter(
    ({ severity, sourceLocation }) =>
      severity === 'error' || sourceLocation?.file.startsWith('@') !== true,
  )
  if (findings.length > 0) {
    throw new Error(findings.map((finding) => finding.formattedMessage).join('\n'))
  }
  return new Map(
    Object.entries(DEPLOYED).map(([name, source]) => [
      `${name}.json`,
      formatArtifact(name, source, contractOf(output, name, source), solc.version()),
    ]),
  )
}

export function saveArtifacts(artifacts: ReadonlyMap<string, string>): void {
  mkdirSync(ARTIFACTS_DIR, { recursive: true })
  for (const [file, text] of artifacts) writeFileSync(join(ARTIFACTS_DIR, file), text)
}

/** What is deployed, and all else of ours: nothing in the tree may fail to compile. */
function readSources(): Record<string, { content: string }> {
  const ours = readdirSync(CONTRACTS_DIR, { recursive: true, encoding: 'utf8' })
  const files = new Set([...Object.values(DEPLOYED), ...ours.filter((at) => at.endsWith('.sol'))])
  return Object.fromEntries([...files].map((at) => [at, { content: readImport(at).contents }]))
}

/** Everything that is not ours is an npm package. */
function readImport(path: string): { contents: string } {
  if (!path.startsWith('@')) return { contents: readFileSync(join(CONTRACTS_DIR, path), 'utf8') }
  const packageName = path.split('/').slice(0, 2).join('/')
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`)
  return { contents: readFileSync(join(dirname(manifest), path.slice(packageName.length)), 'utf8') }
}

function contractOf(output: SolcOutput, name: string, source: string): SolcContract {
  const contract = output.contracts?.[source]?.[name]
  if (contract === undefined) throw new Error(`${source} has no contract ${name}`)
  return contract
}

function formatArtifact(
  name: string,
  source: string,
  contract: SolcContract,
  compiler: string,
): string {
  const artifact = {
    contractName: name,
    sourceName: source.startsWith('@') ? source : `genesis/contracts/${source}`,
    compiler,
    abi: contract.abi,
    bytecode: `0x${contract.evm.bytecode.object}`,
    deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
    storageLayout: contract.storageLayout.storage.flatMap((variable) =>
      flatten(variable, contract.storageLayout),
    ),
  }
  return `${JSON.stringify(artifact, null, 1)}\n`
}

/**
 * A struct becomes its members, as `variable.member`; so does a struct that an array or a mapping
 * holds, as `variable[].member`, in slots counted from the element's.
 */
function flatten(variable: StorageVariable, layout: StorageLayout): unknown[] {
  const type = storageType(layout, variable.type)
  if (type.members !== undefined) {
    return flattenMembers(type.members, variable.label, Number(variable.slot), layout)
  }
  const { label, offset } = variable
  const slot = Number(variable.slot)
  const self = { label, slot, offset, bytes: Number(type.numberOfBytes), type: type.label }
  return [self, ...flattenElement(type, label, layout)]
}

function flattenElement(type: StorageType, label: string, layout: StorageLayout): unknown[] {
  const inner = type.base ?? type.value
  if (inner === undefined) return []
  const element = storageType(layout, inner)
  if (element.members === undefined) return flattenElement(element, `${label}[]`, layout)
  return flattenMembers(element.members, `${label}[]`, 0, layout)
}

function flattenMembers(
  members: readonly StorageVariable[],
  label: string,
  firstSlot: number,
  layout: StorageLayout,
): unknown[] {
  return members.flatMap((member) => {
    const slot = String(firstSlot + Number(member.slot))
    return flatten({ ...member, slot, label: `${label}.${member.label}` }, layout)
  })
}

function storageType(layout: StorageLayout, name: string): StorageType {
  const type = layout.types?.[name]
  if (type === undefined) throw new Error(`the layout has no type ${name}`)
  return type
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const started = performance.now()
  const artifacts = compileContracts()
  saveArtifacts(artifacts)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`Compiled ${artifacts.size} contracts in ${seconds} s into genesis/artifacts`)
}
