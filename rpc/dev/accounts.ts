/** What an account is, written by hand; and who may send without a key. */
import type { Address } from '../../consensus/types.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import type { AccountEdit } from '../../node/dev/state-writer.ts'
import type { DevSigner } from '../eth/dev-signer.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { signRequest } from '../params/call.ts'
import { address, bool, bytes } from '../params/primitives.ts'
import { named, type Prefix } from './aliases.ts'
import { amount, smallAmount, word } from './amounts.ts'

const BOTH: readonly Prefix[] = ['anvil', 'hardhat']
const WITH_TENDERLY: readonly Prefix[] = [...BOTH, 'tenderly']
const account = required('address', address)

export function accountMethods(dev: DevControls, { signer }: NodeModules): MethodTable {
  const write = async (who: Address, edit: AccountEdit): Promise<null> => {
    await dev.write(new Map([[who, edit]]))
    return null
  }
  const setBalance = method({
    description: 'Gives an account so many wei, out of nothing',
    params: [account, required('wei', amount)],
    handler: ([who, balance]) => write(who, { balance }),
  })
  const addBalance = method({
    description: 'Gives an account so many wei more, up to the most that a balance can be',
    params: [account, required('wei', amount)],
    handler: ([who, deposit]) => write(who, { deposit }),
  })
  const setNonce = method({
    description: 'The next transaction of an account has this nonce',
    params: [account, required('nonce', smallAmount)],
    handler: ([who, nonce]) => write(who, { nonce }),
  })
  const setCode = method({
    description: 'The code of an account; its storage stays',
    params: [account, required('code', bytes)],
    handler: ([who, code]) => write(who, { code }),
  })
  const setStorageAt = method({
    description: 'One slot of an account',
    params: [account, required('slot', word), required('value', word)],
    handler: async ([who, slot, value]) => {
      await write(who, { storage: new Map([[slot, value]]) })
      return true
    },
  })
  return {
    ...named('setBalance', WITH_TENDERLY, setBalance),
    ...named('addBalance', WITH_TENDERLY, addBalance),
    ...named('setNonce', BOTH, setNonce),
    ...named('setAccountNonce', ['evm'], setNonce),
    ...named('setCode', BOTH, setCode),
    ...named('setStorageAt', BOTH, setStorageAt),
    ...impersonationMethods(dev),
    ...(signer && unsignedMethods(signer)),
    ...headerMethods(dev),
  }
}

function impersonationMethods(dev: DevControls): MethodTable {
  const tell = (wish: () => void): null => {
    wish()
    return null
  }
  const impersonate = method({
    description: 'eth_sendTransaction sends for this account from now on, a contract as well',
    params: [account],
    handler: ([who]) => tell(() => dev.impersonate(who)),
  })
  const stop = method({
    description: 'No more impersonation of this account',
    params: [account],
    handler: ([who]) => tell(() => dev.stopImpersonating(who)),
  })
  const impersonateAll = method({
    description: 'eth_sendTransaction sends for every account from now on, or no more',
    params: [required('isOn', bool)],
    handler: ([isOn]) => tell(() => dev.setAutoImpersonate(isOn)),
  })
  return {
    ...named('impersonateAccount', BOTH, impersonate),
    ...named('stopImpersonatingAccount', BOTH, stop),
    ...named('autoImpersonateAccount', BOTH, impersonateAll),
  }
}

function unsignedMethods(signer: DevSigner): MethodTable {
  return {
    eth_sendUnsignedTransaction: method({
      description: 'Sends for any account, as if it were impersonated for this once',
      params: [required('transaction', signRequest)],
      isUntimed: true,
      handler: ([request]) => signer.sendUnsigned(request),
    }),
  }
}

/** What stands in the next header, as far as its rules leave a choice. */
function headerMethods(dev: DevControls): MethodTable {
  const setCoinbase = method({
    description: 'Where the rewards of the next blocks go',
    params: [account],
    handler: ([who]) => {
      dev.setCoinbase(who)
      return null
    },
  })
  const setBaseFee = method({
    description: 'Refused unless it is what the header rules make of it: the parent decides',
    params: [required('wei', amount)],
    handler: ([wei]) => {
      dev.setNextBaseFee(wei)
      return null
    },
  })
  const setGasLimit = method({
    description: 'Of the next block, within 1/1024 of its parent',
    params: [required('gas', amount)],
    handler: ([gas]) => {
      dev.setGasLimit(gas)
      return true
    },
  })
  return {
    ...named('setCoinbase', BOTH, setCoinbase),
    ...named('setNextBlockBaseFeePerGas', BOTH, setBaseFee),
    ...named('setBlockGasLimit', ['evm', 'anvil', 'hardhat'], setGasLimit),
  }
}
