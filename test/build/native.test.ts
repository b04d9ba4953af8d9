import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { buildAddons, compile, productFlags } from '../../build/addons.ts'
import { withoutAddon } from '../support/built-addon.ts'

const root = join(import.meta.dirname, '../..')

function native(path: string, ...words: readonly string[]) {
  const env = { PATH: path }
  return spawnSync(process.execPath, [join(root, 'build/native.ts'), ...words], { encoding: 'utf8', env })
}

void t.test('without a compiler one sentence says what to install, and only the tests go on', async (t) => {
  const nothing = t.testdir()
  for (const [words, code] of [
    [[], 1],
    [['--if-compiler'], 0],
  ] as const) {
    const { status, stdout, stderr } = native(nothing, ...words)
    t.equal(status, code)
    t.equal(stdout, '')
    t.match(stderr, /^[^\n]*gcc g\+\+ make python3[^\n]*npm run native[^\n]*\n$/)
  }
})

void t.test('what is there and of the same sources is not built again', { skip: withoutAddon }, async (t) => {
  const folder = join(root, 'dist/native')
  await buildAddons(root, folder)
  const before = fs.statSync(join(folder, 'pincer.node')).mtimeMs
  t.strictSame(await buildAddons(root, folder), { built: [], kept: ['pincer', 'i2c', 'spi'] })
  t.equal(fs.statSync(join(folder, 'pincer.node')).mtimeMs, before)
})

void t.test(
  'source that the compiler warns of is refused with its words, and leaves what was there',
  { skip: withoutAddon },
  async (t) => {
    const folder = t.testdir({ 'odd.c': 'int odd(int number) { return 1; }', 'pincer.node': 'as it was' })
    await t.rejects(compile(folder, join(folder, 'pincer.node'), productFlags), {
      message: /unused parameter .number./,
    })
    t.equal(fs.readFileSync(join(folder, 'pincer.node'), 'utf8'), 'as it was')
  },
)
