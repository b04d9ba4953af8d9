import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { fileEntries } from '../support/escape-file-tools.ts'
import { createEscapeHome } from '../support/escape-home.ts'
import { createEscapeShell } from '../support/escape-shell.ts'
import { toolsOn } from '../support/file-tools.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }

/** What a command leaves for the daemon to walk into: made inside, met outside. `H` is the home on the host. */
const plants: Readonly<Record<string, string>> = {
  'a link to a secret': 'ln -s H/state/journal.jsonl trap',
  'a link up': 'ln -s ../state/journal.jsonl trap',
  'a link to a folder': 'ln -s H/outside trap',
  'a link to the root': 'ln -s / trap',
  'a link to nothing': 'ln -s H/outside/new.md trap',
  'a link to the process': 'ln -s /proc/self/environ trap',
  'a link to its root': 'ln -s /proc/self/root trap',
  'a link to its folder': 'ln -s /proc/self/cwd/../outside trap',
  'a link to an open file': 'ln -s /proc/self/fd/20 trap',
  'a link to a device': 'ln -s /dev/zero trap',
  'a link to stdin': 'ln -s /dev/stdin trap',
  'a link to itself': 'ln -s trap trap',
  'a chain of links':
    'for i in $(seq 50); do ln -s trap.$((i+1)) trap.$i; done; ln -s H/outside trap.51; ln -s trap.1 trap',
  'a second name of a file inside': 'echo canary >trap.one; ln trap.one trap',
  'a second name of a program': 'ln /usr/bin/env trap || ln -s /usr/bin/env trap',
  'a pipe': 'mkfifo trap',
  'a socket': `perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "trap", Listen => 1)'`,
  'a name that was wiped out': `perl -e 'syscall(133, "trap", 020000, 0)' || true; [ -e trap ] || mkfifo trap`,
  'a file of a quarter of a gigabyte': 'truncate -s 256M trap',
  'bytes that are no text': 'head -c 100000 /dev/urandom >trap',
  'a line of a megabyte': 'yes a | tr -d "\\n" | head -c 1040000 >trap',
  'a file that nobody may read': 'echo x >trap; chmod 0 trap',
  'a program with rights': `cp /bin/true trap; perl -e 'chmod 04755, "trap"'`,
  'a folder of many names': 'mkdir trap; cd trap; seq 600 | xargs touch',
  'a deep folder': 'mkdir trap; cd trap; for i in $(seq 60); do mkdir d; cd d; done; ln -s H/outside out',
  'names of many lines': `mkdir trap; cd trap; touch "$(printf 'a\\nb.md 1 B\\nc')" "$(printf 'x\\033[2Jy')" "$(printf 'r\\342\\200\\256dm')"`,
  'names that are no text': `mkdir trap; cd trap; touch "$(printf 'a\\377b')" "$(printf '\\300\\256')" && ln -s H/outside "$(printf 'l\\377')"`,
  'names like paths': `mkdir trap; cd trap; touch '..\\state' '-rf' '~' '$HOME' '..' '...' ; mkdir 'a b'; ln -s H/state '.. '`,
  'an unfinished write':
    'mkdir trap; ln -s H/outside/shadow trap/.pincer-new-000000000000; ln -s H/outside/shadow .pincer-new-111111111111; ',
  'a link in the place of results': 'rm -rf .tool-results; ln -s H/outside .tool-results; ln -s .tool-results trap',
}

void t.test('what a command leaves in the workspace leads no file tool out of it', slow, async (t) => {
  const tally = new EscapeTally('left by a command for the daemon')
  const home = createEscapeHome(t)
  const shell = await createEscapeShell(home.workspace)
  const { call } = await toolsOn(home.workspace)
  const paths = [
    'trap',
    'trap/',
    'trap/shadow',
    'trap/new.md',
    'trap/a',
    'trap/out/shadow',
    'trap/.pincer-new-000000000000',
  ]
  for (const [plant, command] of Object.entries(plants)) {
    const made = await shell.run(`${command.replaceAll('H/', `${home.folder}/`)}\nls -d /workspace/trap`)
    t.match(made, '/workspace/trap', `${plant} is there`)
    const said: string[] = []
    for (const entry of fileEntries) {
      for (const path of paths) said.push(await entry.attempt(call, path))
      tally.count(plant, 'as a path', entry.name, paths.length)
    }
    for (const entry of fileEntries.filter(({ wants }) => wants !== 'file')) {
      said.push(await entry.attempt(call, '.'))
      tally.count(plant, 'from above', entry.name)
    }
    const text = said.join('\n')
    t.same(home.stolen(text), [], plant)
    // Not one line more than it is, and nothing that a terminal would obey.
    // eslint-disable-next-line no-control-regex
    t.notMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f\u202e]|^b\.md 1 B/m, plant)
    t.notOk(home.changed(), `${plant}: nothing outside has changed`)
    fs.chmodSync(home.workspace, 0o700)
    for (const name of fs
      .readdirSync(home.workspace)
      .filter((each) => /^(?:trap|\.tool-results|\.pincer-new)/.test(each))) {
      fs.rmSync(join(home.workspace, name), { recursive: true, force: true })
    }
  }
  tally.atLeast(t, 200)
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
