import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { listAssets, readAsset } from '../src/assets.ts'

void t.test('the files of workspace/ and boards/ are listed by their paths, sorted, and can be read', async (t) => {
  const all = listAssets('')
  t.ok(all.includes('boards/simulated.yaml'))
  t.strictSame(all, [...all].sort())
  t.strictSame(
    listAssets('boards/'),
    all.filter((path) => path.startsWith('boards/')),
  )
  t.strictSame(listAssets('nothing/'), [])
  const read = readFileSync(join(import.meta.dirname, '../boards/simulated.yaml'), 'utf8')
  t.equal(readAsset('boards/simulated.yaml'), read)
})

void t.test('no other file can be read as one that travels with the program', async (t) => {
  for (const path of [
    'package.json',
    '../package.json',
    'boards/../package.json',
    '/etc/passwd',
    'boards',
    'boards/',
    '',
  ]) {
    t.throws(() => readAsset(path), { code: 'file', message: /built in/ }, path)
  }
})
