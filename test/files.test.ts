import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isPincerError } from '../src/errors.ts'
import { copyAside, makeFolder, readIfThere, replaceFile, setAside } from '../src/files.ts'
import { limits } from '../src/limits.ts'
import { createDiskFaults } from './support/disk-faults.ts'

void t.test('a replaced file has the new content, is private, and leaves nothing beside it', async (t) => {
  const folder = t.testdir({ config: 'old' })
  const path = join(folder, 'config')
  await replaceFile(path, 'new')
  t.equal(fs.readFileSync(path, 'utf8'), 'new')
  t.equal(fs.statSync(path).mode & 0o777, 0o600)
  await replaceFile(join(folder, 'fresh'), 'größer')
  t.equal(fs.readFileSync(join(folder, 'fresh'), 'utf8'), 'größer')
  t.same(fs.readdirSync(folder), ['config', 'fresh'])
})

void t.test('the content is on the disk before the name, and the name before the promise resolves', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  await replaceFile(join(t.testdir({}), 'config'), 'new')
  t.same(faults.done, ['writeFile', 'sync', 'rename', 'sync'])
})

void t.test('whatever fails, the old file stays whole and the failure is one sentence', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  for (const operation of ['writeFile', 'sync', 'rename'] as const) {
    const folder = t.testdir({ config: 'old' })
    const path = join(folder, 'config')
    faults.fail([operation])
    await t.rejects(replaceFile(path, 'new'), {
      code: 'disk',
      message: `Cannot write ${path}: the disk is full: free some space.`,
    })
    faults.heal()
    t.equal(fs.readFileSync(path, 'utf8'), 'old')
    t.same(fs.readdirSync(folder), ['config'])
  }
})

void t.test('what a crash left of an earlier replacement does not matter', async (t) => {
  const folder = t.testdir({ config: 'old', '.config.new': 'half of something that was much longer' })
  await replaceFile(join(folder, 'config'), 'new')
  t.equal(fs.readFileSync(join(folder, 'config'), 'utf8'), 'new')
  t.same(fs.readdirSync(folder), ['config'])
})

void t.test('each kind of refusal says what to do about it', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = join(t.testdir({}), 'config')
  for (const [code, advice] of [
    ['EDQUOT', 'the disk is full: free some space'],
    ['EROFS', 'remount it writable, or choose another home with --home'],
    ['EACCES', 'check the owner of the folder'],
    ['EPERM', 'check the owner of the folder'],
    ['EIO', 'EIO: made to fail'],
  ] as const) {
    faults.fail(['writeFile'], code)
    const error: unknown = await replaceFile(path, 'x').catch((error: unknown) => error)
    t.ok(isPincerError(error) && error.message.includes(advice), `${code}: ${String(error)}`)
  }
})

void t.test('a file that is not there is undefined; one that cannot be read is an error, never a value', async (t) => {
  const folder = t.testdir({ empty: '', folder: {} })
  t.equal(await readIfThere(join(folder, 'nothing')), undefined)
  t.equal(await readIfThere(join(folder, 'empty')), '')
  await t.rejects(readIfThere(join(folder, 'folder')), { code: 'disk' })
  await t.rejects(readIfThere(join(folder, 'empty', 'below')), { code: 'disk' })
})

void t.test(
  'setting aside moves, copying aside keeps, and neither replaces an older copy of the same instant',
  async (t) => {
    const folder = t.testdir({ jobs: 'one' })
    const path = join(folder, 'jobs')
    const nowMs = Date.parse('1970-01-01T00:00:05Z')
    const first = await copyAside(path, nowMs)
    t.equal(first, `${path}.corrupt-1970-01-01T00-00-05-000Z`)
    t.equal(fs.readFileSync(path, 'utf8'), 'one')
    fs.writeFileSync(path, 'two')
    const second = await setAside(path, nowMs)
    fs.writeFileSync(path, 'three')
    const third = await setAside(path, nowMs)
    t.same(
      [first, second, third].map((each) => fs.readFileSync(each, 'utf8')),
      ['one', 'two', 'three'],
    )
    t.notOk(fs.existsSync(path))
    await t.rejects(setAside(path, nowMs), { code: 'disk' })
    await t.rejects(copyAside(path, nowMs), { code: 'disk' })
  },
)

void t.test('the names of new folders are on the disk, each in the one above it', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const folder = t.testdir({})
  await makeFolder(join(folder, 'a', 'b', 'c'))
  t.same(faults.done, ['sync', 'sync', 'sync'])
  await makeFolder(join(folder, 'a', 'b', 'c'))
  t.equal(faults.done.length, 3, 'nothing is synced for what is there')
  faults.fail(['sync'], 'EIO')
  await t.rejects(makeFolder(join(folder, 'd')), { code: 'disk', message: /^Cannot make / })
})

void t.test('folders are made private, with those above them, and may exist', async (t) => {
  const path = join(t.testdir({ file: '' }), 'a/b')
  await makeFolder(path)
  await makeFolder(path)
  t.equal(fs.statSync(path).mode & 0o777, 0o700)
  await t.rejects(makeFolder(join(path, '../../file/c')), { code: 'disk', message: /^Cannot make / })
})

void t.test('of many files set aside the oldest go, and no other file does', async (t) => {
  const folder = t.testdir({ 'state.json.corrupt': '', 'other.json.corrupt-1970': '' })
  const path = join(folder, 'state.json')
  for (let time = 1; time <= limits.asideCopiesMax + 4; time++) {
    fs.writeFileSync(path, String(time))
    await (time % 2 === 0 ? setAside(path, time) : copyAside(path, time))
  }
  const kept = fs.readdirSync(folder).filter((name) => name.startsWith('state.json.corrupt-'))
  t.same(
    kept.map((name) => fs.readFileSync(join(folder, name), 'utf8')),
    Array.from({ length: limits.asideCopiesMax }, (_, index) => String(index + 5)),
  )
  fs.writeFileSync(path, 'of a board whose clock went back')
  const newest = await setAside(path, 0)
  t.ok(fs.existsSync(newest))
  t.equal(fs.readdirSync(folder).length, limits.asideCopiesMax + 2)
})
