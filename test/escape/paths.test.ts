import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import * as v from 'valibot'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { fileEntries } from '../support/escape-file-tools.ts'
import { createEscapeHome, type EscapeHome, targets } from '../support/escape-home.ts'
import { type Call, toolsOn } from '../support/file-tools.ts'
import { mutantTools } from '../support/mutant-source.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }
const tally = new EscapeTally('paths as a model writes them')

interface Place {
  /** From the workspace's root, as `../state/journal.jsonl`. */
  readonly up: string
  readonly absolute: string
  readonly root: string
  /** Of an open file outside, and of an open folder outside. */
  readonly file: number
  readonly folder: number
}

type Spelling = (place: Place) => unknown

const again = (text: string, times: number): string => text.repeat(times)
const dots =
  (text: string): Spelling =>
  (place) =>
    place.up.replace('..', text)
const slash =
  (text: string): Spelling =>
  (place) =>
    place.up.replace('/', text)

/** Tricks, the mechanisms of each, and how each is spelled. */
const tricks: Readonly<Record<string, Readonly<Record<string, Spelling>>>> = {
  'a parent folder': {
    'at the start': ({ up }) => up,
    'behind ./': ({ up }) => `./${up}`,
    'behind a folder': ({ up }) => `notes/../${up}`,
    'behind two folders': ({ up }) => `notes/deep/../../${up}`,
    'behind a missing folder': ({ up }) => `none/../${up}`,
    'behind a file': ({ up }) => `plain.md/../${up}`,
    'behind doubled slashes': ({ up }) => up.replaceAll('/', '//'),
    'with dots between': ({ up }) => up.replaceAll('/', '/./'),
    'past the top': ({ absolute }) => `${again('../', 40)}${absolute.slice(1)}`,
    'at the end': ({ up }) => `${up}/x/..`,
    'with a slash at the end': ({ up }) => `${up}/`,
    'with a dot at the end': ({ up }) => `${up}/.`,
    'with a parent at the end': ({ up }) => `${up}/x/../.`,
    'a hundred times down and up': ({ up }) => `${again('notes/../', 100)}${up}`,
    'behind the root': ({ up, root }) => `${root}/${up}`,
    'behind the root and a folder': ({ up, root }) => `${root}/notes/../${up}`,
    'behind the root twice': ({ up, root }) => `${root}${root}/${again('../', 20)}${up}`,
  },
  'an absolute path': {
    plain: ({ absolute }) => absolute,
    'with two slashes': ({ absolute }) => `/${absolute}`,
    'with three slashes': ({ absolute }) => `//${absolute}`,
    'behind /.': ({ absolute }) => `/.${absolute}`,
    'behind /..': ({ absolute }) => `/..${absolute}`,
    'beginning as the root does': ({ root }) => `${root}-evil/file.md`,
    'beginning as the root does, and up': ({ root, up }) => `${root}-evil/../workspace/${up}`,
    'the folder above': ({ root }) => join(root, '..'),
    'the root of the host': () => '/',
    'of the host': () => '/etc/shadow',
  },
  'another name of the process': {
    'cwd in /proc': ({ up }) => `/proc/self/cwd/${up}`,
    'root in /proc': ({ absolute }) => `/proc/self/root${absolute}`,
    'root of this process by number': ({ absolute }) => `/proc/${process.pid}/root${absolute}`,
    'root of the first process': ({ absolute }) => `/proc/1/root${absolute}`,
    'root of a thread': ({ absolute }) => `/proc/thread-self/root${absolute}`,
    'an open file': ({ file }) => `/proc/self/fd/${file}`,
    'an open folder': ({ folder }) => `/proc/self/fd/${folder}/shadow`,
    'an open file in /dev': ({ file }) => `/dev/fd/${file}`,
    'an open folder in /dev': ({ folder }) => `/dev/fd/${folder}/shadow`,
    'stdin in /dev': () => '/dev/stdin',
    'the environment': () => '/proc/self/environ',
    'the memory': () => '/proc/self/mem',
    'without its slash': ({ absolute }) => `proc/self/root${absolute}`,
    'behind the root': ({ root, absolute }) => `${root}/proc/self/root${absolute}`,
    'behind parents': ({ absolute }) => `${again('../', 40)}proc/self/root${absolute}`,
  },
  'a null byte': {
    'before a parent': ({ up }) => `\0${up}`,
    'behind a good name': ({ up }) => `plain.md\0/../${up}`,
    'at the end': ({ up }) => `${up}\0.md`,
    'between the dots': dots('.\0.'),
    'in place of the slash': slash('\0'),
  },
  'a long path': {
    'of parents': ({ absolute }) => `${again('../', 2_000)}${absolute.slice(1)}`,
    'of dots': ({ up }) => `${again('./', 400)}${up}`,
    'just within the bound': ({ up }) => `${again('./', 490)}${up}`.slice(-1_024),
    'of folders': ({ up }) => `${again('a/', 500)}${again('../', 500)}${up}`,
    'with a name of 300': ({ up }) => `${again('a', 300)}/../${up}`,
    'with a name of 255 and one behind': ({ up }) => `${again('a', 255)}/../${up}`,
    'with a name of 86 letters of three bytes': ({ up }) => `${again('€', 86)}/../${up}`,
  },
  'letters that look like dots': {
    'wide dots': dots('．．'),
    'one dot leaders': dots('․․'),
    'a two dot leader': dots('‥'),
    'three dots': dots('...'),
    'dots with accents': dots('.\u0307.'),
    'a width of none between': dots('.\u200b.'),
    'a joiner between': dots('.\u200d.'),
    'a mark of byte order before': dots('\ufeff..'),
    'a soft hyphen between': dots('.\u00ad.'),
    'turned around': dots('\u202e..'),
    'an isolate around': dots('\u2066..\u2069'),
    'half of a letter before': dots('\ud800..'),
    'a blank behind': dots('.. '),
    'a blank before': dots(' ..'),
    'a tab behind': dots('..\t'),
    'a line end before': dots('\n..'),
    'a line separator before': dots('\u2028..'),
    'an escape before': dots('\u001b[2K..'),
  },
  'letters that look like a slash': {
    wide: slash('／'),
    'of divisions': slash('∕'),
    'of fractions': slash('⁄'),
    'a backslash': slash('\\'),
    'an escaped one': slash('\\/'),
    combining: slash('\u0338/'),
  },
  'an encoding': {
    'percent dots': dots('%2e%2e'),
    'percent slash': slash('%2f'),
    'percent twice': dots('%252e%252e'),
    'percent, too long': dots('%c0%ae%c0%ae'),
    'percent null': ({ up }) => `${up}%00.md`,
    'percent u': dots('%u002e%u002e'),
    'escapes of JSON in text': dots(String.raw`\u002e\u002e`),
    'escapes in hex': dots(String.raw`\x2e\x2e`),
    'entities of HTML': dots('&#46;&#46;'),
    'UTF-7': dots('+AC4-+AC4-'),
    base64: ({ up }) => Buffer.from(up).toString('base64'),
    'a URL of a file': ({ absolute }) => `file://${absolute}`,
    'a URL without slashes': ({ up }) => `file:${up}`,
  },
  'what a shell would make a path of': {
    'a home': ({ up }) => `~/${up}`,
    'a home alone': () => '~',
    'a home of somebody': () => '~root/.ssh/id_ed25519',
    'the folder before': ({ up }) => `~-/${up}`,
    'a variable': ({ up }) => `$HOME/${up}`,
    'a variable in braces': ({ up }) => `\${PWD}/${up}`,
    'a command': ({ absolute }) => `$(echo ${absolute})`,
    quotes: ({ up }) => `'${up}'`,
    'a star': ({ up }) => up.replace(/[^/]+$/, '*'),
    'a choice': ({ up }) => up.replace('..', '{..,.}'),
    'a letter in brackets': dots('[.][.]'),
    'an option': ({ absolute }) => `--file=${absolute}`,
    'a command to follow': ({ absolute }) => `plain.md; cat ${absolute}`,
  },
  'a path of another system': {
    'a drive': ({ up }) => `C:/${up}`,
    'a share': ({ absolute }) => `\\\\localhost${absolute.replaceAll('/', '\\')}`,
    'a device of Windows': ({ absolute }) => `\\\\?\\${absolute}`,
    'a stream': ({ up }) => `${up}::$DATA`,
    'a dot at the end': ({ up }) => `${up}.`,
    'backslashes alone': ({ up }) => up.replaceAll('/', '\\'),
  },
  'no text': {
    'a list': ({ up }) => [up],
    'a list in a list': ({ up }) => [[up]],
    'an object': ({ up }) => ({ path: up }),
    bytes: ({ up }) => Buffer.from(up),
    'a URL': ({ absolute }) => new URL(`file://${absolute}`),
    'a number of an open file': ({ file }) => file,
    nothing: () => null,
    yes: () => true,
  },
}

async function placesOf(home: EscapeHome): Promise<{ places: readonly Place[]; close: () => void }> {
  const file = fs.openSync(join(home.folder, 'outside/shadow'), 'r')
  const folder = fs.openSync(join(home.folder, 'outside'), 'r')
  const root = (await openWorkspace({ root: home.workspace })).root
  const places = [...targets, '../above.txt', 'outside/folder', 'new.md'].map((target) => ({
    up: `../${target}`,
    absolute: join(home.folder, target),
    root,
    file,
    folder,
  }))
  return { places, close: () => [file, folder].forEach((each) => fs.closeSync(each)) }
}

/** As the registry: what does not fit the schema never runs. */
async function attempted(work: Promise<string>): Promise<string> {
  try {
    return await work
  } catch (error) {
    if (v.isValiError(error)) return 'bad_call'
    throw error
  }
}

let turn = 0

/** A file with a secret, each in its turn; a folder with one in a name; and a file that is not there. */
function aimsOf(places: readonly Place[]): readonly Place[] {
  const files = places.slice(0, -2)
  return [files[turn++ % files.length], ...places.slice(-2)].filter((place) => place !== undefined)
}

/** Tells of each trick what gave a secret away or changed something outside. */
async function play(
  home: EscapeHome,
  call: Call,
  told: (trick: string, holes: readonly string[]) => void,
): Promise<void> {
  const { places, close } = await placesOf(home)
  for (const [trick, mechanisms] of Object.entries(tricks)) {
    const holes: string[] = []
    for (const [mechanism, spell] of Object.entries(mechanisms)) {
      const aims = aimsOf(places)
      for (const entry of fileEntries) {
        const said: string[] = []
        for (const place of aims) said.push(await attempted(entry.attempt(call, spell(place))))
        tally.count(trick, mechanism, entry.name, aims.length)
        if (home.stolen(said.join('\n')).length > 0) holes.push(`${mechanism}: ${entry.name} gave a secret away`)
      }
      if (home.changed()) holes.push(`${mechanism}: something outside was changed`)
    }
    told(trick, holes)
  }
  close()
}

void t.test('no spelling of a path leads a file tool out of the workspace', slow, async (t) => {
  const home = createEscapeHome(t)
  const { call } = await toolsOn(home.workspace)
  await play(home, call, (trick, holes) => t.same(holes, [], `${trick} leads nowhere`))
  tally.atLeast(t, 700)
})

void t.test('no look-alike of a file that steers later turns passes for an ordinary one', async (t) => {
  const tally = new EscapeTally('look-alikes of files that steer')
  const home = createEscapeHome(t)
  const { toolNamed } = await toolsOn(home.workspace)
  const steering = ['AGENTS.md', 'SOUL.md', 'USER.md', 'MEMORY.md', 'HEARTBEAT.md', 'skills/a/SKILL.md', 'skills']
  const disguises: Readonly<Record<string, (name: string) => string>> = {
    'as it is': (name) => name,
    capitals: (name) => name.toUpperCase(),
    'small letters': (name) => name.toLowerCase(),
    'wide letters': (name) =>
      name.replace(/[AU]/i, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
    'a long s': (name) => name.replace(/s/i, 'ſ'),
    'a sign of Kelvin': (name) => name.replace(/k/i, '\u212a'),
    'a mathematical letter': (name) =>
      name.replace(/[aei]/i, (letter) => ({ a: '𝐚', e: '𝐞', i: '𝐢' })[letter.toLowerCase()] ?? letter),
    'a width of none inside': (name) => `${name.slice(0, 2)}\u200b${name.slice(2)}`,
    'a joiner inside': (name) => `${name.slice(0, 2)}\u2060${name.slice(2)}`,
    'a selector of variants inside': (name) => `${name.slice(0, 1)}\ufe0f${name.slice(1)}`,
    'a mark of byte order before': (name) => `\ufeff${name}`,
    'a dot behind': (name) => name.replace(/^[^/]+/, '$&.'),
    'blanks behind': (name) => name.replace(/^[^/]+/, '$&  '),
    'behind ./': (name) => `./${name}`,
    'behind a folder and up': (name) => `notes/../${name}`,
    'behind the root': (name) => join(home.workspace, name),
    'behind doubled slashes': (name) => `.//${name.replace('/', '//')}`,
    'behind up and down': (name) => `none/x/../../${name}`,
  }
  for (const [disguise, spell] of Object.entries(disguises)) {
    for (const name of steering) {
      for (const tool of ['write_file', 'edit_file', 'append_file']) {
        tally.count('a file that steers', `${disguise} of ${name.includes('/') ? 'skills' : name}`, tool)
        t.ok(toolNamed(tool).acts({ path: spell(name) }), `${tool}: ${disguise} of ${name}`)
      }
    }
  }
  tally.atLeast(t, 300)
})

void t.test('without the checks of parents and roots this class gets through', async (t) => {
  const home = createEscapeHome(t)
  const call = await mutantTools(t, home.workspace, [
    [
      'guard/paths.ts',
      "if (names.pop() === undefined) throw refusal(path, 'it leaves the workspace')",
      'names.push(name)',
    ],
    ['guard/paths.ts', "throw refusal(path, 'it is outside the workspace')", "return '../'.repeat(40) + path"],
    // The look at where an opened thing stands holds too, alone.
    ['guard/confined-folder.ts', 'if (real !== this.#root && ', 'if (real === this.#root && '],
  ])
  for (const path of ['../state/journal.jsonl', join(home.folder, 'state/journal.jsonl')]) {
    t.same(home.stolen(await call('read_file', { path })), [home.canaries.get('state/journal.jsonl')])
  }
  await call('write_file', { path: '../state/journal.jsonl', content: 'evil' })
  t.ok(home.changed())
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
