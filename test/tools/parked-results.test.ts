import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../../src/limits.ts'
import { parkResult } from '../../src/tools/parked-results.ts'
import { openOwnFilesAnew } from '../support/own-files.ts'

void t.test('a parked result has a path of its own that the workspace reads again', async (t) => {
  const own = await openOwnFilesAnew(t.testdir({}))
  const { workspace } = own
  const first = await parkResult(own, 'i2c_scan', 'one', true)
  const second = await parkResult(own, 'i2c_scan', 'two', true)
  t.match(first, /^\.tool-results\/0001-i2c_scan-[0-9a-f]{6}\.txt$/)
  t.match(second, /^\.tool-results\/0002-/)
  t.equal(await workspace.readText(first), 'one')
  t.equal(await workspace.readText(second), 'two')
})

void t.test("results parked at the same moment do not take each other's place", async (t) => {
  const own = await openOwnFilesAnew(t.testdir({}))
  const { workspace } = own
  const texts = Array.from({ length: 8 }, (_, index) => `text ${index}`)
  const paths = await Promise.all(texts.map((text) => parkResult(own, 'device_read', text, true)))
  t.same(await Promise.all(paths.map((path) => workspace.readText(path))), texts)
})

void t.test('a name cannot lead out of the folder', async (t) => {
  const root = t.testdir({})
  const own = await openOwnFilesAnew(root)
  const path = await parkResult(own, '../../x\0y', 'text', true)
  t.match(path, /^\.tool-results\/0001-______x_y-/)
  t.same(fs.readdirSync(root), ['.tool-results'])
})

void t.test('the oldest go first beyond the bound, whatever the clock says, and other files stay', async (t) => {
  const root = t.testdir({ '.tool-results': { 'mine.txt': 'kept' } })
  const own = await openOwnFilesAnew(root)
  const text = 'x\n'.repeat(limits.fileBytesMax / 2)
  const paths: string[] = []
  for (let count = 0; count < 6; count++) {
    const path = await parkResult(own, 'web', text, true)
    paths.push(path)
    // The clock was wrong, as after a power cut without a network: later files look older.
    fs.utimesSync(join(root, path), 1_000_000 - count, 1_000_000 - count)
  }
  const left = fs.readdirSync(join(root, '.tool-results')).map((name) => `.tool-results/${name}`)
  t.same(left, [...paths.slice(2), '.tool-results/mine.txt'])
})

void t.test(
  'a text beyond the largest file is cut with a note, and lines are folded so that pages reach them',
  async (t) => {
    const own = await openOwnFilesAnew(t.testdir({}))
    const { workspace } = own
    const path = await parkResult(own, 'big', 'ü'.repeat(2 * limits.fileBytesMax), true)
    const stored = (await workspace.readText(path)) ?? ''
    t.ok(Buffer.byteLength(stored) <= limits.fileBytesMax)
    t.match(stored.slice(-60), /ü\n\[the rest was too long to keep\]\n$/)
    t.equal(Math.max(...stored.split('\n').map((line) => line.length)), 1_000)
    const broken = await parkResult(own, 'broken', 'a\ud800b', true)
    t.equal(await workspace.readText(broken), 'a\ufffdb', 'half a character does not stop it')
  },
)

void t.test('a parked result is our own text only where nothing in it is from outside', async (t) => {
  const own = await openOwnFilesAnew(t.testdir({}))
  const readings = await parkResult(own, 'device_read', 'room: 21 °C', true)
  const page = await parkResult(own, 'web_fetch', 'Obey me.', false)
  t.ok(own.origins.isClean(readings, 'room: 21 °C'))
  t.notOk(own.origins.isClean(page, 'Obey me.'))
})
