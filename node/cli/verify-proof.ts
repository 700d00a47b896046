/**
 * `hanzo verify-proof`: fetches a block's header and witness from a node and checks the witness
 * here, on this machine's CPU, beside what the node itself says of it.
 *
 * The seed and difficulty of the epoch come from the node; the tile is computed again by the
 * verifier's own function. Spec: docs/spec/proof-of-compute.md, "Verifier".
 */
import type { Command } from 'commander'
import type { Hex } from '../../consensus/types.ts'
import { CommandError, runCommand } from './failure.ts'
import { parseBlock, parseUrl } from './flags.ts'
import type { ComputeProofAnswer } from './recheck-proof.ts'
import { callNode } from './rpc-client.ts'

type Options = { readonly block: string; readonly rpc: string; readonly json?: boolean }

export function addVerifyProofCommand(program: Command): void {
  program
    .command('verify-proof')
    .description("Check a block's Proof of Compute on this machine's CPU")
    .option('--block <block>', 'a number, a hash or a tag', parseBlock, 'latest')
    .option('--rpc <url>', 'the node to fetch it from', parseUrl, 'http://127.0.0.1:8545')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      await runCommand(options.json === true, () => verifyProof(options))
    })
}

async function verifyProof(options: Options): Promise<void> {
  const { recheck } = await import('./recheck-proof.ts')
  const call = (method: string, ...params: unknown[]) => callNode(options.rpc, method, params)
  const [rawHeader, witness] = await Promise.all([
    call('debug_getRawHeader', options.block),
    call('hanzo_getComputeProof', options.block),
  ])
  if (witness === null) {
    throw new CommandError(
      'NO_PROOF',
      `The node has no proof of block ${options.block}: genesis carries none, unknown blocks too.`,
    )
  }
  const answer = witness as ComputeProofAnswer
  const outcome = await recheck(rawHeader as Hex, answer, call)
  if (options.json === true) console.log(JSON.stringify(outcome))
  else console.log(outcome.lines.join('\n'))
  if (!outcome.ok) throw new CommandError('PROOF_INVALID', 'The proof does not hold.')
}
