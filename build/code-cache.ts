import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vm from 'node:vm'
import { wrapped } from './bundle-loader.ts'

/**
 * Makes the code caches: `node FLAGS build/code-cache.ts DIST NAME...`. It runs the program in this process as a person
 * would, and at its exit stores what V8 compiled of each bundle, so that a start finds every function that it needs.
 * Bundles that this run does not use get a cache of their top level. Only the runtime and the flags that it runs
 * under accept a cache, so this must be started with those of the launcher.
 */
const [, , dist = '', ...names] = process.argv
const scripts = new Map<string, vm.Script>()

vm.Script = class extends vm.Script {
  constructor(code: string, options: vm.ScriptOptions & { readonly filename: string }) {
    super(code, options)
    scripts.set(options.filename, this)
  }
}
syncBuiltinESMExports()

const home = mkdtempSync(join(tmpdir(), 'pincer-code-cache-'))
// A board in use has a configuration: the parser of it belongs to a start.
writeFileSync(join(home, 'pincer.yaml'), 'board: simulated\nmodel: offline\nlimits: { iterations: 20 }\n')
process.on('exit', (exitCode) => {
  rmSync(home, { recursive: true, force: true })
  if (exitCode !== 0) return
  for (const name of names) {
    const source = readFileSync(join(dist, `${name}.cjs`), 'latin1')
    const script = scripts.get(`${name}.cjs`) ?? new vm.Script(wrapped(source), { filename: `${name}.cjs` })
    writeFileSync(join(dist, `${name}.cache`), script.createCachedData())
  }
})
process.argv.splice(2, Infinity, '--home', home, 'chat', '-m', 'read all')
createRequire(import.meta.url)(join(dist, 'boot.cjs'))
