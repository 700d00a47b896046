import { bytesToHex, privateToAddress } from '@ethereumjs/util'
import { HDKey } from '@scure/bip32'
import { mnemonicToSeedSync } from '@scure/bip39'
import { describe, expect, it } from 'vitest'
import { DEV_MNEMONIC, devAccounts } from '../../../genesis/accounts.ts'

describe('genesis / accounts', () => {
  it("writes out what BIP-39 and BIP-44 derive from the tools' mnemonic", () => {
    const parent = HDKey.fromMasterSeed(mnemonicToSeedSync(DEV_MNEMONIC)).derive("m/44'/60'/0'/0")
    const derived = Array.from({ length: 10 }, (_, i) => {
      const privateKey = parent.deriveChild(i).privateKey!
      return {
        address: bytesToHex(privateToAddress(privateKey)),
        privateKey: bytesToHex(privateKey),
      }
    })
    expect(devAccounts()).toEqual(derived)
  })
})
