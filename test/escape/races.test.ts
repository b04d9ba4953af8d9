import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { type FileEntry, fileEntries } from '../support/escape-file-tools.ts'
import { createEscapeHome, type EscapeHome } from '../support/escape-home.ts'
import { type Call, toolsOn } from '../support/file-tools.ts'
import { mutantTools } from '../support/mutant-source.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }

/** Exchanges two names in one step (renameat2) until it is ended; a little slower than it could, so that others run too. */
const swapper = `
  my ($number, $one, $other) = @ARGV;
  $| = 1; print "x";
  my $parent = getppid;
  while (getppid == $parent) { syscall($number + 0, -100, $one, -100, $other, 2); select(undef, undef, undef, 0.0001) }`

const renameat2 = arch() === 'x64' ? '316' : '276'

async function swapping(t: Test, one: string, other: string): Promise<() => Promise<void>> {
  const child = spawn('/usr/bin/perl', ['-e', swapper, renameat2, one, other], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return async () => {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}

interface Race {
  /** In the workspace: what stands there by right, and what takes its place. */
  readonly right: string
  readonly wrong: (home: EscapeHome, at: string) => void
  /** Paths through the name, for tools that want a file and a folder. */
  readonly file: string
  readonly folder: string
}

const link =
  (target: (home: EscapeHome) => string): Race['wrong'] =>
  (home, at) =>
    fs.symlinkSync(target(home), at)

const races: Readonly<Record<string, Race>> = {
  'a folder for a link to one outside': {
    right: 'folder',
    wrong: link((home) => join(home.folder, 'outside')),
    file: 'folder/shadow',
    folder: 'folder',
  },
  'a folder on the way for a link to one outside': {
    right: 'notes/deep',
    wrong: link((home) => join(home.folder, 'outside/folder')),
    file: 'notes/deep/b.md',
    folder: 'notes/deep/er',
  },
  'a folder for a link to state/': {
    right: 'folder',
    wrong: link(() => '../state'),
    file: 'folder/journal.jsonl',
    folder: 'folder/sessions',
  },
  'a folder for a link to the folder above': {
    right: 'notes',
    wrong: link(() => '..'),
    file: 'notes/.env',
    folder: 'notes/state',
  },
  'a file for a link to one outside': {
    right: 'plain.md',
    wrong: link((home) => join(home.folder, 'outside/shadow')),
    file: 'plain.md',
    folder: '.',
  },
  'a file for a link to an open file': {
    right: 'plain.md',
    wrong: link(() => '/proc/self/environ'),
    file: 'plain.md',
    folder: '.',
  },
  'a file for a second name of one outside': {
    right: 'plain.md',
    wrong: (home, at) => fs.linkSync(join(home.folder, 'outside/shadow'), at),
    file: 'plain.md',
    folder: '.',
  },
  'a file for a link to nothing outside': {
    right: 'plain.md',
    wrong: link((home) => join(home.folder, 'outside/new.md')),
    file: 'plain.md',
    folder: '.',
  },
  'a folder for a file': {
    right: 'folder',
    wrong: (_home, at) => fs.writeFileSync(at, 'inside'),
    file: 'folder/shadow',
    folder: 'folder',
  },
}

const roundsMin = 16
const roundsMax = 80

/** Calls until two different answers were seen, so that the race was really run; or to the bound. */
async function run(
  call: Call,
  entry: FileEntry,
  race: Race,
): Promise<{ readonly said: string; readonly kinds: number }> {
  const path = entry.wants === 'file' ? race.file : race.folder
  const said = new Set<string>()
  const kinds = new Set<string>()
  for (let round = 0; round < roundsMin || (round < roundsMax && kinds.size < 2); round++) {
    const answer = await entry.attempt(call, path)
    said.add(answer)
    kinds.add(answer.slice(0, 12))
  }
  return { said: [...said].join('\n'), kinds: kinds.size }
}

void t.test('whatever is exchanged while a file tool runs, it stays in the workspace', slow, async (t) => {
  const tally = new EscapeTally('races')
  let bothSeen = 0
  for (const [name, race] of Object.entries(races)) {
    const home = createEscapeHome(t)
    const { call } = await toolsOn(home.workspace)
    race.wrong(home, join(home.workspace, '.other'))
    home.changed() // A second name changes the count of names.
    const stop = await swapping(t, join(home.workspace, race.right), join(home.workspace, '.other'))
    const runs = await Promise.all(fileEntries.map((entry) => run(call, entry, race)))
    await stop()
    for (const [index, { said, kinds }] of runs.entries()) {
      const entry = fileEntries[index]?.name ?? ''
      tally.count(name, 'exchange in one step', entry, roundsMin)
      if (kinds > 1) bothSeen++
      t.same(home.stolen(said), [], `${name}: ${entry}`)
      t.notMatch(said, 'PATH=', `${name}: ${entry}`)
    }
    t.notOk(home.changed(), `${name}: nothing outside has changed`)
  }
  t.ok(bothSeen > 15, `both sides were seen in ${bothSeen} races`)
  tally.atLeast(t, 54)
})

void t.test('where a path is checked first and opened afterwards, this class gets through', slow, async (t) => {
  const home = createEscapeHome(t)
  const call = await mutantTools(t, home.workspace, [
    // The check stays, by lstat; what is opened then is whatever stands there by then.
    [
      'guard/confined-folder.ts',
      'const handle = await fs.promises.open(this.#at(name), O_PATH | O_NOFOLLOW)',
      `if ((await fs.promises.lstat(this.#at(name))).isSymbolicLink()) throw new PincerError('path_refused', 'a link')
      const handle = await fs.promises.open(this.#at(name), O_PATH)`,
    ],
    ['guard/confined-folder.ts', 'if (real !== this.#root && ', 'if (real === this.#root && '],
  ])
  const race = races['a folder for a link to one outside']
  const [read] = fileEntries
  if (race === undefined || read === undefined) throw new Error('no such race')
  race.wrong(home, join(home.workspace, '.other'))
  const stop = await swapping(t, join(home.workspace, race.right), join(home.workspace, '.other'))
  let stolen: readonly string[] = []
  for (let round = 0; round < 20_000 && stolen.length === 0; round++) {
    stolen = home.stolen(await read.attempt(call, race.file))
  }
  await stop()
  t.equal(stolen.length, 1)
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
