import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { unpack } from '../src/native-files.ts'

const bytes = Buffer.from('\x7fELF of one version')

void t.test('an addon is unpacked for this user alone, under a name that tells its bytes', async (t) => {
  const folder = join(t.testdir(), 'state/native')
  const path = unpack('pincer', bytes, folder)
  t.same(fs.readFileSync(path), bytes)
  t.equal(fs.statSync(path).mode & 0o777, 0o500)
  t.equal(fs.statSync(folder).mode & 0o777, 0o700)
  t.not(unpack('pincer', Buffer.from('another'), folder), path)
})

void t.test('one that is there already is not written again', async (t) => {
  const folder = t.testdir()
  const before = fs.statSync(unpack('pincer', bytes, folder))
  const after = fs.statSync(unpack('pincer', bytes, folder))
  t.equal(after.ino, before.ino)
  t.equal(after.mtimeMs, before.mtimeMs)
})

void t.test('a file that was changed, cut short, or is a link is replaced before it is loaded', async (t) => {
  const folder = t.testdir({ elsewhere: bytes })
  const path = unpack('pincer', bytes, folder)
  for (const spoil of [
    () => fs.writeFileSync(path, 'something else'),
    () => fs.writeFileSync(path, bytes.subarray(0, 5)),
    () => fs.symlinkSync(join(folder, 'elsewhere'), path),
    () => fs.writeFileSync(`${path}.new`, 'left by a power cut'),
  ]) {
    fs.rmSync(path)
    spoil()
    t.equal(unpack('pincer', bytes, folder), path)
    t.same(fs.readFileSync(path), bytes)
    t.ok(fs.lstatSync(path).isFile())
  }
  t.same(fs.readFileSync(join(folder, 'elsewhere')), bytes)
})

void t.test('versions of before go, other addons stay', async (t) => {
  const folder = t.testdir({ 'pincer-0123.node': 'old', 'i2c-0123.node': 'of another' })
  const path = unpack('pincer', bytes, folder)
  t.same(fs.readdirSync(folder).sort(), ['i2c-0123.node', path.slice(folder.length + 1)].sort())
})

void t.test('a folder that takes nothing is said with what to do', async (t) => {
  const folder = join(t.testdir({ state: 'a file' }), 'state/native')
  t.throws(() => unpack('pincer', bytes, folder), { code: 'hardware', message: /cannot be written \(.*\): give this/ })
})
