import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { listAssets } from '../src/assets.ts'
import { version } from '../src/runtime.ts'
import { addonNames } from './addons.ts'
import { buildTimeMs } from './build-time.ts'
import { makeBundles, makeWholeBundle, type Release } from './bundles.ts'
import { launcherScript } from './launcher.ts'
import { licencesText } from './licences.ts'
import { runtimeFlags } from './runtime-flags.ts'

export interface Distribution {
  readonly folder: string
  readonly version: string
  /** The bundles, without `.cjs`; all but `boot` have a code cache beside them. */
  readonly bundles: readonly string[]
  /** The files of workspace/ and boards/, as `readAsset` names them. */
  readonly assets: readonly string[]
  /** The compiled addons, for example `native/pincer.node`; none before `npm run native`. */
  readonly addons: readonly string[]
}

/** Makes the folder anew: the bundles with their code caches, the files that travel with them, licences and launcher. */
export async function makeDistribution(root: string, folder: string): Promise<Distribution> {
  emptyButAddons(folder)
  const bundles = await makeBundles(root, folder, release(root))

  const assets = addAssets(root, folder)

  const metafiles = bundles.map((bundle) => bundle.metafile)
  fs.writeFileSync(join(folder, 'LICENSES.txt'), licencesText(root, metafiles, runtimeLicence()))

  const names = bundles.map((bundle) => bundle.name)
  await makeCodeCaches(root, folder, names)

  const launcher = launcherScript({ runtime: runtimeFromLauncher(root, folder), flags: runtimeFlags })
  fs.writeFileSync(join(folder, 'pincer'), launcher, { mode: 0o755 })
  return { folder, version: version(), bundles: names, assets, addons: takeAddons(root, folder) }
}

/**
 * Makes one file, `NAME.cjs`, of modules that run in this order, and beside it what a bundle needs: it runs as the
 * distribution does, but for lazy parts, which stand in it as well. So tests can change what the program is made of.
 */
export async function makeWholeProgram(
  root: string,
  folder: string,
  name: string,
  modules: readonly string[],
): Promise<string> {
  const file = join(folder, `${name}.cjs`)
  await makeWholeBundle(root, file, release(root), modules)
  addAssets(root, folder)
  takeAddons(root, folder)
  return file
}

function release(root: string): Release {
  return { version: version(), builtAtMs: buildTimeMs(root, process.env) }
}

/** What was compiled stays: `npm run native` makes it, into the same folder. */
function emptyButAddons(folder: string): void {
  fs.mkdirSync(folder, { recursive: true })
  for (const name of fs.readdirSync(folder))
    if (name !== 'native') fs.rmSync(join(folder, name), { recursive: true, force: true })
}

/** Where this is not the folder that they were made in, they are copied. */
function takeAddons(root: string, folder: string): readonly string[] {
  return addonNames.flatMap((name) => {
    const path = `native/${name}.node`
    const made = join(root, 'dist', path)
    if (!fs.existsSync(made)) return []
    const target = join(folder, path)
    fs.mkdirSync(dirname(target), { recursive: true })
    if (target !== made) fs.copyFileSync(made, target)
    return [path]
  })
}

function addAssets(root: string, folder: string): readonly string[] {
  return listAssets('').map((path) => addAsset(root, folder, path))
}

/** Answers the name in the folder. What we write as YAML is read as JSON, so that no parser for it is loaded on a board. */
function addAsset(root: string, folder: string, path: string): string {
  fs.mkdirSync(dirname(join(folder, path)), { recursive: true })
  if (!/^boards\/.*\.yaml$/.test(path)) {
    fs.copyFileSync(join(root, path), join(folder, path))
    return path
  }
  const name = path.replace(/yaml$/, 'json')
  fs.writeFileSync(join(folder, name), JSON.stringify(parse(fs.readFileSync(join(root, path), 'utf8'))))
  return name
}

async function makeCodeCaches(root: string, folder: string, names: readonly string[]): Promise<void> {
  const cached = names.filter((name) => name !== 'boot')
  // Nothing of this machine's environment may steer the run that the caches are made from.
  await promisify(execFile)(process.execPath, [...runtimeFlags, join(root, 'build/code-cache.ts'), folder, ...cached], {
    env: {},
    timeout: 60_000,
  })
  for (const name of cached) {
    if (!fs.existsSync(join(folder, `${name}.cache`))) throw new Error(`No code cache was made for ${name}.cjs.`)
  }
}

/** The runtime as the launcher names it: where the repository has it, seen from beside it, so that both can move. */
function runtimeFromLauncher(root: string, folder: string): string {
  const isPinned = process.execPath.startsWith(join(root, 'node_modules') + sep)
  return isPinned ? `"$here/${relative(folder, process.execPath)}"` : `'${process.execPath}'`
}

function runtimeLicence(): string {
  const places = [join(dirname(process.execPath), '../LICENSE'), '/usr/share/doc/nodejs/copyright']
  const found = places.find((path) => fs.existsSync(path))
  if (found === undefined) throw new Error(`The runtime's licence is at none of ${places.join(', ')}.`)
  return fs.readFileSync(found, 'utf8')
}
