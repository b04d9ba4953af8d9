import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { limits } from '../../src/limits.ts'
import { collect } from '../support/collect.ts'

async function sentence(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isPincerError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'done'
}

function modeOf(path: string): number {
  return fs.statSync(path).mode & 0o7777
}

void t.test('what is written is read again, and folders are made on the way', async (t) => {
  const root = t.testdir({})
  const workspace = await openWorkspace({ root })
  await workspace.write('notes/2026/11/a.md', 'Grüße\n')
  t.equal(await workspace.readText('notes/2026/11/a.md'), 'Grüße\n')
  await workspace.write('notes/2026/11/a.md', '')
  t.equal(await workspace.readText('notes/2026/11/a.md'), '')
  const bytes = Uint8Array.from([0, 255, 128])
  await workspace.write('inbox/photo.bin', bytes)
  t.same(await workspace.read('inbox/photo.bin'), Buffer.from(bytes))
  t.equal(await workspace.read('nothing.md'), undefined)
  t.equal(await workspace.read('nowhere/nothing.md'), undefined)
  t.equal(await workspace.list('nowhere', 10), undefined)
})

void t.test('new files and folders are private whatever the umask, and an existing file keeps its mode', async (t) => {
  const root = t.testdir({ 'run.sh': 'old' })
  fs.chmodSync(join(root, 'run.sh'), 0o755)
  const workspace = await openWorkspace({ root })
  const former = process.umask(0o277)
  try {
    await workspace.write('notes/a.md', 'x')
  } finally {
    process.umask(former)
  }
  t.equal(modeOf(join(root, 'notes')), 0o700)
  t.equal(modeOf(join(root, 'notes/a.md')), 0o600)
  await workspace.write('run.sh', 'new')
  t.equal(modeOf(join(root, 'run.sh')), 0o755)
})

void t.test('in a workspace shared by a setgid folder, what is new is shared with its group', async (t) => {
  const root = t.testdir({ workspace: {} })
  fs.chmodSync(join(root, 'workspace'), 0o2770)
  const workspace = await openWorkspace({ root: join(root, 'workspace') })
  await workspace.write('notes/a.md', 'x')
  t.equal(modeOf(join(root, 'workspace/notes')), 0o2770)
  t.equal(modeOf(join(root, 'workspace/notes/a.md')), 0o660)
})

void t.test('a read-only file is left as it is', async (t) => {
  const root = t.testdir({ 'a.md': 'old' })
  fs.chmodSync(join(root, 'a.md'), 0o444)
  const workspace = await openWorkspace({ root })
  t.equal(await sentence(workspace.write('a.md', 'new')), 'file: a.md is read-only and was left as it is.')
  t.equal(fs.readFileSync(join(root, 'a.md'), 'utf8'), 'old')
})

const isRoot = process.getuid?.() === 0

void t.test(
  'a file that this user may not write is not replaced, and a folder it may not open is said',
  { skip: isRoot ? false : 'only root can make files of another user' },
  async (t) => {
    // Below /tmp, for the other user must be able to get there.
    const root = fs.mkdtempSync(join(tmpdir(), 'pincer-test-'))
    t.teardown(() => fs.rmSync(root, { recursive: true }))
    fs.writeFileSync(join(root, 'theirs.md'), 'theirs', { mode: 0o644 })
    fs.mkdirSync(join(root, 'closed'), { mode: 0o700 })
    fs.mkdirSync(join(root, 'readonly'), { mode: 0o755 })
    const nobody = 65_534
    fs.chownSync(root, nobody, nobody)
    const workspace = await openWorkspace({ root })
    process.seteuid?.(nobody)
    try {
      const no =
        'Pincer has no permission for it. chmod -R u+rwX on it or its folder, in the shell or on the host, gives it back.'
      t.equal(await sentence(workspace.write('theirs.md', 'mine')), `file: Cannot write theirs.md: ${no}`)
      t.equal(await sentence(workspace.write('readonly/a.md', 'x')), `file: Cannot write readonly/a.md: ${no}`)
      t.equal(await sentence(workspace.list('closed', 5)), `file: Cannot list closed: ${no}`)
      t.match(await collect(workspace.walk('.')), [
        { path: 'closed' },
        { path: 'closed', notWalked: 'cannot be opened' },
        { path: 'readonly' },
        { path: 'theirs.md' },
      ])
      t.equal(await sentence(workspace.write('mine.md', 'x')), 'done')
    } finally {
      process.seteuid?.(0)
    }
    t.equal(fs.readFileSync(join(root, 'theirs.md'), 'utf8'), 'theirs')
    t.equal(fs.statSync(join(root, 'theirs.md')).uid, 0)
  },
)

void t.test('append starts on a line of its own and makes the file where there is none', async (t) => {
  const root = t.testdir({ 'a.md': 'one' })
  const workspace = await openWorkspace({ root })
  await workspace.append('a.md', 'two\n')
  await workspace.append('a.md', 'three')
  t.equal(await workspace.readText('a.md'), 'one\ntwo\nthree')
  await workspace.append('new/b.md', 'first')
  t.equal(await workspace.readText('new/b.md'), 'first')
})

void t.test('changes that come at once are done one after the other, and none is lost', async (t) => {
  const root = t.testdir({})
  const workspace = await openWorkspace({ root })
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`)
  const refused = sentence(workspace.append('../x', 'no'))
  await Promise.all(lines.map((line) => workspace.append('log.md', line)))
  t.equal(await workspace.readText('log.md'), lines.join('\n'), 'in the order in which they came')
  t.match(await refused, /^path_refused/, 'and one that fails stops no other')
})

void t.test('a change that throws leaves the file as it was', async (t) => {
  const root = t.testdir({ 'a.md': 'old' })
  const workspace = await openWorkspace({ root })
  const failing = workspace.update('a.md', () => {
    throw new Error('no')
  })
  await t.rejects(failing, new Error('no'))
  t.equal(await workspace.readText('a.md'), 'old')
})

void t.test('a file that is too large is neither read nor made', async (t) => {
  const root = t.testdir({
    'log.txt': 'x'.repeat(limits.fileBytesMax + 1),
    'most.txt': 'y'.repeat(limits.fileBytesMax),
  })
  const workspace = await openWorkspace({ root })
  t.equal(await sentence(workspace.read('log.txt')), 'file: log.txt is 1.0 MB: 1.0 MB is the most that is read.')
  t.equal((await workspace.read('most.txt'))?.length, limits.fileBytesMax)
  t.match(await sentence(workspace.append('most.txt', 'z')), /^file: most.txt would be 1.0 MB: 1.0 MB is the most/)
  t.equal(fs.statSync(join(root, 'most.txt')).size, limits.fileBytesMax)
  t.same(fs.readdirSync(root).toSorted(), ['log.txt', 'most.txt'])
})

void t.test('a file that grows after it was looked at is not read beyond the bound', async (t) => {
  const root = t.testdir({ 'log.txt': 'x'.repeat(limits.fileBytesMax + 100_000) })
  const workspace = await openWorkspace({ root })
  const probe = await fs.promises.open('/dev/null')
  const handles = Object.getPrototypeOf(probe) as fs.promises.FileHandle
  await probe.close()
  const original = Object.getOwnPropertyDescriptor(handles, 'stat')
  // What it was a moment ago.
  Object.defineProperty(handles, 'stat', {
    ...original,
    value: async function (this: fs.promises.FileHandle) {
      return Object.assign(fs.fstatSync(this.fd), { size: 5 })
    },
  })
  t.teardown(() => original !== undefined && Object.defineProperty(handles, 'stat', original))
  t.equal(await sentence(workspace.read('log.txt')), 'file: log.txt is 1.0 MB: 1.0 MB is the most that is read.')
})

void t.test('a folder of more names than are taken is said to hold more', async (t) => {
  const root = t.testdir({})
  for (let count = 0; count < limits.folderNamesMax + 5; count++) fs.symlinkSync('none', join(root, `l${count}`))
  const listing = await (await openWorkspace({ root })).list('.', 10)
  t.equal(listing?.entries.length, 10)
  t.equal(listing?.moreCount, limits.folderNamesMax - 10 + 1)
})

void t.test('what is no text is named with its size, for reading and for appending', async (t) => {
  const root = t.testdir({
    'photo.jpg': Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    'nul.txt': 'a\0b',
    'latin1.txt': Buffer.from([0x67, 0xfc]),
  })
  const workspace = await openWorkspace({ root })
  for (const [path, size] of [
    ['photo.jpg', 4],
    ['nul.txt', 3],
    ['latin1.txt', 2],
  ] as const) {
    const expected = `file: ${path} is not text (${size} B of binary or non-UTF-8 data).`
    t.equal(await sentence(workspace.readText(path)), expected)
    t.equal(await sentence(workspace.append(path, 'x')), expected)
  }
})

void t.test('a folder is no file and a file is no folder, each in one sentence', async (t) => {
  const root = t.testdir({ notes: { 'a.md': 'x' } })
  const workspace = await openWorkspace({ root })
  t.equal(await sentence(workspace.read('notes')), 'file: notes is a folder, not a file.')
  t.equal(await sentence(workspace.write('notes', 'x')), 'file: notes is a folder, not a file.')
  const noFolder = 'file: notes/a.md is a file, not a folder.'
  t.equal(await sentence(workspace.read('notes/a.md/b')), noFolder)
  t.equal(await sentence(workspace.write('notes/a.md/b/c', 'x')), noFolder)
  t.equal(await sentence(workspace.list('notes/a.md', 10)), noFolder)
  t.match(await sentence(workspace.write('.', 'x')), /^path_refused: \. is refused: it is the workspace itself/)
  t.match(
    await sentence(workspace.write('notes/', 'x')),
    /^path_refused: notes\/ is refused: it is written as a folder/,
  )
})

void t.test('listings are in order, capped, and say how many more there are', async (t) => {
  const root = t.testdir({ b: {}, 'a.md': 'x', 'c.md': 'yy', '.hidden': '' })
  const workspace = await openWorkspace({ root })
  const listing = await workspace.list('.', 2)
  t.same(
    listing?.entries.map((entry) => [entry.name, entry.kind]),
    [
      ['.hidden', 'file'],
      ['a.md', 'file'],
    ],
  )
  t.equal(listing?.moreCount, 2)
})

void t.test('remove takes a file, a link instead of what it leads to, and no folder', async (t) => {
  const root = t.testdir({ 'a.md': 'x', folder: {}, link: t.fixture('symlink', 'a.md') })
  const workspace = await openWorkspace({ root })
  await workspace.remove('link')
  t.same(fs.readdirSync(root), ['a.md', 'folder'])
  await workspace.remove('a.md')
  await workspace.remove('a.md')
  t.match(await sentence(workspace.remove('folder')), /^file: Cannot remove folder/)
  t.match(await sentence(workspace.remove('../x')), /^path_refused/)
  t.same(fs.readdirSync(root), ['folder'])
})

void t.test('no operation leaves a file descriptor open', async (t) => {
  const root = t.testdir({ notes: { 'a.md': 'x' }, link: t.fixture('symlink', 'notes') })
  const workspace = await openWorkspace({ root })
  const round = async (): Promise<void> => {
    await workspace.write('notes/deep/b.md', 'x')
    for (const path of ['notes/a.md', 'notes', 'link', 'link/a.md', 'none', 'none/a.md', '../x', 'notes/a.md/x', '.']) {
      await sentence(workspace.read(path))
      await sentence(workspace.append(path === 'none' || path === 'none/a.md' ? '..' : path, 'y'))
      await sentence(workspace.list(path, 10))
      await sentence(workspace.stat(path))
      await sentence(collect(workspace.walk(path)))
    }
    await workspace.remove('notes/deep/b.md')
  }
  await round()
  const before = fs.readdirSync('/proc/self/fd').length
  for (let count = 0; count < 5; count++) await round()
  t.equal(fs.readdirSync('/proc/self/fd').length, before)
})

void t.test(
  'a workspace that is missing or is no folder cannot be opened, and the sentence says what makes one',
  async (t) => {
    const root = t.testdir({ file: 'x' })
    t.equal(
      await sentence(openWorkspace({ root: join(root, 'none') })),
      `home: Cannot use the workspace ${join(root, 'none')}: it does not exist. The next start of Pincer makes it.`,
    )
    t.match(await sentence(openWorkspace({ root: join(root, 'file') })), /^home: Cannot use the workspace .*file: /)
  },
)
