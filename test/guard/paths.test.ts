import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { showPath, steersTurns, unfinishedPrefix, validatePath } from '../../src/guard/paths.ts'

/**
 * What the text of a path tells; links, devices and races are in workspace-attacks.test.ts. Each guard was taken out
 * once and the named test seen to fail:
 *   leaving by ..            names.pop() === undefined     "a path that climbs out by .. is refused"
 *   absolute paths           relativeTo                    "an absolute path is refused unless it is spelt ..."
 *   home folders             startsWith('~')               "a path that begins with ~ is refused"
 *   null bytes               includes('\0')                "a null byte is refused by name"
 *   control characters       unreadable                    "control characters and reversed reading order are refused"
 *   broken Unicode           isWellFormed                  "half of a surrogate pair is refused"
 *   over-long paths, names   pathCharsMax, pathNameBytes   "over-long paths and names are refused"
 *   empty path               path === ''                   "the empty path is refused"
 *   unfinished writes        unfinishedPrefix              "names of unfinished writes are refused"
 *   look-alike names         fold                          "a file that steers later turns is known in every spelling ..."
 */

const roots = ['/home/pi/.pincer/workspace', '/srv/board']

function names(path: string): readonly string[] {
  return validatePath(path, roots).names
}

function refusalOf(path: string): string {
  try {
    validatePath(path, roots)
  } catch (error) {
    if (isPincerError(error) && error.code === 'path_refused') return error.message
    throw error
  }
  return `accepted: ${path}`
}

void t.test('ordinary paths are split into names', async (t) => {
  t.same(names('notes/today.md'), ['notes', 'today.md'])
  t.same(names('./notes//today.md'), ['notes', 'today.md'])
  t.same(names('notes/../today.md'), ['today.md'])
  t.same(names('.'), [])
  t.same(names('notes/2026/..'), ['notes'])
  t.equal(validatePath('a/./b/', roots).text, 'a/b')
  t.equal(validatePath('a/b/', roots).endsWithSlash, true)
  t.equal(validatePath('a/b', roots).endsWithSlash, false)
  t.equal(validatePath('a/..', roots).text, '.')
})

void t.test('a path that climbs out by .. is refused, with the reason and what would be right', async (t) => {
  t.equal(
    refusalOf('notes/../../state'),
    'notes/../../state is refused: it leaves the workspace. Paths are relative to the workspace, for example notes/today.md.',
  )
  for (const path of [
    '..',
    '../',
    '../state/sessions',
    '../pincer.yaml',
    './../.env',
    'a/../../workspace/../pincer.yaml',
    'a/b/../../../x',
    '..//..//etc/passwd',
    '.././.././etc/passwd',
    'a/..//../x',
  ]) {
    t.match(refusalOf(path), /leaves the workspace/, path)
  }
})

void t.test('a path as a command shows it is the same file, and escapes no more than any other', (t) => {
  t.same(names('/workspace/notes/a.md'), ['notes', 'a.md'])
  t.same(names('/workspace'), [])
  t.same(names('/workspace/'), [])
  t.same(names('/workspace//a/./b/../c'), ['a', 'c'])
  t.ok(steersTurns(validatePath('/workspace/skills/x/SKILL.md', roots)))
  t.ok(steersTurns(validatePath('/workspace/notes/../AGENTS.md', roots)))
  t.same(validatePath('/workspace/pi/a', ['/workspace/pi']).names, ['a'], 'a real root of that name comes first')
  for (const path of ['/workspace/..', '/workspace/../etc/passwd', '/workspace/a/../../state/audit.jsonl']) {
    t.match(refusalOf(path), /leaves the workspace/, path)
  }
  for (const path of [
    '/workspaces/a',
    '/workspace.old/a',
    '/Workspace/a',
    '//workspace/a',
    '/./workspace/a',
    '/etc/../workspace/a',
  ]) {
    t.match(refusalOf(path), /outside the workspace/, path)
  }
  t.match(refusalOf(`/workspace/${unfinishedPrefix}x`), /unfinished writes/)
  t.end()
})

void t.test('an absolute path is refused unless it is spelt from the workspace and stays there', async (t) => {
  t.same(names('/srv/board/notes/a.md'), ['notes', 'a.md'])
  t.same(names('/srv/board'), [])
  t.same(names('/srv/board/'), [])
  for (const path of [
    '/etc/passwd',
    '/',
    '//srv/board/x',
    '/srv/boards/x',
    '/srv/board.old/x',
    '/srv/./board/x',
    '/proc/self/environ',
    '/proc/self/cwd/x',
    '/dev/fd/3',
    '/dev/zero',
    '/home/pi/.pincer/state/journal',
    '/SRV/BOARD/x',
  ]) {
    t.match(refusalOf(path), /outside the workspace/, path)
  }
  t.match(refusalOf('/srv/board/../../etc/passwd'), /leaves the workspace/)
})

void t.test('a path that begins with ~ is refused', async (t) => {
  for (const path of ['~', '~/.ssh/id_ed25519', '~root/x', '~pi']) t.match(refusalOf(path), /home folders/, path)
  t.same(names('notes.md~'), ['notes.md~'], 'an editor backup is an ordinary name')
})

void t.test('a null byte is refused by name', async (t) => {
  for (const path of ['a\0', '\0', 'notes.md\0.txt', '../\0']) t.match(refusalOf(path), /null byte/)
  t.match(refusalOf('a\0b'), /^a\\u\{0\}b is refused/, 'and shown, not printed')
})

void t.test('control characters and reversed reading order are refused', async (t) => {
  for (const path of [
    'a\nb',
    'a\rb',
    'a\tb',
    '\u001b[2J',
    'a\u007f',
    'a\u0085b',
    'a\u2028b',
    'a\u202Egnp.exe',
    'a\u2066b',
  ]) {
    t.match(refusalOf(path), /control characters/, encodeURI(path))
  }
  t.notMatch(refusalOf('a\nerror forged'), /\n/, 'a refusal stays one line')
})

void t.test('half of a surrogate pair is refused, for it would be written as another name', async (t) => {
  t.match(refusalOf('a\ud800'), /not valid Unicode/)
  t.match(refusalOf('\udc00/b'), /not valid Unicode/)
  t.same(names('📓/a.md'), ['📓', 'a.md'])
})

void t.test('over-long paths and names are refused', async (t) => {
  t.match(refusalOf('a/'.repeat(513)), /longer than 1024 characters/)
  t.match(refusalOf('a'.repeat(256)), /longer than 255 bytes/)
  t.match(refusalOf('ä'.repeat(128)), /longer than 255 bytes/, 'bytes, not characters')
  t.same(names('a'.repeat(255)), ['a'.repeat(255)])
  t.ok(refusalOf('x'.repeat(5000)).length < 300, 'the refusal itself is short')
})

void t.test('the empty path is refused', async (t) => {
  t.match(refusalOf(''), /it is empty/)
})

void t.test('names of unfinished writes are refused', async (t) => {
  t.match(refusalOf('notes/.pincer-new-0011'), /unfinished writes/)
  t.same(names('.pincer-newer'), ['.pincer-newer'])
})

void t.test('encodings of .. and / mean nothing: they are ordinary names and stay inside', async (t) => {
  for (const path of [
    '..\\..\\etc\\passwd',
    '%2e%2e%2fetc%2fpasswd',
    '..%c0%afetc',
    '..%252f..%252fetc',
    '\uFF0E\uFF0E\uFF0Fetc',
    '. .',
    '.. ',
    ' ..',
    '...',
    '....',
    'C:\\windows',
    '\\\\server\\share',
    'file:',
    '$HOME',
    '`id`',
    '*',
    ' ',
    '\u2215etc',
    'a:stream',
    '-rf',
  ]) {
    t.same(names(path), [path], path)
  }
})

void t.test('ten thousand paths made of hostile pieces are refused or stay inside', async (t) => {
  const pieces = [
    '..',
    '.',
    '/',
    '//',
    'a',
    '~',
    '\\',
    '%2e',
    '\0',
    '\n',
    ' ',
    'state',
    '..\\',
    '...',
    'é',
    '/srv/board',
    'proc',
  ]
  let seed = 1
  const pick = (count: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % count
  }
  let accepted = 0
  for (let round = 0; round < 10_000; round++) {
    const path = Array.from({ length: 1 + pick(9) }, () => pieces[pick(pieces.length)]).join('')
    let found: readonly string[]
    try {
      found = names(path)
    } catch (error) {
      if (!isPincerError(error)) throw error
      continue
    }
    accepted++
    const bad = found.filter((name) => name === '' || name === '.' || name === '..' || /[/\0\n]/.test(name))
    if (bad.length > 0) t.fail(`${JSON.stringify(path)} gave ${JSON.stringify(found)}`)
  }
  t.ok(accepted > 500, 'and not all are refused')
})

void t.test('a file that steers later turns is known in every spelling that a card could fold', async (t) => {
  for (const path of [
    'AGENTS.md',
    'SOUL.md',
    'USER.md',
    'MEMORY.md',
    'HEARTBEAT.md',
    'agents.MD',
    './notes/../MEMORY.md',
    '/srv/board/USER.md',
    'AGENTS.md.',
    'AGENTS.md ',
    '\u017Foul.md',
    'AGENTS\u200B.md',
    'ＡＧＥＮＴＳ.md',
    'skills/journal/SKILL.md',
    'Skills/x',
    'SKILLS/a/b/c.txt',
    'skills',
  ]) {
    t.equal(steersTurns(validatePath(path, roots)), true, path)
  }
  for (const path of [
    'notes/AGENTS.md',
    'agents.txt',
    'MEMORY.md.bak',
    'myskills/a',
    'notes/skills/a',
    'inbox/x',
    '.',
  ]) {
    t.equal(steersTurns(validatePath(path, roots)), false, path)
  }
})

void t.test('a path is shown short, on one line, with nothing invisible', async (t) => {
  t.equal(showPath('a\nb\u202Ec'), 'a\\u{a}b\\u{202e}c')
  t.equal(showPath('x'.repeat(500)).length, 123)
  t.equal(showPath(''), 'The path ""')
})
