import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { fileEntries } from '../support/escape-file-tools.ts'
import { createEscapeHome, type EscapeHome } from '../support/escape-home.ts'
import { type Call, toolsOn } from '../support/file-tools.ts'
import { mutantTools } from '../support/mutant-source.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }
const isRoot = process.getuid?.() === 0

/** Puts something at `path` that leads out of the workspace; answers what undoes more than its name. */
type Trap = (home: EscapeHome, path: string) => void

const link =
  (target: (home: EscapeHome, path: string) => string): Trap =>
  (home, path) =>
    fs.symlinkSync(target(home, path), path)

/** A file or folder of the home, from where `path` stands. */
const relative = (home: EscapeHome, path: string, target: string): string =>
  `${'../'.repeat(path.slice(home.folder.length + 1).split('/').length - 1)}${target}`

function chain(links: number): Trap {
  return (home, path) => {
    for (let at = 1; at < links; at++) fs.symlinkSync(`${path}.${at + 1}`, `${path}.${at}`)
    fs.symlinkSync(join(home.folder, 'outside'), `${path}.${links}`)
    fs.symlinkSync(`${path}.1`, path)
  }
}

const opened = new Map<string, number>()

function openNumber(path: string): number {
  const number = opened.get(path) ?? fs.openSync(path, 'r')
  opened.set(path, number)
  return number
}

/** Links that lead to a folder: `rest` of a path may stand behind them. */
const folderLinks: Readonly<Record<string, Trap>> = {
  'a link to a folder: outside': link((home, path) => relative(home, path, 'outside')),
  'a link to it by its whole path': link((home) => join(home.folder, 'outside')),
  'a link to a folder: state': link((home, path) => relative(home, path, 'state')),
  'a link to a folder: the home': link((home, path) => relative(home, path, '')),
  'a link to a folder: above the home': link((home) => join(home.folder, '..')),
  'a link to a folder: the root': link(() => '/'),
  'a link to a folder: two dots': link((home, path) => relative(home, path, '.')),
  'a link to a folder: with a slash behind': link((home) => `${join(home.folder, 'outside')}/`),
  'a link with dots behind': link((home) => `${join(home.folder, 'outside')}/folder/..`),
  'two links in a row': chain(2),
  'forty links in a row': chain(39),
  'more links in a row than are followed': chain(60),
  'a link through /proc/self/cwd': link((home) => `/proc/self/cwd/${'../'.repeat(30)}${join(home.folder, 'outside')}`),
  'a link through /proc/self/root': link((home) => `/proc/self/root${join(home.folder, 'outside')}`),
  'a link through this process': link((home) => `/proc/${process.pid}/root${join(home.folder, 'outside')}`),
  'a link to an open folder': link((home) => `/proc/self/fd/${openNumber(join(home.folder, 'outside'))}`),
  'a link to an open folder in /dev': link((home) => `/dev/fd/${openNumber(join(home.folder, 'outside'))}`),
  'a link into the workspace and out again': link((home) => `${home.workspace}/notes/../../outside`),
  'a link to a neighbour that begins as the root': link((home) => `${home.workspace}-evil`),
}

/** What leads to a file, or is one that must not be opened. */
const fileTraps: Readonly<Record<string, Trap>> = {
  'a link to a file: outside': link((home, path) => relative(home, path, 'outside/shadow')),
  'a link to it by its whole path': link((home) => join(home.folder, 'outside/shadow')),
  'a link to a file: of state': link((home, path) => relative(home, path, 'state/journal.jsonl')),
  'a link to a file: .env': link((home, path) => relative(home, path, '.env')),
  'a link to a file: pincer.yaml': link((home, path) => relative(home, path, 'pincer.yaml')),
  'a link to nothing: outside': link((home, path) => relative(home, path, 'outside/new.md')),
  'a link to nothing: in state': link((home) => join(home.folder, 'state/new.jsonl')),
  'a link to itself': link((_home, path) => path),
  'a link and one back': (_home, path) => {
    fs.symlinkSync(path, `${path}.back`)
    fs.symlinkSync(`${path}.back`, path)
  },
  'two links in a row': (home, path) => {
    fs.symlinkSync(join(home.folder, 'outside/shadow'), `${path}.next`)
    fs.symlinkSync(`${path}.next`, path)
  },
  'a link to an open file': link((home) => `/proc/self/fd/${openNumber(join(home.folder, 'outside/shadow'))}`),
  'a link to an open file in /dev': link((home) => `/dev/fd/${openNumber(join(home.folder, 'outside/shadow'))}`),
  'a link to the environment': link(() => '/proc/self/environ'),
  'a link to the program': link(() => '/proc/self/exe'),
  'a link to memory': link(() => '/proc/self/mem'),
  'a link to stdin': link(() => '/dev/stdin'),
  'a link to a device': link(() => '/dev/zero'),
  'a link to a file inside': link((home) => join(home.workspace, 'plain.md')),
  'a hard link: to a file outside': (home, path) => fs.linkSync(join(home.folder, 'outside/shadow'), path),
  'a hard link: to a file of state': (home, path) => fs.linkSync(join(home.folder, 'state/journal.jsonl'), path),
  'a hard link to a link': (home, path) => {
    fs.symlinkSync(join(home.folder, 'outside/shadow'), `${path}.link`)
    fs.linkSync(`${path}.link`, path)
  },
  'a pipe': (_home, path) => execFileSync('mkfifo', [path]),
  'a pipe that somebody reads and writes': (_home, path) => {
    execFileSync('mkfifo', [path])
    openNumber2(path)
  },
  'a file of a terabyte': (_home, path) => {
    fs.writeFileSync(path, 'inside')
    fs.truncateSync(path, 1024 ** 4)
  },
  ...(isRoot
    ? {
        'a device of characters': (_home: EscapeHome, path: string) => execFileSync('mknod', [path, 'c', '1', '5']),
        'a device of blocks': (_home: EscapeHome, path: string) => execFileSync('mknod', [path, 'b', '7', '250']),
        'a name that was wiped out': (_home: EscapeHome, path: string) => execFileSync('mknod', [path, 'c', '0', '0']),
      }
    : {}),
}

function openNumber2(path: string): void {
  // Both ends in one: it is never waited for.
  opened.set(path, fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK))
}

/** Where on the way of a path the trap stands, and the paths that walk into it. */
const positions: Readonly<Record<string, { readonly at: string; readonly paths: readonly string[] }>> = {
  'as the last name': { at: 'trap', paths: ['trap', './trap', 'notes/../trap'] },
  'on the way': { at: 'trap', paths: ['trap/shadow', 'trap/journal.jsonl', 'trap/folder', 'trap/new/new.md'] },
  'far down': { at: 'notes/deep/er/trap', paths: ['notes/deep/er/trap'] },
  'on the way, far down': {
    at: 'notes/deep/trap',
    paths: ['notes/deep/trap/shadow', 'notes/deep/trap/folder/b.md', 'notes/deep/trap/outside/shadow'],
  },
  'with a slash or a dot behind': { at: 'trap', paths: ['trap/', 'trap//', 'trap/.', 'trap/./'] },
  'with a parent behind': { at: 'trap', paths: ['trap/..', 'trap/../state/journal.jsonl', 'trap/x/../shadow'] },
}

/** The tools that meet it on their own way through the folder above. */
async function fromAbove(call: Call, folder: string): Promise<string> {
  const listed = await call('list_dir', { path: folder })
  return `${listed}\n${await call('search_files', { pattern: 'canary', path: folder })}`
}

async function play(
  home: EscapeHome,
  call: Call,
  traps: Readonly<Record<string, Trap>>,
  told: (name: string, hole: string | undefined) => void,
  tally = new EscapeTally('links'),
): Promise<void> {
  for (const [name, trap] of Object.entries(traps)) {
    // What stands behind the colon is only where it leads: one trick.
    const [trick = name] = name.split(':')
    for (const [position, { at, paths }] of Object.entries(positions)) {
      const path = join(home.workspace, at)
      trap(home, path)
      home.changed() // A hard link changes nothing but the count of names.
      const before = fs.lstatSync(path)
      const said: string[] = []
      for (const entry of fileEntries) {
        for (const each of paths) said.push(await entry.attempt(call, each))
        tally.count(trick, position, entry.name, paths.length)
      }
      said.push(await fromAbove(call, join(at, '..')))
      tally.count(trick, position, 'list_dir of the folder above')
      tally.count(trick, position, 'search_files in the folder above')
      const after = fs.lstatSync(path, { throwIfNoEntry: false })
      const stolen = home.stolen(said.join('\n'))
      const isKept = after?.ino === before.ino && after.mode === before.mode
      told(
        `${name}, ${position}`,
        stolen.length > 0
          ? `gave away ${stolen.join(' ')}`
          : home.changed()
            ? 'changed what is outside'
            : isKept || before.isFile()
              ? undefined
              : 'was replaced',
      )
      clear(path)
    }
  }
}

function clear(path: string): void {
  for (const each of fs.readdirSync(join(path, '..')).filter((name) => name.startsWith('trap'))) {
    fs.rmSync(join(path, '..', each), { recursive: true, force: true })
  }
}

function closing(t: Test): void {
  t.teardown(() => {
    for (const number of opened.values()) fs.closeSync(number)
    opened.clear()
  })
}

void t.test('nothing that stands in the workspace leads a file tool out of it', slow, async (t) => {
  const home = createEscapeHome(t)
  closing(t)
  const { call } = await toolsOn(home.workspace)
  const tally = new EscapeTally('links, hard links, pipes, sockets and devices')
  const traps = { ...prefixed('(folder) ', folderLinks), ...prefixed('(file) ', fileTraps) }
  await play(home, call, traps, (name, hole) => t.equal(hole, undefined, name), tally)
  tally.atLeast(t, 1_500)
})

const prefixed = (before: string, traps: Readonly<Record<string, Trap>>): Readonly<Record<string, Trap>> =>
  Object.fromEntries(Object.entries(traps).map(([name, trap]) => [before + name, trap]))

void t.test('a socket in the workspace is neither opened nor replaced', async (t) => {
  const home = createEscapeHome(t)
  const { call } = await toolsOn(home.workspace)
  const tally = new EscapeTally('sockets')
  // A path of a socket is short.
  const listener = spawn(
    '/usr/bin/perl',
    [
      '-MIO::Socket::UNIX',
      '-e',
      'IO::Socket::UNIX->new(Local => "trap", Listen => 1); print "x"; $| = 1; print "x"; sleep 60',
    ],
    {
      cwd: home.workspace,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  t.teardown(() => listener.kill('SIGKILL'))
  await new Promise((resolve) => listener.stdout.once('data', resolve))
  for (const entry of fileEntries) {
    for (const path of ['trap', 'trap/x', 'trap/']) {
      tally.count('a socket', path, entry.name)
      t.match(await entry.attempt(call, path), /^(?:path_refused|file): |does not stand in/, `${entry.name} ${path}`)
    }
  }
  t.ok(fs.lstatSync(join(home.workspace, 'trap')).isSocket())
  tally.atLeast(t, 18)
})

void t.test('without the refusal of links, and of second names, this class gets through', slow, async (t) => {
  const inside = ['guard/confined-folder.ts', 'if (real !== this.#root && ', 'if (real === this.#root && '] as const
  const follow = [
    'guard/confined-folder.ts',
    'this.#at(name), O_PATH | O_NOFOLLOW)',
    'this.#at(name), O_PATH)',
  ] as const
  const lookBehind = [
    'guard/confined-folder.ts',
    'promises.lstat(this.#at(name)).catch',
    'promises.stat(this.#at(name)).catch',
  ] as const
  const rows = [
    { traps: { 'a folder': folderLinks['a link to it by its whole path'] }, mutations: [follow, inside] },
    { traps: { 'a file': fileTraps['a link to it by its whole path'] }, mutations: [follow, lookBehind, inside] },
    {
      traps: { 'a second name': fileTraps['a hard link: to a file outside'] },
      mutations: [['guard/confined-folder.ts', 'if (now.nlink > 1) {', 'if (now.nlink > 9) {'] as const],
    },
  ]
  for (const { traps, mutations } of rows) {
    const home = createEscapeHome(t)
    const call = await mutantTools(t, home.workspace, mutations)
    const holes: string[] = []
    for (const [name, trap] of Object.entries(traps)) {
      if (trap === undefined) throw new Error(`no trap ${name}`)
      await play(home, call, { [name]: trap }, (_, hole) => void (hole === undefined || holes.push(hole)))
    }
    t.match(holes.join('\n'), /gave away/, Object.keys(traps).join())
  }
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
