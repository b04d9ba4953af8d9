import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeDistribution, type Distribution } from '../../build/distribution.ts'
import { runtimeFlags } from '../../build/runtime-flags.ts'
import { boardIds, readBoard } from '../../src/boards.ts'
import { boardOf } from '../../src/hardware/board-file.ts'
import { withoutAddon } from '../support/built-addon.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(t.testdir(), 'dist')
let made: Distribution
t.before(async () => {
  made = await makeDistribution(root, folder)
})

interface Run {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(command: string, words: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Run {
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: options.cwd ?? '/',
    env: options.env ?? {},
    encoding: 'utf8',
  })
  return { exitCode: status, stdout, stderr }
}

const launcher = join(folder, 'pincer')

void t.test('the launcher runs the bundle with an empty environment, and nothing is said on stderr', async (t) => {
  const { exitCode, stdout, stderr } = run(launcher, ['version'])
  t.match(stdout, /^pincer \d+\.\d+\.\d+, .*bundle\n/)
  t.equal(stderr, '')
  t.equal(exitCode, 0)
})

void t.test(
  'the launcher works through symbolic links, from its own folder, and with a folder that has spaces',
  async (t) => {
    const links = t.testdir({ 'a b': {}, one: t.fixture('symlink', launcher), two: t.fixture('symlink', 'one') })
    fs.symlinkSync(folder, join(links, 'a b/linked folder'))
    for (const [command, cwd] of [
      [join(links, 'one'), '/'],
      [join(links, 'two'), '/'],
      ['./two', links],
      [join(links, 'a b/linked folder/pincer'), '/'],
      ['./pincer', folder],
    ] as const) {
      t.match(
        run(command, ['version'], { cwd }),
        { exitCode: 0, stdout: /^pincer /, stderr: '' },
        `${command} in ${cwd}`,
      )
    }
    t.match(
      run('/bin/sh', ['pincer', 'version'], { cwd: folder }),
      { exitCode: 0, stdout: /^pincer / },
      'named to a shell',
    )
  },
)

void t.test('arguments reach the program as they were given', async (t) => {
  const home = t.testdir()
  const { stderr, exitCode } = run(launcher, ['--home', home, 'no such  command; $(reboot) *'])
  t.match(stderr, 'no such  command; $(reboot) *')
  t.equal(exitCode, 2)
})

void t.test('neither the PATH nor the environment decides which runtime runs, or how', async (t) => {
  const bin = t.testdir({ node: '#!/bin/sh\necho wrong; exit 9\n', 'evil.cjs': 'process.exit(8)' })
  fs.chmodSync(join(bin, 'node'), 0o755)
  const evil = join(bin, 'evil.cjs')
  const env = {
    PATH: bin,
    NODE_OPTIONS: `--require=${evil}`,
    NODE_V8_COVERAGE: join(bin, 'coverage'),
    NODE_DEBUG: 'fs',
  }
  const { exitCode, stdout, stderr } = run(launcher, ['version'], { env })
  t.match(stdout, `Node ${process.version},`)
  t.equal(stderr, '')
  t.equal(exitCode, 0)
  t.notOk(fs.existsSync(join(bin, 'coverage')))
})

void t.test('a launcher whose runtime is gone says so, and how to get it, with exit code 2', async (t) => {
  const moved = t.testdir({ pincer: fs.readFileSync(launcher) })
  const { exitCode, stderr } = run('/bin/sh', [join(moved, 'pincer'), 'version'])
  t.match(stderr, /^pincer: the pinned runtime is missing \(.*\): run `npm ci && npm run build`/)
  t.equal(exitCode, 2)
})

void t.test('the code caches are for the flags of the launcher, and a refused one would be said', async (t) => {
  const boot = join(folder, 'boot.cjs')
  t.equal(run(process.execPath, [...runtimeFlags, boot, 'version']).stderr, '')
  const refused = run(process.execPath, [...runtimeFlags, '--no-opt', boot, 'version'])
  t.equal(refused.exitCode, 0)
  t.match(refused.stderr, /code cache of pincer.cjs is not/)
  for (const name of made.bundles) {
    if (name !== 'boot') t.ok(fs.existsSync(join(folder, `${name}.cache`)), `${name} has a code cache`)
  }
})

void t.test('each lazy part is a bundle of its own and is not in the main bundle', async (t) => {
  const list = fs.readFileSync(join(root, 'src/parts.ts'), 'utf8')
  const parts = [...list.matchAll(/import\('\.\/(?:.*\/)?(.+)\.ts'\)/g)].map(([, name = '']) => `parts/${name}`)
  t.ok(parts.length > 10)
  t.strictSame([...made.bundles].sort(), ['boot', 'pincer', ...parts].sort())
  const main = fs.readFileSync(join(folder, 'pincer.cjs'), 'utf8')
  t.notMatch(main, 'yaml.org,2002', 'the YAML parser is elsewhere')
  t.match(fs.readFileSync(join(folder, 'parts/yaml-file.cjs'), 'utf8'), 'yaml.org,2002')
})

void t.test(
  'times of cron expressions are found in the bundle as from source, without the library of cron-parser',
  (t) => {
    const path = join(folder, 'parts/calendar.cjs')
    t.notMatch(fs.readFileSync(path, 'utf8'), 'Luxon')
    const program = `
    const calendar = require(${JSON.stringify(path)}).createCalendar('UTC')
    console.log(['UTC', 'Europe/Berlin'].map((zone) => calendar.nextCron('30 7 * * 1-5', zone, Date.UTC(2026, 10, 22))).join())`
    const { stdout, stderr } = run(process.execPath, [...runtimeFlags, '-e', program], { env: { TZ: 'UTC' } })
    t.equal(stderr, '')
    t.equal(stdout, `${Date.UTC(2026, 10, 23, 7, 30)},${Date.UTC(2026, 10, 23, 6, 30)}\n`)
    t.end()
  },
)

void t.test('what real pins need travels with the bundle, as it was compiled', { skip: withoutAddon }, async (t) => {
  t.strictSame(made.addons, ['native/pincer.node', 'native/i2c.node', 'native/spi.node'])
  for (const path of made.addons)
    t.ok(fs.readFileSync(join(folder, path)).equals(fs.readFileSync(join(root, 'dist', path))), path)
})

void t.test('the files of workspace/ are copied byte for byte', async (t) => {
  const paths = made.assets.filter((path) => path.startsWith('workspace/'))
  t.ok(paths.length > 0)
  for (const path of paths) {
    t.ok(fs.readFileSync(join(folder, path)).equals(fs.readFileSync(join(root, path))), path)
  }
})

void t.test('each board is there as JSON that says what its YAML says', async (t) => {
  t.strictSame(
    made.assets.filter((path) => path.startsWith('boards/')),
    boardIds().map((id) => `boards/${id}.json`),
  )
  for (const id of boardIds()) {
    const json: unknown = JSON.parse(fs.readFileSync(join(folder, `boards/${id}.json`), 'utf8'))
    t.strictSame(boardOf(json, id), await readBoard(id, '/'), id)
  }
})

void t.test("LICENSES.txt holds our licence, those of all that is bundled, and the runtime's", async (t) => {
  const text = fs.readFileSync(join(folder, 'LICENSES.txt'), 'utf8')
  for (const title of ['Pincer', 'valibot 1', 'undici 8', 'yaml 2', `Node.js ${process.version}`]) {
    t.match(text, `\n${title}`)
  }
  t.notMatch(text, '\nesbuild')
  t.match(text, 'Pincer contributors')
  t.match(text, 'Eemeli Aro', "yaml's licence in full")
})
