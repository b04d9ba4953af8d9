import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vm from 'node:vm'
import { wrapped } from './bundle-loader.ts'
import { underCacheFlags } from './rest-flags.ts'
import { startRehearsal } from './rehearsal.ts'

/**
 * Makes the code caches: `node FLAGS build/code-cache.ts DIST NAME...`. It runs the daemon in this process as a board
 * would, through start, three turns and stop, and at its exit stores what V8 compiled of each bundle, so that a start
 * and a turn find every function that they need. Bundles that this run does not use get a cache of their top level.
 * Only the runtime and the flags that it runs under accept a cache, so this must be started with those of the launcher.
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
const config = await startRehearsal(['hello', '/read', 'read all'], () => process.kill(process.pid, 'SIGTERM'))
writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
process.on('exit', (exitCode) => {
  rmSync(home, { recursive: true, force: true })
  if (exitCode !== 0) return
  underCacheFlags(() => {
    for (const name of names) {
      const source = readFileSync(join(dist, `${name}.cjs`))
      const script = scripts.get(`${name}.cjs`) ?? new vm.Script(wrapped(source), { filename: `${name}.cjs` })
      writeFileSync(join(dist, `${name}.cache`), script.createCachedData())
    }
  })
})
process.argv.splice(2, Infinity, '--home', home, 'run')
createRequire(import.meta.url)(join(dist, 'boot.cjs'))
