import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Calls `patch` with the prototype of all file handles as soon as the first file is open, and before who opened it has it:
 * there is no other way to it. (Not by opening one at once: what a bundle begins with cannot wait.)
 */
export function patchFileHandles(patch: (prototype: object) => void): void {
  const { open } = fs.promises
  let isPatched = false
  fs.promises.open = async (...args) => {
    const handle = await open(...args)
    if (!isPatched) patch(Object.getPrototypeOf(handle) as object)
    isPatched = true
    return handle
  }
  // Programs that import single names from node:fs/promises see the patched ones too.
  syncBuiltinESMExports()
}
