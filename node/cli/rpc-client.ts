/** A JSON-RPC call from a one-shot command to a running node. */
import { CommandError } from './failure.ts'

/** A node that takes longer than this is as good as gone for a person who waits. */
const CALL_TIMEOUT_MS = 10_000

/** Throws {@link CommandError} NODE_UNREACHABLE, NODE_REFUSED or NOT_JSON_RPC. */
export async function callNode(
  url: string,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  let text: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    text = await response.text()
  } catch (error) {
    throw unreachable(url, error)
  }
  return readResult(url, method, text)
}

function readResult(url: string, method: string, text: string): unknown {
  let answer: { result?: unknown; error?: { code: number; message: string } }
  try {
    answer = JSON.parse(text)
  } catch {
    throw new CommandError('NOT_JSON_RPC', `${url} does not speak JSON-RPC: is it a hanzo node?`)
  }
  if (answer.error !== undefined) {
    const { code, message } = answer.error
    throw new CommandError('NODE_REFUSED', `${method} failed on ${url}: ${message} (${code}).`)
  }
  return answer.result
}

function unreachable(url: string, error: unknown): CommandError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CommandError(
    'NODE_UNREACHABLE',
    `No node answers at ${url} (${reason}): start one with \`npm run devnet\`, or give --rpc URL.`,
  )
}
