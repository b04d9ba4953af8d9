import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { basename, join, relative } from 'node:path'

/** One bundle that was made: its name in dist/ without `.cjs`. */
export interface Bundle {
  readonly name: string
  readonly metafile: Metafile
}

/** What a bundle knows of when it was made. */
export interface Release {
  readonly version: string
  readonly builtAtMs: number
}

/**
 * Makes the boot file, the main bundle and one bundle for each file that is imported dynamically, in any of them.
 * Shared files stand in each bundle that uses them: the copies are a few kilobytes, while sharing them would need names
 * that survive minifying.
 */
export async function makeBundles(root: string, outputFolder: string, release: Release): Promise<readonly Bundle[]> {
  const parts = new Map<string, string>()
  const names = new Set(['boot', 'pincer'])
  const partName = (path: string): string => {
    const known = parts.get(path)
    if (known !== undefined) return known
    const name = `parts/${basename(path, '.ts')}`
    if (names.has(name)) throw new Error(`Two lazy parts would be ${name}.cjs: rename ${relative(root, path)}.`)
    names.add(name)
    parts.set(path, name)
    return name
  }
  const bundle = async (entry: string, name: string): Promise<Bundle> => {
    const result = await build({
      ...bundleOptions(root, release),
      entryPoints: [entry],
      outfile: join(outputFolder, `${name}.cjs`),
      plugins: [lazyParts(join(root, 'build/bundle-loader.ts'), partName), ...slimming],
    })
    return { name, metafile: result.metafile }
  }
  const made = [await bundle('build/boot.ts', 'boot'), await bundle('src/main.ts', 'pincer')]
  // A part may import further parts: the map grows while it is walked.
  for (const [path, name] of parts) made.push(await bundle(path, name))
  return made
}

/** Makes one bundle of `modules` (paths in the repository), which run in this order, and of all that they import. */
export async function makeWholeBundle(
  root: string,
  outputFile: string,
  release: Release,
  modules: readonly string[],
): Promise<void> {
  const contents = modules.map((path) => `import ${JSON.stringify(join(root, path))}\n`).join('')
  await build({
    ...bundleOptions(root, release),
    stdin: { contents, resolveDir: root },
    outfile: outputFile,
    plugins: [...slimming],
  })
}

function bundleOptions(root: string, release: Release) {
  return {
    bundle: true,
    minify: true,
    // Errors keep their class names: people and logs see them.
    keepNames: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    absWorkingDir: root,
    define: {
      PINCER_VERSION: JSON.stringify(release.version),
      PINCER_BUILT_AT_MS: String(release.builtAtMs),
      // undici asks for it: without, its second, experimental HTTP parser comes along, 170 kB.
      esbuildDetection: 'true',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
  } as const satisfies BuildOptions
}

/**
 * What undici loads at once of the runtime and hardly uses. node:http2, 3 MB of private memory, is for a protocol that we
 * switch off, and this is what undici falls back to on a runtime without it. Three, 0.7 MB, are for its fetch alone. node:http serves it for a bound and for
 * telling streams apart that we do not send. Of node:assert it calls nothing but the function itself.
 */
const undiciNeeds: Readonly<Record<string, string>> = {
  'node:http2': 'exports.constants = {}',
  'node:http': 'exports.maxHeaderSize = 16384; exports.IncomingMessage = class {}',
  'node:zlib': '',
  'node:stream/web': '',
  'node:worker_threads': 'exports.markAsUncloneable = () => {}',
  'node:assert': `module.exports = (value, message) => {
    if (!value) throw message instanceof Error ? message : new Error(message ?? 'An assertion of undici failed.')
  }`,
}

const undiciSlimmed: Plugin = {
  name: 'undici-slimmed',
  setup(build) {
    build.onResolve({ filter: /^node:(http2?|assert|zlib|stream\/web|worker_threads)$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/undici/') ? { path, namespace: 'undici-needs' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'undici-needs' }, ({ path }) => ({ contents: undiciNeeds[path] ?? '' }))
  },
}

/** cron-parser reads expressions for us and finds no times: luxon, 70 kB, would only tell it the time, which nobody asks for. */
const luxonLeftOut: Plugin = {
  name: 'luxon-left-out',
  setup(build) {
    build.onResolve({ filter: /^luxon$/ }, ({ path }) => ({ path, namespace: 'luxon-left-out' }))
    build.onLoad({ filter: /.*/, namespace: 'luxon-left-out' }, () => ({
      contents: 'exports.DateTime = { local: () => ({ isValid: true }) }',
    }))
  },
}

/** i2c-bus and spi-device search the disk for their compiled halves, in vain from a bundle: they are given them. */
const bindingsGiven: Plugin = {
  name: 'bindings-given',
  setup(build) {
    const given = join(import.meta.dirname, '../src/hardware/linux/bindings.ts')
    build.onResolve({ filter: /^bindings$/ }, ({ path }) => ({ path, namespace: 'bindings-given' }))
    build.onLoad({ filter: /.*/, namespace: 'bindings-given' }, () => ({
      contents: `module.exports = (file) => require(${JSON.stringify(given)}).bindings.get(file)()`,
      resolveDir: '/',
    }))
  },
}

const slimming: readonly Plugin[] = [undiciSlimmed, luxonLeftOut, bindingsGiven]

/** Turns `import('./x.ts')` into a call of the loader for the bundle of x.ts. */
function lazyParts(loader: string, partName: (path: string) => string): Plugin {
  const namespace = 'lazy-part'
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, (args) =>
        args.kind === 'dynamic-import'
          ? { path: join(args.resolveDir, args.path), namespace, pluginData: undefined }
          : undefined,
      )
      build.onLoad({ filter: /.*/, namespace }, (args) => ({
        contents: `module.exports = require(${JSON.stringify(loader)}).loadBundle(${JSON.stringify(partName(args.path))})`,
        resolveDir: '/',
        loader: 'js',
      }))
    },
  }
}
