import { execFile, type ExecFileOptions, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { remedies, remedySentence } from '../src/hardware/remedies.ts'

/** What was made now, and what was there already, by the names of their files without `.node`. */
export interface BuiltAddons {
  readonly built: readonly string[]
  readonly kept: readonly string[]
}

/** The addons by the name of their file: our own, and those that come as source in a package and are built by node-gyp. */
const packages = { i2c: 'i2c-bus', spi: 'spi-device' } as const
export const addonNames: readonly string[] = ['pincer', ...Object.keys(packages)]

const tools = ['cc', 'c++', 'make', 'python3']
const buildMinutesMax = 15

/** Why nothing can be compiled here and what to do about it, as one sentence; `undefined` where it can. */
export function compilerMissing(): string | undefined {
  const absent = tools.filter((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined)
  return absent.length === 0 ? undefined : remedySentence(remedies['no-compiler'](absent))
}

/** What addons are built for. */
export interface AddonTarget {
  readonly compilers: { readonly c: string; readonly cxx: string }
  /** Another processor than ours, as Node names it: what is built for it cannot be tried here. */
  readonly foreignProcessor?: string
  /** The folder in whose node_modules the packages look for theirs, where that is not the root. */
  readonly packagesRoot?: string
}

const thisMachine: AddonTarget = { compilers: { c: 'cc', cxx: 'c++' } }

/** Builds each addon whose sources, compiler or runtime have changed since. A failure shows what the compiler said. */
export async function buildAddons(
  root: string,
  folder: string,
  addonTarget: AddonTarget = thisMachine,
): Promise<BuiltAddons> {
  const { compilers, packagesRoot = root } = addonTarget
  fs.mkdirSync(folder, { recursive: true })
  const built: string[] = []
  const kept: string[] = []
  for (const name of addonNames) {
    const from = name in packages ? packages[name as keyof typeof packages] : undefined
    const sources = join(root, from === undefined ? 'src/hardware/native' : `node_modules/${from}`)
    const target = join(folder, `${name}.node`)
    const stamp = join(folder, `${name}.made-of`)
    const madeOf = madeOfNow(sources, compilers.c)
    if (fs.existsSync(target) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === madeOf) kept.push(name)
    else {
      // The stamp goes first: a build that is broken off is not taken for done.
      fs.rmSync(stamp, { force: true })
      await (from === undefined
        ? compile(sources, target, productFlags, compilers.c)
        : buildByNodeGyp({ root, name, from, target, work: join(folder, 'work'), addonTarget }))
      fs.writeFileSync(stamp, madeOf)
      built.push(name)
    }
    if (from !== undefined)
      putIntoPackage(target, join(packagesRoot, 'node_modules', from, 'build/Release', `${name}.node`))
  }
  return { built, kept }
}

/** Strict, and hardened as Debian hardens its own packages; what is not exported stays hidden. */
const compilerFlags = `
  -std=c17 -D_GNU_SOURCE -DNAPI_VERSION=8 -fPIC -shared -pthread -fvisibility=hidden
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wvla`
export const productFlags = '-O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -Wl,-z,relro,-z,now,-z,noexecstack'
/** Stops at the first fault of memory and at undefined behaviour, and says where. */
export const sanitizerFlags = '-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all'

/** A thread may still be inside a transfer when the last environment that uses the addon ends: it is never unloaded. */
const neverUnloaded = '-Wl,-z,nodelete'

/** Compiles the C files of a folder into one addon. */
export async function compile(sources: string, target: string, flags: string, compiler = 'cc'): Promise<void> {
  const files = fs.readdirSync(sources).filter((name) => name.endsWith('.c'))
  const temporary = `${target}.new`
  const paths = files.map((name) => join(sources, name))
  const words = [...`${compilerFlags} ${flags}`.trim().split(/\s+/), neverUnloaded, `-I${headers()}`]
  await run(compiler, [...words, '-o', temporary, ...paths])
  // A process that has the old file loaded keeps it: written over, it would run what it did not load.
  fs.renameSync(temporary, target)
}

interface PackageBuild {
  readonly root: string
  readonly name: string
  readonly from: string
  readonly target: string
  readonly work: string
  readonly addonTarget: AddonTarget
}

/** node-gyp comes with npm. It works on a copy: what is in node_modules may be shared with other checkouts. */
async function buildByNodeGyp({ root, name, from, target, work, addonTarget }: PackageBuild): Promise<void> {
  const copy = join(work, from)
  fs.rmSync(copy, { recursive: true, force: true })
  fs.cpSync(join(root, 'node_modules', from), copy, { recursive: true })
  const { compilers, foreignProcessor } = addonTarget
  const words = ['rebuild', ...(foreignProcessor === undefined ? [] : [`--arch=${foreignProcessor}`])]
  const env = { ...gypEnvironment(), CC: compilers.c, CXX: compilers.cxx }
  await run(process.execPath, [await nodeGyp(), ...words], { cwd: copy, env })
  fs.copyFileSync(join(copy, 'build/Release', `${name}.node`), `${target}.new`)
  // Built for another Node it would be refused on the board only.
  if (foreignProcessor === undefined)
    await run(process.execPath, ['-p', 'process.dlopen({ exports: {} }, process.argv[1])', `${target}.new`])
  fs.renameSync(`${target}.new`, target)
  fs.rmSync(work, { recursive: true, force: true })
}

async function nodeGyp(): Promise<string> {
  const named = process.env['npm_config_node_gyp']
  if (named !== undefined && fs.existsSync(named)) return named
  const npm = fs.realpathSync((await run('sh', ['-c', 'command -v npm'])).trim())
  const found = join(dirname(npm), '../node_modules/node-gyp/bin/node-gyp.js')
  if (fs.existsSync(found)) return found
  throw new Error(`node-gyp, which comes with npm, is not at ${found}: run this as \`npm run native\`.`)
}

/** A person's own settings of npm (another `nodedir`) would win over what the command line says. */
function gypEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name))
  return { ...Object.fromEntries(own), npm_config_nodedir: join(headers(), '../..') }
}

/** Run from source, the packages look for their addon in their own folder. */
function putIntoPackage(target: string, place: string): void {
  fs.mkdirSync(dirname(place), { recursive: true })
  fs.rmSync(place, { force: true })
  fs.copyFileSync(target, place)
}

/** The headers that came with the runtime; Debian keeps them in a package of their own. */
function headers(): string {
  const places = [join(dirname(process.execPath), '../include/node'), '/usr/include/node']
  const found = places.find((path) => fs.existsSync(join(path, 'node_api.h')))
  if (found === undefined)
    throw new Error(`The headers of the runtime are at none of ${places.join(', ')}: \`apt-get install libnode-dev\`.`)
  return found
}

/** All that decides how an addon turns out: its sources, this recipe, the compiler, the runtime. */
function madeOfNow(sources: string, compiler: string): string {
  const hash = createHash('sha256')
  const own = fs
    .readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:cc?|h|gyp)$/.test(name))
  for (const name of own.toSorted()) hash.update(`${name}\0`).update(fs.readFileSync(join(sources, name)))
  hash.update(fs.readFileSync(import.meta.filename))
  hash.update(spawnSync(compiler, ['-v'], { encoding: 'utf8' }).stderr)
  hash.update(process.version)
  return hash.digest('hex')
}

async function run(command: string, words: readonly string[], where: ExecFileOptions = {}): Promise<string> {
  try {
    const options = {
      ...where,
      encoding: 'utf8',
      timeout: buildMinutesMax * 60_000,
      maxBuffer: 16 * 1024 * 1024,
    } as const
    return (await promisify(execFile)(command, [...words], options)).stdout
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : ''
    const isLate = typeof error === 'object' && error !== null && 'killed' in error && error.killed === true
    const fate = isLate ? `took longer than ${buildMinutesMax} minutes and was ended` : 'failed'
    throw new Error(`${command} ${fate}${said === '' ? '' : `:\n${said}`}`, { cause: error })
  }
}
