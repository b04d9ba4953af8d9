import { execFileSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { ConfinedFolder } from '../../src/guard/confined-folder.ts'
import { openWorkspace, type Workspace } from '../../src/guard/workspace.ts'
import { collect } from '../support/collect.ts'

/**
 * Attacks by what stands on the disk. Each guard was taken out once and the named test seen to fail:
 *   CLASS                      GUARD (confined-folder.ts)                    TEST
 *   symlink as the file        O_NOFOLLOW in #pin                            "a link as the file ..."
 *   symlink as a folder        O_NOFOLLOW in #pin                            "a link as a folder ..."
 *   /proc and /dev/fd links    O_NOFOLLOW in #pin                            "links into /proc and /dev/fd ..."
 *   link swapped in            /proc/self/fd walk, O_NOFOLLOW, assertInside  workspace-race.test.ts
 *   hard link                  nlink > 1 in #holdsOnly                       "a hard link ..."
 *   hard link, taken away      the second look at the name in #holdsOnly     "a hard link that loses its name ..."
 *   FIFO, device, socket       isFile in #pinFile                            "a FIFO ...", "a device ...", "a socket ..."
 *   folder moved out           #assertInside                                 "a folder that is moved ..."
 *   link under the temporary   O_EXCL in replace                             "a link that waits ..."
 *   name that forges a line    #canName in walk (workspace.ts)               "a name that no path may hold ..."
 *   state and configuration    names.pop() in validatePath                   "state/, pincer.yaml and .env ..."
 *   huge, sparse, growing file size checks in read                           workspace.test.ts, "a file that is too large ...",
 *                                                                            "a file that grows ..."; tools/files/search.test.ts
 *   folder of too many names   folderNamesMax in names                       workspace.test.ts, "a folder of more names ..."
 */

interface Scene {
  readonly home: string
  readonly root: string
  readonly workspace: Workspace
  readonly at: (path: string) => string
}

async function scene(t: Test): Promise<Scene> {
  const home = t.testdir({
    workspace: { notes: { 'a.md': 'inside\n' } },
    state: { journal: 'SECRET journal' },
    'pincer.yaml': 'SECRET configuration',
    '.env': 'SECRET=1',
    outside: { 'secret.txt': 'SECRET text', folder: { 'b.md': 'SECRET b' } },
  })
  const root = join(home, 'workspace')
  return { home, root, workspace: await openWorkspace({ root }), at: (path) => join(root, path) }
}

/** Every operation that could read, change or show what stands under the path. */
const operations: Readonly<Record<string, (workspace: Workspace, path: string) => Promise<unknown>>> = {
  read: (workspace, path) => workspace.read(path),
  readText: (workspace, path) => workspace.readText(path),
  write: (workspace, path) => workspace.write(path, 'changed'),
  append: (workspace, path) => workspace.append(path, 'changed'),
  update: (workspace, path) => workspace.update(path, () => 'changed'),
}

const folderOperations: typeof operations = {
  list: (workspace, path) => workspace.list(path, 100),
  walk: (workspace, path) => collect(workspace.walk(path)),
}

async function answer(work: Promise<unknown>): Promise<string> {
  try {
    const value = await work
    return `done: ${value instanceof Uint8Array ? Buffer.from(value).toString() : JSON.stringify(value)}`
  } catch (error) {
    if (isPincerError(error)) return `${error.code}: ${error.message}`
    throw error
  }
}

async function refused(t: Test, { workspace, home }: Scene, path: string, reason: RegExp): Promise<void> {
  for (const [name, operation] of Object.entries(operations)) {
    const said = await answer(operation(workspace, path))
    t.match(said, /^path_refused: /, `${name} ${path}`)
    t.match(said, reason, `${name} ${path}`)
    t.match(said, /Paths are relative to the workspace/, `${name} ${path} says what is allowed`)
  }
  untouched(t, home)
}

function untouched(t: Test, home: string): void {
  t.equal(fs.readFileSync(join(home, 'state/journal'), 'utf8'), 'SECRET journal')
  t.equal(fs.readFileSync(join(home, 'pincer.yaml'), 'utf8'), 'SECRET configuration')
  t.equal(fs.readFileSync(join(home, '.env'), 'utf8'), 'SECRET=1')
  t.equal(fs.readFileSync(join(home, 'outside/secret.txt'), 'utf8'), 'SECRET text')
  t.same(fs.readdirSync(join(home, 'outside')).toSorted(), ['folder', 'secret.txt'])
  t.same(fs.readdirSync(join(home, 'outside/folder')), ['b.md'])
  t.same(fs.readdirSync(home).toSorted(), ['.env', 'outside', 'pincer.yaml', 'state', 'workspace'])
}

void t.test('state/, pincer.yaml and .env cannot be named, read, changed or listed', async (t) => {
  const there = await scene(t)
  for (const path of ['../state/journal', '../pincer.yaml', 'notes/../../.env', join(there.home, 'state/journal')]) {
    await refused(t, there, path, /leaves the workspace|outside the workspace/)
  }
  for (const path of ['..', '../state', there.home, '/']) {
    for (const operation of Object.values(folderOperations)) {
      t.match(await answer(operation(there.workspace, path)), /^path_refused: /, path)
    }
  }
  untouched(t, there.home)
})

void t.test('a link as the file is refused, wherever it leads, and never replaced', async (t) => {
  const there = await scene(t)
  const links = {
    'out.txt': '../outside/secret.txt',
    'abs.txt': join(there.home, 'outside/secret.txt'),
    'in.txt': 'notes/a.md',
    'dangling.txt': '../outside/new.txt',
    'loop.txt': 'loop.txt',
  }
  for (const [name, target] of Object.entries(links)) {
    fs.symlinkSync(target, there.at(name))
    await refused(t, there, name, /symbolic link, and links are not followed/)
    t.equal(fs.readlinkSync(there.at(name)), target, `${name} is still the link`)
  }
  t.equal(fs.readFileSync(there.at('notes/a.md'), 'utf8'), 'inside\n')
})

void t.test('a link as a folder is refused in every place of the path', async (t) => {
  const there = await scene(t)
  fs.symlinkSync('../outside', there.at('out'))
  fs.symlinkSync('../../outside', there.at('notes/out'))
  fs.symlinkSync('..', there.at('up'))
  fs.symlinkSync('notes', there.at('same'))
  for (const path of [
    'out/secret.txt',
    'out/folder/b.md',
    'out/new.txt',
    'out/new/new.txt',
    'notes/out/secret.txt',
    'up/pincer.yaml',
    'up/state/journal',
    'same/a.md',
  ]) {
    await refused(t, there, path, /symbolic link/)
  }
  for (const path of ['out', 'out/folder', 'up', 'same']) {
    t.match(await answer(there.workspace.list(path, 100)), /^path_refused: .*symbolic link/, path)
  }
  t.same(await there.workspace.list('.', 100), {
    entries: [
      { name: 'notes', kind: 'folder', sizeBytes: fs.statSync(there.at('notes')).size },
      { name: 'out', kind: 'link', sizeBytes: 10 },
      { name: 'same', kind: 'link', sizeBytes: 5 },
      { name: 'up', kind: 'link', sizeBytes: 2 },
    ],
    moreCount: 0,
  })
  const walked = (await collect(there.workspace.walk('.'))).map((entry) => `${entry.kind} ${entry.path}`)
  t.same(walked, ['folder notes', 'file notes/a.md', 'link notes/out', 'link out', 'link same', 'link up'])
})

void t.test('links into /proc and /dev/fd are refused, as file and as folder', async (t) => {
  const there = await scene(t)
  const open = fs.openSync(join(there.home, 'outside/secret.txt'), 'r')
  t.teardown(() => fs.closeSync(open))
  fs.symlinkSync(`/proc/self/fd/${open}`, there.at('fd'))
  fs.symlinkSync(`/dev/fd/${open}`, there.at('devfd'))
  fs.symlinkSync('/proc/self/environ', there.at('environ'))
  fs.symlinkSync('/proc/self/root', there.at('root'))
  fs.symlinkSync('/proc/self/cwd', there.at('cwd'))
  fs.symlinkSync('/dev/stdin', there.at('stdin'))
  for (const path of ['fd', 'devfd', 'environ', 'root/etc/passwd', 'cwd/package.json', 'root', 'stdin']) {
    await refused(t, there, path, /symbolic link/)
  }
})

void t.test('a hard link is refused for reading and writing, and so is its other name inside', async (t) => {
  const there = await scene(t)
  fs.linkSync(join(there.home, 'outside/secret.txt'), there.at('hard.txt'))
  fs.linkSync(there.at('notes/a.md'), there.at('notes/b.md'))
  await refused(t, there, 'hard.txt', /hard link/)
  await refused(t, there, 'notes/a.md', /hard link/)
  await refused(t, there, 'notes/b.md', /hard link/)
  t.equal(fs.statSync(there.at('hard.txt')).nlink, 2)
})

void t.test('a hard link that loses its name while it is opened gives nothing away', async (t) => {
  const there = await scene(t)
  const secret = join(there.home, 'outside/secret.txt')
  const { open } = fs.promises
  t.teardown(() => void (fs.promises.open = open))
  let after = (): void => undefined
  fs.promises.open = async (path, ...more) => {
    const handle = await open(path, ...more)
    if (String(path).endsWith('/hard.txt')) after()
    return handle
  }
  const readWith = async (change: () => void): Promise<string | undefined> => {
    fs.rmSync(there.at('hard.txt'), { force: true })
    fs.linkSync(secret, there.at('hard.txt'))
    after = () => {
      after = () => undefined
      change()
    }
    return there.workspace.readText('hard.txt')
  }
  t.equal(await readWith(() => fs.rmSync(there.at('hard.txt'))), undefined, 'the name was removed')
  const replaced = await readWith(() => {
    fs.writeFileSync(there.at('new.txt'), 'ours')
    fs.renameSync(there.at('new.txt'), there.at('hard.txt'))
  })
  t.equal(replaced, 'ours', 'another took its place')
  await t.rejects(
    readWith(() => {
      fs.rmSync(there.at('hard.txt'))
      fs.linkSync(secret, there.at('hard.txt'))
    }),
    { code: 'path_refused', message: /hard link/ },
    'it was taken away and put there again',
  )
  const onAndOn = (): void => {
    after = onAndOn
    fs.rmSync(there.at('hard.txt'))
    fs.writeFileSync(there.at('hard.txt'), 'ours')
  }
  await t.rejects(readWith(onAndOn), { code: 'file', message: /replaced again and again/ })
})

void t.test(
  'a FIFO is refused at once: neither reader nor writer waits for its other end',
  { timeout: 600_000 },
  async (t) => {
    const there = await scene(t)
    execFileSync('mkfifo', [there.at('pipe')])
    await refused(t, there, 'pipe', /device, pipe or socket/)
    t.ok(fs.lstatSync(there.at('pipe')).isFIFO(), 'and it is still there')
  },
)

const mayMakeDevices = process.getuid?.() === 0
const deviceTest = { skip: mayMakeDevices ? false : 'only root can make a device node' }

void t.test('a device is refused without being opened', deviceTest, async (t) => {
  const there = await scene(t)
  execFileSync('mknod', [there.at('zero'), 'c', '1', '5'])
  await refused(t, there, 'zero', /device, pipe or socket/)
  t.same((await there.workspace.stat('zero'))?.kind, 'special')
})

void t.test('a socket is refused', async (t) => {
  const there = await scene(t)
  const server = createServer()
  const former = process.cwd()
  process.chdir(there.root) // a socket's path is limited to 107 bytes
  await new Promise<void>((resolve) => server.listen('sock', resolve))
  process.chdir(former)
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  await refused(t, there, 'sock', /device, pipe or socket/)
})

for (const [place, moveTo] of [
  ['outside', (home: string) => join(home, 'outside/held')],
  ['beside the workspace, under a name that begins as its own', (home: string) => join(home, 'workspace-held')],
] as const) {
  void t.test(`a folder that is moved ${place} while it is held gives and takes nothing`, async (t) => {
    const there = await scene(t)
    const target = moveTo(there.home)
    fs.mkdirSync(there.at('held'))
    fs.writeFileSync(there.at('held/f.md'), 'x')
    await using root = await ConfinedFolder.openRoot(there.workspace.root)
    await using held = await root.folder('held')
    if (held === undefined) throw new Error('no folder')
    fs.renameSync(there.at('held'), target)
    const moved = /^path_refused: held.* was moved out of the workspace/
    t.match(await answer(held.read('f.md', 100)), moved)
    t.match(await answer(held.replace('f.md', 'changed', 0o600)), moved)
    t.match(await answer(held.replace('new.md', 'changed', 0o600)), moved)
    t.match(await answer(held.names()), moved)
    t.match(await answer(held.remove('f.md')), moved)
    t.match(await answer(held.makeFolder('sub', 0o700)), moved)
    t.same(fs.readdirSync(target), ['f.md'])
    t.equal(fs.readFileSync(join(target, 'f.md'), 'utf8'), 'x')
  })
}

void t.test('a link that waits under the name of the unfinished write is not written through', async (t) => {
  const there = await scene(t)
  await there.workspace.write('first.md', 'x')
  const original = crypto.randomBytes
  // Nobody can guess the name; here it is known.
  Object.assign(crypto, { randomBytes: (size: number) => Buffer.alloc(size) })
  syncBuiltinESMExports()
  t.teardown(() => {
    Object.assign(crypto, { randomBytes: original })
    syncBuiltinESMExports()
  })
  for (const target of ['../outside/secret.txt', '../outside/new.txt']) {
    fs.symlinkSync(target, there.at('.pincer-new-000000000000'))
    t.match(await answer(there.workspace.write('a.md', 'changed')), /^file: Cannot write a\.md/)
    untouched(t, there.home)
    fs.rmSync(there.at('.pincer-new-000000000000'), { force: true })
  }
  t.match(await answer(there.workspace.write('a.md', 'changed')), /^done/, 'without the link that name is taken')
})

void t.test('a workspace behind a link is resolved once: swapping the link later leads nowhere else', async (t) => {
  const there = await scene(t)
  const alias = join(there.home, 'alias')
  fs.symlinkSync('workspace', alias)
  const workspace = await openWorkspace({ root: alias })
  t.equal(workspace.root, fs.realpathSync(there.root))
  t.equal(await workspace.readText(join(alias, 'notes/a.md')), 'inside\n', 'the given spelling is accepted too')
  fs.unlinkSync(alias)
  fs.symlinkSync('outside', alias)
  t.equal(await workspace.readText('notes/a.md'), 'inside\n')
  t.equal(await workspace.readText('secret.txt'), undefined)
  // And when the workspace itself is replaced by a link, nothing is followed.
  fs.renameSync(there.root, `${there.root}.old`)
  fs.symlinkSync('outside', there.root)
  t.match(await answer(workspace.readText('secret.txt')), /^file: Cannot read secret.txt/)
})

void t.test('a name that no path may hold is passed over by a walk, and so is what it holds', async (t) => {
  const there = await scene(t)
  fs.writeFileSync(there.at('a.md\nforged.md:1: x'), 'x')
  fs.mkdirSync(there.at('c\u202ed'))
  fs.writeFileSync(there.at('c\u202ed/x'), 'x')
  t.same(
    (await collect(there.workspace.walk('.'))).map((entry) => entry.path),
    ['notes', 'notes/a.md'],
  )
})

void t.test('a name of bytes that are no text is left out: no path could say it', async (t) => {
  const there = await scene(t)
  fs.writeFileSync(Buffer.concat([Buffer.from(`${there.root}/`), Buffer.from([0x62, 0xff])]), 'x')
  const listing = await there.workspace.list('.', 100)
  t.same(
    listing?.entries.map((entry) => entry.name),
    ['notes'],
  )
  t.same(
    (await collect(there.workspace.walk('.'))).map((entry) => entry.path),
    ['notes', 'notes/a.md'],
  )
})
