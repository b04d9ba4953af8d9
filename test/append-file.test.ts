import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AppendFile } from '../src/append-file.ts'
import { limits } from '../src/limits.ts'
import { createDiskFaults } from './support/disk-faults.ts'
import { until } from './support/until.ts'

const synced = { sync: true } as const

async function open(path: string, tailBytes?: number): Promise<{ file: AppendFile; lines: string[]; torn: boolean }> {
  const lines: string[] = []
  const onLine = (line: string): void => void lines.push(line)
  const opened = await AppendFile.open(path, tailBytes === undefined ? { onLine } : { onLine, tailBytes })
  return { ...opened, lines }
}

void t.test('lines that were appended are there again when the file is opened again', async (t) => {
  const path = join(t.testdir({}), 'log')
  const { file, lines, torn } = await open(path)
  t.same([lines, torn], [[], false])
  await file.append(['one', 'größer ☂'], synced)
  await file.append([], synced)
  await file.append(['three'], { sync: false })
  await file.close()
  t.equal(fs.readFileSync(path, 'utf8'), 'one\ngrößer ☂\nthree\n')
  t.equal(file.sizeBytes, fs.statSync(path).size)
  t.equal(fs.statSync(path).mode & 0o777, 0o600)
  const again = await open(path)
  t.same(again.lines, ['one', 'größer ☂', 'three'])
  t.equal(again.file.sizeBytes, file.sizeBytes)
  await again.file.close()
})

void t.test('an append with sync is on the disk when it resolves, one without is not waited for', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { file } = await open(join(t.testdir({}), 'log'))
  faults.done.length = 0
  await file.append(['one'], { sync: false })
  t.same(faults.done, ['write'])
  await file.append(['two'], synced)
  t.same(faults.done, ['write', 'write', 'datasync'])
  let resolved = false
  faults.hold(['datasync'])
  const append = file.append(['three'], synced).then(() => (resolved = true))
  for (let round = 0; round < 50; round++) await new Promise(setImmediate)
  t.equal(resolved, false, 'it waits for the disk')
  faults.release()
  await append
  await file.close()
})

void t.test(
  'while a sync is waited for is told once the line is written, and only where there is a sync',
  async (t) => {
    const faults = await createDiskFaults()
    t.teardown(() => faults.restore())
    const path = join(t.testdir({}), 'log')
    const { file } = await open(path)
    const seen: string[] = []
    const whileSyncing = (): void => void seen.push(fs.readFileSync(path, 'utf8'))
    await file.append(['one'], { sync: false, whileSyncing })
    faults.fail(['write'])
    await t.rejects(file.append(['two'], { sync: true, whileSyncing }), { code: 'disk' })
    faults.heal()
    t.same(seen, [])
    faults.hold(['datasync'])
    const append = file.append(['three'], { sync: true, whileSyncing })
    await until(() => seen.length > 0)
    faults.release()
    await append
    t.same(seen, ['one\nthree\n'])
    await file.close()
  },
)

void t.test('the name of a new file is on the disk before it is used, also when its maker died before', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = join(t.testdir({}), 'log')
  fs.writeFileSync(path, '')
  await (await open(path)).file.close()
  t.same(faults.done, ['sync'], 'the folder is synced')
})

void t.test('a half-written last line is moved aside and cut off, and the next line starts anew', async (t) => {
  for (const rest of ['{"half', '\u0000'.repeat(8_192), 'x'.repeat(5_000), 'ä'.repeat(3_000)]) {
    const path = join(t.testdir({}), 'log')
    fs.writeFileSync(path, `one\ntwo\n${rest}`)
    const { file, lines, torn } = await open(path, 1_000)
    t.same([lines, torn], [['one', 'two'], true])
    await file.append(['three'], synced)
    await file.close()
    t.equal(fs.readFileSync(path, 'utf8'), 'one\ntwo\nthree\n')
    t.equal(fs.readFileSync(`${path}.torn`, 'utf8'), `${rest}\n`)
  }
})

void t.test('a file that is one half line becomes empty', async (t) => {
  const path = join(t.testdir({ log: 'half' }), 'log')
  const { file, lines, torn } = await open(path)
  t.same([lines, torn, file.sizeBytes, fs.readFileSync(path, 'utf8')], [[], true, 0, ''])
  await file.close()
})

void t.test('the tail is all lines that reach into it, whole, so the last one however long it is', async (t) => {
  const long = 'x'.repeat(4_000)
  const path = join(t.testdir({ log: `first\nsecond\n${long}\n` }), 'log')
  const tailOf = async (tailBytes: number): Promise<string[]> => {
    const { file, lines } = await open(path, tailBytes)
    await file.close()
    return lines
  }
  for (const tailBytes of [1, 100, 4_001, 4_002, 4_005]) {
    const lines = await tailOf(tailBytes)
    t.ok(lines.at(-1) === long, `the last line is whole in a tail of ${tailBytes} bytes`)
    t.ok(['first', 'second', long].join('\n').endsWith(lines.join('\n')), 'and so are the others')
  }
  t.equal((await tailOf(4_001)).length, 1, 'exactly one line')
  t.equal((await tailOf(4_002)).length, 2, 'one byte of the second line')
  t.equal((await tailOf(4_008)).length, 2)
  t.equal((await tailOf(4_009)).length, 3)
  t.equal((await tailOf(1_000_000)).length, 3)
})

void t.test('after a failed append the file holds what it held before, and takes lines again', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  for (const operation of ['write', 'datasync'] as const) {
    const path = join(t.testdir({}), 'log')
    const { file } = await open(path)
    await file.append(['one'], synced)
    faults.fail([operation])
    await t.rejects(file.append(['two', 'three'], synced), {
      code: 'disk',
      message: `Cannot write ${path}: the disk is full: free some space.`,
    })
    t.equal(fs.readFileSync(path, 'utf8'), 'one\n')
    faults.heal()
    await file.append(['four'], synced)
    t.equal(fs.readFileSync(path, 'utf8'), 'one\nfour\n')
    t.equal(file.sizeBytes, 9)
    await file.close()
  }
})

void t.test('after a failed fsync nothing is believed of that handle, and the line is written anew', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = join(t.testdir({}), 'log')
  const { file } = await open(path)
  await file.append(['one'], synced)
  faults.fail(['datasync'], 'EIO')
  await t.rejects(file.append(['two'], synced), { code: 'disk', message: /EIO/ })
  const [, failed] = faults.syncedHandles
  faults.heal()
  faults.done.length = 0
  await file.append(['two'], synced)
  t.same(faults.done, ['write', 'datasync'], 'written again, not only synced again')
  t.ok(faults.syncedHandles.length === 3 && !faults.syncedHandles.slice(2).includes(failed ?? {}), 'by a new handle')
  t.equal(file.mayLack, false, 'all before it had been synced')
  t.equal(fs.readFileSync(path, 'utf8'), 'one\ntwo\n')
  await file.append(['three'], { sync: false })
  faults.fail(['datasync'], 'EIO')
  await t.rejects(file.append(['four'], synced), { code: 'disk' })
  t.equal(file.mayLack, true, 'the third line may be gone, and no later fsync would say so')
  faults.heal()
  await file.replace(['one', 'two', 'three'])
  t.equal(file.mayLack, false)
  await file.close()
})

void t.test('nothing is ever put behind half a line that could not be cut off', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = join(t.testdir({}), 'log')
  const { file } = await open(path)
  await file.append(['one'], synced)
  faults.fail(['write', 'truncate'], 'EIO')
  await t.rejects(file.append(['two two two'], synced), { code: 'disk' })
  faults.fail(['truncate'], 'EIO')
  await t.rejects(file.append(['three'], synced), { code: 'disk' })
  faults.heal()
  await file.append(['four'], synced)
  t.equal(fs.readFileSync(path, 'utf8'), 'one\nfour\n')
  await file.close()
})

void t.test('appends that overlap take effect one after another, also when one fails', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = join(t.testdir({}), 'log')
  const { file } = await open(path)
  faults.hold(['write'])
  const appends = ['a', 'b', 'c'].map((line) => file.append([line.repeat(3)], synced))
  faults.fail(['datasync'])
  faults.release()
  t.same(
    (await Promise.allSettled(appends)).map((each) => each.status),
    ['rejected', 'rejected', 'rejected'],
  )
  t.equal(fs.readFileSync(path, 'utf8'), '')
  faults.heal()
  await Promise.all(['d', 'e'].map((line) => file.append([line], { sync: false })))
  await file.close()
  t.equal(fs.readFileSync(path, 'utf8'), 'd\ne\n')
})

void t.test(
  'replacing all lines leaves the old or the new ones, whatever fails, and goes on in the right file',
  async (t) => {
    const faults = await createDiskFaults()
    t.teardown(() => faults.restore())
    for (const operation of ['writeFile', 'sync', 'rename'] as const) {
      const path = join(t.testdir({}), 'log')
      const { file } = await open(path)
      await file.append(['one', 'two'], synced)
      faults.fail([operation])
      await t.rejects(file.replace(['new']), { code: 'disk' })
      faults.heal()
      await file.append(['three'], synced)
      t.equal(fs.readFileSync(path, 'utf8'), 'one\ntwo\nthree\n', `after ${operation} failed`)
      t.same(fs.readdirSync(join(path, '..')), ['log'], 'nothing is left beside it')
      await file.replace(['new'])
      await file.append(['newer'], synced)
      t.equal(fs.readFileSync(path, 'utf8'), 'new\nnewer\n')
      t.equal(fs.statSync(path).mode & 0o777, 0o600)
      t.equal(file.sizeBytes, 10)
      await file.close()
    }
  },
)

void t.test('when only the name of the new file could not be synced, later lines go into the new file', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = join(t.testdir({}), 'log')
  const { file } = await open(path)
  await file.append(['one'], synced)
  faults.hold(['rename'])
  const replaced = file.replace(['new'])
  while (!faults.done.includes('writeFile') || faults.done.at(-1) !== 'sync') await new Promise(setImmediate)
  faults.fail(['sync'], 'EIO')
  faults.release()
  await t.rejects(replaced, { code: 'disk' })
  await t.rejects(file.append(['two'], synced), { code: 'disk' }, 'a synced append needs the name')
  faults.heal()
  await file.append(['three'], synced)
  t.equal(fs.readFileSync(path, 'utf8'), 'new\nthree\n')
  await file.close()
})

void t.test('a file that cannot be opened is a sentence with the path and what to do', async (t) => {
  const folder = t.testdir({ log: {} })
  await t.rejects(open(join(folder, 'log')), { code: 'disk', message: /^Cannot open .*log: EISDIR/ })
  await t.rejects(open(join(folder, 'missing', 'log')), { code: 'disk', message: /ENOENT/ })
})

void t.test('the half lines of many power cuts are bounded, and the newest is among those kept', async (t) => {
  const path = join(t.testdir({}), 'log')
  for (let cut = 0; cut < 12; cut++) {
    fs.appendFileSync(path, `cut ${cut} ${'x'.repeat(limits.tornLineBytesMax - 100)}`)
    await (await open(path)).file.close()
    const torn = fs.readFileSync(`${path}.torn`, 'utf8')
    t.ok(torn.length <= limits.tornFileBytesMax, `${torn.length} bytes`)
    t.match(torn.split('\n').at(-2), new RegExp(`^cut ${cut} x+$`))
  }
})

void t.test('a shortened file holds its new head and the lines of its tail, and grows behind them', async (t) => {
  const path = join(t.testdir({}), 'log')
  const { file } = await open(path)
  await file.append(['one', 'two', 'three', 'four'], synced)
  await Promise.all([file.shorten(['head'], 6), file.append(['five'], synced)])
  t.equal(fs.readFileSync(path, 'utf8'), 'head\nthree\nfour\nfive\n')
  t.equal(file.sizeBytes, fs.statSync(path).size)
  await file.close()
})
