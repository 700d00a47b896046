/**
 * The same blocks on each server: transfers of coins and of an ERC-20 token, from the accounts that
 * both have. One receiver in so many is rare: only every 25th block logs it.
 */
import { createRequire } from 'node:module'
import { devAccounts } from '../../genesis/accounts.ts'
import type { Rpc } from '../../test/support/rpc-client.ts'

export type Token = `0x${string}`

/** Transactions of a block, half of them of the token. */
export const BLOCK_TRANSACTIONS = 6
export const RARE_EVERY_BLOCKS = 25
export const RARE: Token = `0x${'7a'.repeat(20)}`
const FEES = { maxFeePerGas: '0x174876e800', maxPriorityFeePerGas: '0x3b9aca00' }
const TOKEN_SOURCE = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
contract Token {
  mapping(address => uint256) public balanceOf;
  event Transfer(address indexed from, address indexed to, uint256 value);
  constructor() { balanceOf[msg.sender] = 1e30; }
  function transfer(address to, uint256 value) external returns (bool) {
    balanceOf[msg.sender] -= value;
    balanceOf[to] += value;
    emit Transfer(msg.sender, to, value);
    return true;
  }
}`

type Solc = { compile(input: string): string }

/** Deploys the token in a block of its own, and gives every account some. */
export async function deployToken(rpc: Rpc): Promise<Token> {
  const [owner, ...others] = devAccounts().map(({ address }) => address)
  const hash = await send(rpc, { from: owner, data: compile(), gas: '0x1e8480' })
  await rpc('evm_mine')
  const receipt = (await rpc('eth_getTransactionReceipt', hash)) as { contractAddress: Token }
  const token = receipt.contractAddress
  for (const to of others) await send(rpc, transferOf(token, owner ?? '', to, 10n ** 24n))
  await rpc('evm_mine')
  return token
}

/** Adds blocks up to a height. */
export async function fill(rpc: Rpc, token: Token, height: number): Promise<void> {
  const accounts = devAccounts().map(({ address }) => address)
  const from = Number(await rpc('eth_blockNumber')) + 1
  for (let number = from; number <= height; number++) {
    // Of different senders, so that their order does not matter.
    const requests = Array.from({ length: BLOCK_TRANSACTIONS }, (_, index) => {
      const sender = accounts[(number + index) % accounts.length] ?? ''
      const next = accounts[(number + index + 1) % accounts.length] ?? ''
      const isRare = index === 0 && number % RARE_EVERY_BLOCKS === 0
      const to = isRare ? RARE : next
      if (index % 2 === 0) return transferOf(token, sender, to, BigInt(number))
      return { from: sender, to, value: '0x1', gas: '0x5208' }
    })
    await Promise.all(requests.map((request) => send(rpc, request)))
    await rpc('evm_mine')
  }
}

export function balanceOfCall(token: Token, owner: string): object {
  return { to: token, data: `0x70a08231${wordOf(owner)}` }
}

export function wordOf(address: string): string {
  return address.slice(2).padStart(64, '0')
}

function transferOf(token: Token, from: string, to: string, value: bigint): object {
  const data = `0xa9059cbb${wordOf(to)}${value.toString(16).padStart(64, '0')}`
  return { from, to: token, data, gas: '0x186a0' }
}

async function send(rpc: Rpc, request: object): Promise<unknown> {
  return rpc('eth_sendTransaction', { ...request, ...FEES })
}

function compile(): string {
  const solc = createRequire(import.meta.url)('solc') as Solc
  const input = {
    language: 'Solidity',
    sources: { 'Token.sol': { content: TOKEN_SOURCE } },
    settings: {
      optimizer: { enabled: true },
      evmVersion: 'cancun',
      outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  return `0x${output.contracts['Token.sol'].Token.evm.bytecode.object}`
}
