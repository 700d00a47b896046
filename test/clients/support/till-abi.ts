/** The interface of contracts/Till.sol, as viem and wagmi infer types from it. */
import { parseAbi } from 'viem'

export const TILL_ABI = parseAbi([
  'constructor(uint256 price)',
  'error Underpaid(uint256 price, uint256 paid)',
  'event Paid(address indexed from, uint256 amount, string note)',
  'function pay(string note) payable',
  'function price() view returns (uint256)',
  'function total() view returns (uint256)',
])

/** What a payment costs at least in these tests, wei. */
export const PRICE = 1_000n
