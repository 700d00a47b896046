/**
 * What `devnet` and `dev` print once they serve: everything a person needs to connect.
 *
 * Spec: docs/spec/interface.md, "Commands" (banner).
 */

import { toChecksumAddress } from '@ethereumjs/util'
import { DEV_MNEMONIC, type DevAccount } from '../../genesis/accounts.ts'
import type { DevnetConfig } from '../devnet/config.ts'

export function formatBanner(config: DevnetConfig, title: string): string {
  return [
    '',
    title,
    '',
    `  chain id       ${config.chainId}`,
    `  genesis        ${config.genesisHash}`,
    `  native coin    AI, 18 decimals`,
    '',
    'Accounts (10,000 AI each; keys known to everybody, for devnets only)',
    '',
    indent(formatAccounts(config.accounts)),
    '',
    config.validators.length === 1 ? 'Node' : 'Validators',
    '',
    ...config.validators.map(formatValidator),
    '',
    'Contracts',
    '',
    ...Object.entries(config.predeploys).map(([name, address]) => `  ${name.padEnd(24)}${address}`),
    '',
    'Add the chain to a wallet (wallet_addEthereumChain)',
    '',
    indent(JSON.stringify(config.addEthereumChain)),
    '',
  ].join('\n')
}

export function formatAccounts(accounts: readonly DevAccount[]): string {
  const rows = accounts.map(
    ({ address, privateKey }, index) => `(${index}) ${toChecksumAddress(address)}  ${privateKey}`,
  )
  return [...rows, '', `Mnemonic: ${DEV_MNEMONIC}`, "Path:     m/44'/60'/0'/0/i"].join('\n')
}

function formatValidator(validator: DevnetConfig['validators'][number]): string {
  const { index, rpcUrl, wsUrl, p2p, coinbase, adapter, dataDir } = validator
  const rows = [
    `  (${index}) ${rpcUrl}  ${wsUrl}`,
    `      mines with   ${adapter}`,
    `      coinbase     ${toChecksumAddress(coinbase)}`,
    ...(p2p === '' ? [] : [`      p2p          ${p2p}`]),
    `      data         ${dataDir}`,
  ]
  return rows.join('\n')
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
}
