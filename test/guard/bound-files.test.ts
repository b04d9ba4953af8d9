import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { hashNamedFiles } from '../../src/guard/bound-files.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { limits } from '../../src/limits.ts'

async function workspaceWith(root: string) {
  const workspace = await openWorkspace({ root })
  const hash = (...argv: string[]): Promise<string> => hashNamedFiles(workspace, argv)
  return { workspace, hash }
}

const files = { 'x.py': 'print(1)', 'a b.txt': 'spaces', sub: { 'y.sh': 'echo', deep: { 'z.cfg': 'z' } } }

void t.test('a file that is named in any of these ways is bound by its content', async (t) => {
  const root = t.testdir(files)
  const { workspace, hash } = await workspaceWith(root)
  const ways: readonly (readonly [string, readonly string[]])[] = [
    ['x.py', ['python3', 'x.py']],
    ['x.py', ['./x.py']],
    ['x.py', ['python3', 'sub/../x.py', '--quick']],
    ['x.py', ['python3', join(root, 'x.py')]],
    ['x.py', ['python3', join(root, 'sub/./../x.py')]],
    ['x.py', ['tool', '--script=x.py']],
    ['x.py', ['tool', `--script=${join(root, 'x.py')}`]],
    ['x.py', ['dd', 'if=./x.py']],
    ['x.py', ['curl', '-d', '@x.py']],
    ['x.py', ['curl', '--data=@x.py']],
    ['x.py', ['tool', '-fx.py']],
    ['x.py', ['sh', '-c', 'echo hi; python3 x.py | cat']],
    ['x.py', ['sh', '-c', "python3 'x.py'"]],
    ['x.py', ['sh', '-c', 'cat<x.py']],
    ['a b.txt', ['cat', 'a b.txt']],
    // As the shell tool has it: the whole command is one text, in which quotes can stand anywhere.
    ['x.py', ['python3 x".py"']],
    ['x.py', [String.raw`python3 x\.py`]],
    ['x.py', [`python3 'x'.p"y"; echo`]],
    ['x.py', [`python3 $'x.py'`]],
    ['x.py', ['python3 x.\\\npy']],
    ['x.py', [`sh -c 'python3 x".py"'`]],
    ['x.py', [String.raw`sh -c "python3 \"x\".py"`]],
    ['x.py', ['tool --script="x.py"|cat']],
    ['a b.txt', ['cat "a b.txt"']],
    ['a b.txt', [`cat 'a b.txt'>/dev/null`]],
    ['a b.txt', [String.raw`cat a\ b.txt`]],
    ['a b.txt', [`sh -c 'cat "a b.txt"'`]],
    ['sub/y.sh', ['sh', 'sub/y.sh']],
    ['sub/y.sh', ['sh', 'sub//y.sh']],
    ['sub/deep/z.cfg', ['tool', '--a', '--config=sub/deep/z.cfg']],
  ]
  for (const [path, argv] of ways) {
    const before = await hash(...argv)
    t.equal(await hash(...argv), before, 'the same twice')
    const content = (await workspace.read(path)) ?? Buffer.alloc(0)
    await workspace.write(path, `${content.toString()} `)
    t.not(await hash(...argv), before, argv.join(' '))
    await workspace.write(path, content)
    t.equal(await hash(...argv), before)
  }
})

void t.test('what is not named is not bound, and words that are no paths do no harm', async (t) => {
  const { workspace, hash } = await workspaceWith(t.testdir(files))
  const argv = [
    'ls',
    '-la',
    '--',
    '',
    '-',
    '.',
    '~',
    '../etc',
    '/etc/passwd',
    'a\0b',
    '\n',
    'x'.repeat(3_000),
    'x.py/y',
  ]
  const before = await hash(...argv)
  await workspace.write('x.py', 'other')
  t.equal(await hash(...argv), before)
  t.equal(await hash('ls', 'sub'), await hash('ls', 'sub'), 'a folder is no file')
})

void t.test('a file that appears, vanishes or takes the place of another changes the hash', async (t) => {
  const { workspace, hash } = await workspaceWith(t.testdir({ a: '1', b: '2' }))
  const argv = ['cmp', 'a', 'b', 'c']
  const before = await hash(...argv)
  await workspace.write('c', '')
  const withC = await hash(...argv)
  t.not(withC, before)
  await workspace.remove('c')
  t.equal(await hash(...argv), before)
  await workspace.write('a', '2')
  await workspace.write('b', '1')
  t.not(await hash(...argv), before, 'contents that change places')
})

void t.test('the working directory is bound too', async (t) => {
  const dir = t.testdir({ one: { 'x.py': '1' }, two: { 'x.py': '1' } })
  const hashes = await Promise.all(
    ['one', 'two'].map(async (name) => (await workspaceWith(join(dir, name))).hash('python3', 'x.py')),
  )
  t.not(hashes[0], hashes[1])
})

void t.test(
  'a link, a hard link, a pipe or a file that is too large is refused: its content cannot be bound',
  async (t) => {
    const root = t.testdir({ in: { plain: 'x', link: t.fixture('symlink', '../out') }, out: 'secret' })
    const inside = join(root, 'in')
    fs.linkSync(join(root, 'out'), join(inside, 'hard'))
    fs.symlinkSync('..', join(inside, 'up'))
    fs.writeFileSync(join(inside, 'big'), '')
    fs.truncateSync(join(inside, 'big'), limits.boundFileBytesMax + 1)
    const { hash } = await workspaceWith(inside)
    await t.rejects(hash('sh', 'link'), { code: 'path_refused', message: /link is refused: it is a symbolic link/ })
    await t.rejects(hash('sh', 'hard'), { code: 'path_refused', message: /hard link/ })
    await t.rejects(hash('sh', 'up/out'), { code: 'path_refused', message: /symbolic link/ })
    await t.rejects(hash('sh', 'big'), { code: 'file', message: /big/ })
    await t.resolves(hash('sh', 'plain'))
  },
)

void t.test('a command that names too many files is refused', async (t) => {
  const names = Array.from({ length: limits.boundFilesMax + 1 }, (_, index) => `f${index}`)
  const { hash } = await workspaceWith(t.testdir(Object.fromEntries(names.map((name) => [name, 'x']))))
  await t.resolves(hash('cat', ...names.slice(1)))
  await t.rejects(hash('cat', ...names), { code: 'needs_human', message: /more than 64 files.*smaller steps\.$/ })
})

void t.test('a file is bound however the command spells the folder that it is in', async (t) => {
  const { workspace } = await workspaceWith(t.testdir(files))
  const rootNames = ['/workspace', '~', '$HOME', '${HOME}']
  for (const command of [
    'python3 /workspace/x.py',
    'python3 //workspace//x.py',
    'python3 /workspace/../workspace/./x.py',
    'python3 /tmp/../workspace/x.py',
    'python3 ~/x.py',
    'python3 $HOME/x.py',
    'python3 ${HOME}//x.py',
    'python3 "$HOME"/x.py',
    'python3 "${HOME}/x.py"',
    'tool --script=$HOME/x.py',
  ]) {
    const hash = (): Promise<string> => hashNamedFiles(workspace, [command], rootNames)
    await workspace.write('x.py', 'one')
    const before = await hash()
    await workspace.write('x.py', 'two')
    t.not(await hash(), before, command)
  }
})
