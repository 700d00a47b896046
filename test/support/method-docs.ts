/** docs/rpc.md, written from the table of methods. */
import type { Method, MethodTable } from '../../rpc/method.ts'

const INTRO = `# JSON-RPC

HTTP and WebSocket on one port, JSON-RPC 2.0; codes, limits and rules are in
[spec/interface.md](spec/interface.md). \`GET /health\` answers while the process lives, \`GET /ready\`
answers 200 or 503 with a reason, \`GET /metrics\` is for Prometheus, and \`GET /supply/...\` for exchanges:
[supply-api.md](supply-api.md).

A *block* is a QUANTITY, a 32-byte hash, an object of EIP-1898, or one of \`latest\`, \`safe\`,
\`finalized\`, \`earliest\` and \`pending\`; left out it means \`latest\`. Parameters in brackets may be
left out. Integers are hex QUANTITY.

Requests must carry \`Content-Type: application/json\`. Web pages of this machine may read the
answers; a Host that is neither localhost nor an IP address is refused.
Admin methods are for this machine alone, with \`Authorization: Bearer\` and the token in the file
\`admin.token\` of the data directory.

This file is generated: \`npx vitest run --project unit test/unit/rpc/docs.test.ts -u\`.
`

const TITLES: Readonly<Record<string, string>> = {
  eth: 'Ethereum',
  net: 'Network and web3',
  web3: 'Network and web3',
  rpc: 'Network and web3',
  txpool: 'Pool',
  debug: 'Debug',
  ots: 'Otterscan',
  testing: 'Testing',
  hanzo: 'Hanzo',
}

export function formatMethodDocs(methods: MethodTable): string {
  const sections = new Map<string, string[]>()
  for (const [name, method] of Object.entries(methods)) {
    const title = TITLES[name.slice(0, name.indexOf('_'))]
    if (title === undefined) throw new Error(`${name} has no section`)
    sections.set(title, [...(sections.get(title) ?? []), formatRow(name, method)])
  }
  const parts = [...sections].map(
    ([title, rows]) => `## ${title}\n\n| Method | Does |\n|---|---|\n${rows.join('\n')}\n`,
  )
  return [INTRO, ...parts].join('\n')
}

function formatRow(name: string, { params, description }: Method): string {
  const list = params.map((param) => {
    const text = `${param.name}: ${param.type}`
    return param.isOptional ? `[${text}]` : text
  })
  return `| \`${name}(${list.join(', ')})\` | ${description} |`
}
