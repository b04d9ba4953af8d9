import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pkgOptions from '@yao-pkg/pkg/lib-es5/options.js'
import pkgSea from '@yao-pkg/pkg/lib-es5/sea.js'
import { attach } from './attachment.ts'
import { makeDistribution, type Distribution } from './distribution.ts'
import { restoreSymbols } from './restore-symbols.ts'
import { runtimeFlags } from './runtime-flags.ts'
import { writeSlimRuntime } from './slim-runtime.ts'

/**
 * Makes dist/pincer-VERSION-linux-ARCH: the boot file as main script of a Node single executable, the bundles
 * attached behind its end, everything else as its assets.
 *
 * This calls pkg's own single-executable step and not its command line, because only here can it be given the pinned
 * runtime from node_modules (the command line downloads one), our V8 flags, and plain assets: the command line wraps them
 * in a virtual file system that costs 10 MB at rest. The step is internal to pkg, whose version is pinned exactly.
 */
async function makeExecutable(made: Distribution): Promise<string> {
  const output = join(made.folder, `pincer-${made.version}-linux-${process.arch}`)
  const temporary = mkdtempSync(join(tmpdir(), 'pincer-package-'))
  try {
    const index = join(temporary, 'assets.txt')
    writeFileSync(index, made.assets.join('\n'))
    const boot = join(temporary, 'boot.cjs')
    copyFileSync(join(made.folder, 'boot.cjs'), boot)

    const cached = made.bundles.flatMap((name) => (name === 'boot' ? [] : [`${name}.cjs`, `${name}.cache`]))
    const placed = (path: string): readonly [string, string] => [path, join(made.folder, path)]
    const seaConfig = {
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      // The boot file is a few hundred bytes; what it loads brings caches made under the right flags.
      useCodeCache: false,
      execArgv: runtimeFlags,
      execArgvExtension: 'none', // NODE_OPTIONS must not change how the executable works
      assets: Object.fromEntries([...[...made.assets, ...made.addons].map(placed), ['assets.txt', index]]),
    }
    const runtime = join(temporary, 'node')
    writeSlimRuntime(process.execPath, runtime)
    // pkg reads its build hooks from here even when there are none.
    pkgOptions.default.set({})
    await pkgSea.default(boot, {
      nodePath: runtime,
      targets: [{ nodeRange: `node${process.versions.node}`, platform: 'linux', arch: targetArch(), output }],
      seaConfig,
    })
    restoreSymbols(runtime, output)
    attach(output, cached.map(placed))
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  return output
}

function targetArch(): 'x64' | 'arm64' {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch
  throw new Error(`There is no single executable for ${process.arch}: \`npm run build\` works here.`)
}

const root = join(import.meta.dirname, '..')
const made = await makeDistribution(root, join(root, 'dist'))
const output = await makeExecutable(made)
const addons = made.addons.length === 0 ? ', without real pins (`npm run native` first)' : ''
process.stdout.write(`Packaged ${output}: ${(statSync(output).size / 1e6).toFixed(1)} MB${addons}.\n`)
