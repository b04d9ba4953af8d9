import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSea } from 'node:sea'
import { Script } from 'node:vm'
import { readAttached } from './attachment.ts'
import { underCacheFlags } from './rest-flags.ts'

declare global {
  namespace NodeJS {
    interface Process {
      /** What the runtime has loaded: `NativeModule fs` and the like. */
      readonly moduleLoadList: readonly string[]
    }
  }
}

/**
 * Runs `NAME.cjs` with its code cache, from beside the boot file or out of the executable, and answers its exports.
 * A single executable cannot import files, and a cache made at the end of a run also holds the functions that a start
 * needs: that is why bundles are compiled here and not by `require`.
 */
export function loadBundle(name: string): unknown {
  const source = read(`${name}.cjs`)
  if (source === undefined) throw new Error(`${join(import.meta.dirname, name)}.cjs is missing: run the build again.`)
  const cachedData = read(`${name}.cache`)
  const script = underCacheFlags(
    () =>
      new Script(wrapped(source), {
        filename: `${name}.cjs`,
        ...(cachedData === undefined ? {} : { cachedData }),
      }),
  )
  // Only a build that made its caches under other flags than it runs with comes here: tests ask that nothing is said.
  // Written at once: a warning of the runtime would wait for a tick that a short command may not live to see.
  if (script.cachedDataRejected === true) {
    process.stderr.write(`pincer: the code cache of ${name}.cjs is not for this runtime.\n`)
  }
  const module = { exports: {} }
  const run: unknown = script.runInThisContext()
  if (typeof run !== 'function') throw new Error(`${name}.cjs is damaged: run the build again.`)
  run(module.exports, requireBuiltIn, module, import.meta.filename, import.meta.dirname)
  return module.exports
}

/**
 * Bundles import nothing but modules of the runtime, most of which it has loaded for itself: only the others come out
 * of its cache. (Not a closure in `loadBundle`, which would keep the text and the cache of each bundle alive.)
 */
function requireBuiltIn(id: string): unknown {
  const isLoaded = process.moduleLoadList.includes(`NativeModule ${id.replace('node:', '')}`)
  return isLoaded ? process.getBuiltinModule(id) : underCacheFlags(() => process.getBuiltinModule(id))
}

/**
 * A CommonJS file as the function that it is run as. A cache is only valid for this very text. It is put together before
 * it becomes a string: of strings V8 would keep the pieces and the whole until they are collected, and copy each meanwhile.
 */
export function wrapped(source: Uint8Array): string {
  const head = Buffer.from('(function (exports, require, module, __filename, __dirname) {')
  return Buffer.concat([head, source, Buffer.from('\n})')]).toString('latin1')
}

function read(file: string): Buffer | undefined {
  if (isSea()) return readAttached(file)
  const path = join(import.meta.dirname, file)
  return existsSync(path) ? readFileSync(path) : undefined
}
