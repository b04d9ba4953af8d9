import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isPincerError } from '../src/errors.ts'
import { checkHome, furnishHome, homePath, openHome } from '../src/home.ts'

const userId = process.getuid?.() ?? 0

async function said(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (isPincerError(error) && error.code === 'home') return error.message
    throw error
  }
  return 'usable'
}

const elsewhere = 'Choose a folder with --home DIR or PINCER_HOME.'

void t.test('the home is --home, else PINCER_HOME, else .pincer in the home folder of the user', async (t) => {
  const user = (): string => '/home/pi'
  t.equal(homePath('/a', { PINCER_HOME: '/b' }, user), '/a')
  t.equal(homePath('a/../b', {}, user), join(process.cwd(), 'b'))
  t.equal(homePath(undefined, { PINCER_HOME: '/b/' }, user), '/b')
  t.equal(homePath(undefined, { PINCER_HOME: 'b' }, user), join(process.cwd(), 'b'))
  for (const empty of ['', ' ']) t.equal(homePath(undefined, { PINCER_HOME: empty }, user), '/home/pi/.pincer')
  t.equal(homePath(undefined, {}, user), '/home/pi/.pincer')
})

void t.test('a user without a home folder is told so, and no home appears where Pincer was started', async (t) => {
  const nothing = `Nothing says where the home is: HOME is not set to a folder. ${elsewhere}`
  const noEntry = (): string => {
    throw new Error('uv_os_homedir returned ENOENT')
  }
  for (const userHome of [noEntry, () => '', () => 'relative']) {
    t.equal(await said(() => homePath(undefined, {}, userHome)), nothing)
  }
  t.equal(homePath('/a', {}, noEntry), '/a')
})

void t.test('a home that exists is checked, and what does not exist yet is fine', async (t) => {
  const folder = t.testdir({ home: {}, file: '', link: t.fixture('symlink', 'home') })
  const at = (name: string): string => join(folder, name)
  for (const name of ['home', 'link', 'none', 'none/deeper']) {
    t.equal(await said(() => checkHome(at(name), userId)), 'usable', name)
  }
  t.notOk(fs.existsSync(at('none')), 'and looking makes nothing')
  fs.symlinkSync('nowhere', at('dangling'))
  fs.symlinkSync('loop', at('loop'))
  const long = 'a'.repeat(300)
  const unusable = (path: string, why: string): string => `The home folder ${path} cannot be used: ${why}. ${elsewhere}`
  for (const [path, sentence] of [
    [at('file'), `The home ${at('file')} is not a folder. ${elsewhere}`],
    ['/dev/null', `The home /dev/null is not a folder. ${elsewhere}`],
    [at('file/x'), unusable(at('file/x'), 'a file or a broken link has one of its names')],
    [at('dangling'), `The home ${at('dangling')} is a link that leads nowhere. ${elsewhere}`],
    [at('loop'), unusable(at('loop'), 'a link in it leads to itself')],
    [at(long), unusable(at(long), 'the name is too long')],
  ] as const) {
    t.equal(await said(() => checkHome(path, userId)), sentence)
  }
})

void t.test('a home of another user is refused, with the command that may', async (t) => {
  const home = t.testdir({})
  const other = userId + 1
  t.equal(
    await said(() => checkHome(home, other)),
    `The home folder ${home} belongs to user ${userId}, and this is user ${other}: start Pincer as that user (sudo -u '#${userId}'), or choose another with --home DIR or PINCER_HOME.`,
  )
})

void t.test('a home that everybody may write in is refused, one shared with a group is not', async (t) => {
  const home = t.testdir({})
  fs.chmodSync(home, 0o770)
  t.equal(await said(() => checkHome(home, userId)), 'usable')
  for (const mode of [0o777, 0o1777, 0o702]) {
    fs.chmodSync(home, mode)
    t.match(await said(() => checkHome(home, userId)), /^Everybody on this host may write in .* run chmod o-w /)
  }
})

void t.test('opening makes what is missing, for its user alone, and leaves what is there', async (t) => {
  const folder = t.testdir({})
  const path = join(folder, 'deep/er/home')
  const home = await furnishHome(await openHome(path))
  t.strictSame(home, { path, state: join(path, 'state'), workspace: join(path, 'workspace'), fresh: true })
  for (const made of [path, home.state, home.workspace]) t.equal(fs.statSync(made).mode & 0o777, 0o700, made)
  t.equal(fs.statSync(join(home.workspace, 'AGENTS.md')).mode & 0o777, 0o600)
  fs.rmSync(join(home.workspace, 'AGENTS.md'))
  fs.chmodSync(home.state, 0o755)
  t.equal((await furnishHome(await openHome(path))).fresh, false)
  t.notOk(fs.existsSync(join(home.workspace, 'AGENTS.md')), 'what a person removed does not come back')
  t.equal(fs.statSync(home.state).mode & 0o777, 0o700, 'and nobody else reads the state')
})

void t.test('a workspace that was half made when the power went is made anew', async (t) => {
  const path = t.testdir({ 'workspace.new': { 'AGENTS.md': 'half', stray: '' } })
  const home = await furnishHome(await openHome(path))
  t.equal(home.fresh, true)
  t.same(fs.readdirSync(path).toSorted(), ['state', 'workspace'])
  t.notOk(fs.existsSync(join(home.workspace, 'stray')))
})

void t.test('through a link it is the same home', async (t) => {
  const folder = t.testdir({ home: {}, link: t.fixture('symlink', 'home') })
  t.equal((await openHome(join(folder, 'link'))).path, join(folder, 'home'))
})

// Node's own recursive mkdir never comes back from /proc.
void t.test('where no folder can be made the answer is a sentence', { timeout: 600_000 }, async (t) => {
  const path = join(t.testdir({ file: '' }), 'file/x/y')
  const why = 'a file or a broken link has one of its names'
  t.equal(await said(() => openHome(path)), `The home folder ${path} cannot be used: ${why}. ${elsewhere}`)
  // Root hears the one, everybody else the other.
  const nowhere =
    /^The home folder \/proc\/pincer\/home cannot be used: (no folder can be made there|this user has no permission for it)\./
  t.match(await said(() => openHome('/proc/pincer/home')), nowhere)
})
