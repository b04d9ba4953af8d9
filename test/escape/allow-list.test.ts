import fs from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { createShellTool } from '../../src/tools/shell.ts'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { createEscapeHome } from '../support/escape-home.ts'
import { createEscapeShell, type EscapeShell } from '../support/escape-shell.ts'
import type * as EscapeShellModule from '../support/escape-shell.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { mutantSource } from '../support/mutant-source.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }

/** What means something to a shell, by what it does; each with its spellings. */
const meanings: Readonly<Record<string, readonly string[]>> = {
  'the next command': [';', ';;', '; x', ';x;'],
  'a command in the background': ['&', '& x'],
  and: ['&&', '&& x'],
  or: ['||', '|| x'],
  'a pipe': ['|', '| sh', '|& x'],
  'a line': ['\n', '\nx', '\n\n', '\\\nx'],
  'a return': ['\r', '\r\n', '\rx'],
  'a substitution': ['$(x)', '$( x )', '$(<x)'],
  'a substitution of old': ['`x`', '``'],
  'a sum': ['$((x))', '$[x]', '((x))'],
  'a variable': ['$x', '$1', '$@', '$$', '$?', '$IFS', '$-'],
  'a variable in braces': ['${x}', '${x:-y}', '${!x}', '${x@P}', '${IFS}'],
  'a file for output': ['>', '>x', '>> x', '>|x', '&>x', '2>x', '1>&2'],
  'a file for input': ['<', '<x', '<>x', '<&3'],
  'a text for input': ['<<x', '<<<x', "<<'E'"],
  'a process for a file': ['<(x)', '>(x)'],
  'a subshell': ['(x)', '(', ')'],
  'a group': ['{ x; }', '{', '}'],
  'a choice': ['{x,y}', '{1..9}'],
  'any name': ['*', '**', 'x*'],
  'any letter': ['?', 'x?'],
  'one of some letters': ['[x]', '[!x]', '[^x]', '[[:alpha:]]'],
  'other patterns': ['@(x)', '+(x)', '!(x)'],
  'a home': ['~', '~/x', '~root', '~+', '=~'],
  'the history': ['!', '!!', '!x', '!$', '^x^y'],
  'a comment': ['#', '# x', 'x#'],
  'single quotes': ["'", "'x'", "''", "$'x'"],
  'double quotes': ['"', '"x"', '""', '$"x"'],
  'an escape': ['\\', '\\x', '\\ ', '\\;'],
  'a function': ['x() { y; }', 'uptime() x'],
  'a null': ['\0', '\0x'],
  'a vertical tab': ['\u000b', '\u000c'],
  'a control': ['\u0001', '\u0007', '\u0008', '\u001b[2K', '\u007f', '\u0085'],
  'a blank that is none': ['\u00a0', '\u2003', '\u3000', '\u1680', '\u202f'],
  'a line that is none': ['\u2028', '\u2029'],
  'nothing to see': ['\u200b', '\u200d', '\ufeff', '\u00ad', '\u2060', '\u{e0041}'],
  'turned around': ['\u202e', '\u2066', '\u200f', '\u061c'],
  'a wide sign': ['；', '＆', '｜', '＄', '＞', '｀', '／', '－'],
  'a sign that looks like one': ['\u037e', '´', '’', '‘', '“', '∣', '⁎', '‐', '−'],
  'half of a letter': ['\ud800', '\udc00'],
  'a letter of another script': ['а', 'е', 'ο', 'р', 'ı', 'ſ', '\u212a'],
}

const positions: Readonly<Record<string, (command: string, sign: string) => string>> = {
  'before it': (command, sign) => `${sign}${command}`,
  'before it, apart': (command, sign) => `${sign} ${command}`,
  'in its first word': (command, sign) => `${command.slice(0, 2)}${sign}${command.slice(2)}`,
  'behind its first word': (command, sign) => command.replace(/^\S+/, `$&${sign.replaceAll('$', '$$$$')}`),
  'between its words': (command, sign) => command.replace(/ |$/, ` ${sign.replaceAll('$', '$$$$')} `),
  'behind it': (command, sign) => `${command}${sign}`,
  'behind it, apart': (command, sign) => `${command} ${sign}`,
  'in a word behind it': (command, sign) => `${command} a${sign}b`,
  'before a word behind it': (command, sign) => `${command} ${sign}b`,
  'two words behind it': (command, sign) => `${command} a ${sign} b`,
}

const allowed = ['uptime', 'df -h', './say hello', 'cat notes/today.md', 'git log --oneline']

async function askingTool(t: { testdir(): string }, allow: readonly string[]) {
  const workspace = await openWorkspace({ root: t.testdir() })
  return createShellTool({
    settings: { policy: 'ask', allow, deny: [], network: false, timeoutMs: 60_000 },
    workspace,
    clock: new FakeClock(),
    origins: { everythingIsOurs: () => Promise.resolve(true), recordChanges: () => Promise.resolve() },
    sandbox: { boundary: 'none', folder: '/workspace', network: false, run: () => Promise.reject(new Error('run')) },
  })
}

type Asking = Awaited<ReturnType<typeof askingTool>>

/** Whether this command would run without that anybody were asked. */
function runsUnasked(tool: Asking, command: string): boolean {
  try {
    return tool.needsHuman?.({ command }) === undefined
  } catch (error) {
    if (isPincerError(error) && error.code === 'command_refused') return false
    throw error
  }
}

void t.test('nothing with a meaning for a shell runs unasked, wherever it stands', async (t) => {
  const tally = new EscapeTally('signs in commands of the list')
  const tool = await askingTool(t, allowed)
  // A list that somebody filled with the very signs allows none of them either.
  const loose = await askingTool(t, [...allowed, ...Object.values(meanings).flat(), '', ' ', '*', '.*'])
  for (const command of allowed) t.ok(runsUnasked(tool, command), `${command} itself does`)
  for (const [meaning, signs] of Object.entries(meanings)) {
    const through: string[] = []
    for (const [position, place] of Object.entries(positions)) {
      const commands = signs.flatMap((sign) => allowed.map((command) => place(command, sign)))
      through.push(
        ...commands.filter((command) => runsUnasked(tool, command)).map((command) => `${position}: ${command}`),
      )
      through.push(
        ...commands.filter((command) => runsUnasked(loose, command)).map((command) => `${position}: ${command}`),
      )
      tally.count(meaning, position, 'the list', commands.length)
      tally.count(meaning, position, 'a list that holds the sign', commands.length)
    }
    t.same(through, [], meaning)
  }
  tally.atLeast(t, 800)
})

/** Commands that are like one of the list, and are another. */
const lookAlikes: Readonly<Record<string, (command: string) => string>> = {
  capitals: (command) => command.toUpperCase(),
  'a capital': (command) => command.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  'a letter more': (command) => command.replace(/^\S+/, '$&x'),
  'a letter less': (command) => command.replace(/^(\S+)\S/, '$1'),
  'an ending': (command) => command.replace(/^\S+/, '$&.sh'),
  'by its path': (command) => `/usr/bin/${command}`,
  'in this folder': (command) => `./x/../${command}`,
  'in another folder': (command) => `bin/${command}`,
  'behind env': (command) => `env ${command}`,
  'behind env with a path': (command) => `env PATH=. ${command}`,
  'behind a variable': (command) => `A=1 ${command}`,
  'behind PATH': (command) => `PATH=/workspace ${command}`,
  'behind LD_PRELOAD': (command) => `LD_PRELOAD=./x.so ${command}`,
  'behind exec': (command) => `exec ${command}`,
  'behind command': (command) => `command ${command}`,
  'behind builtin': (command) => `builtin ${command}`,
  'behind eval': (command) => `eval ${command}`,
  'behind a dot': (command) => `. ${command}`,
  'behind source': (command) => `source ${command}`,
  'behind sh': (command) => `sh ${command}`,
  'behind nice': (command) => `nice ${command}`,
  'behind xargs': (command) => `xargs ${command}`,
  'behind nohup': (command) => `nohup ${command}`,
  'behind timeout': (command) => `timeout 1 ${command}`,
  'behind busybox': (command) => `busybox ${command}`,
  'behind find': (command) => `find . -exec ${command}`,
  'behind two dashes': (command) => `-- ${command}`,
  'behind sudo': (command) => `sudo ${command}`,
  'in one word': (command) => command.replaceAll(' ', '').replace(/$/, 'x'),
  'its words exchanged': (command) => `x ${command.split(' ').toReversed().join(' ')}`,
}

void t.test('what only looks like a command of the list is asked', async (t) => {
  const tally = new EscapeTally('look-alikes of commands of the list')
  const tool = await askingTool(t, allowed)
  for (const [disguise, spell] of Object.entries(lookAlikes)) {
    for (const command of allowed) {
      t.notOk(runsUnasked(tool, spell(command)), `${disguise}: ${spell(command)}`)
      tally.count('a look-alike', disguise, `${command.split(' ').length} words`)
    }
  }
  tally.atLeast(t, 80)
})

/** Where a command of the workspace could wait to be taken for one of the system, or to run before it. */
const ambushes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      '',
      'bin/',
      'sbin/',
      '.local/bin/',
      'usr/bin/',
      'usr/local/bin/',
      '.bin/',
      'node_modules/.bin/',
      '.cargo/bin/',
    ].flatMap((folder) =>
      ['df', 'uptime', 'env', 'prlimit', 'sh', 'bash', 'cat', 'echo', 'test', '['].map((name) => [
        `${folder}${name}`,
        'a program',
      ]),
    ),
  ),
  ...Object.fromEntries(
    `.bashrc .bash_profile .bash_login .profile .bash_aliases .bash_logout .bash_env .shrc .shinit .dashrc .kshrc .zshrc .zshenv
     .env .envrc .inputrc .rc .cshrc .login .logout .xprofile .pam_environment .sh_history .bash_history etc/profile
     etc/bash.bashrc etc/environment -c c $1 ready go`
      .trim()
      .split(/\s+/)
      .map((name) => [name, 'what a shell reads']),
  ),
}

/** Settings in a home that are programs, each in words that its reader runs. */
const settings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, minor) => [
      `.local/lib/python3.${minor}/site-packages/usercustomize.py`,
      "open('/workspace/evil', 'a').write('usercustomize')\n",
    ]),
  ),
  '.gitconfig': '[alias]\n  status-of = !echo gitconfig >>/workspace/evil\n',
  '.config/git/config': '[alias]\n  status-of = !echo gitconfig >>/workspace/evil\n',
}

async function ambushed(workspace: string, shell: EscapeShell): Promise<readonly string[]> {
  const caught: string[] = []
  for (const [name, text] of Object.entries(settings)) {
    fs.mkdirSync(join(workspace, name, '..'), { recursive: true })
    fs.writeFileSync(join(workspace, name), text)
  }
  for (const name of Object.keys(ambushes)) {
    fs.mkdirSync(join(workspace, name, '..'), { recursive: true })
    fs.writeFileSync(join(workspace, name), `#!/bin/sh\necho ${name} >>/workspace/evil\n`, { mode: 0o755 })
  }
  const said = await shell.run('df -h /workspace')
  caught.push(...(/Filesystem/.test(said) ? [] : [said]))
  await shell.run('uptime; cat /dev/null; echo x; test 1 = 1; sh -c true; bash -c true; env true; prlimit true')
  await shell.run('python3 -c pass; git status-of')
  if (fs.existsSync(join(workspace, 'evil'))) caught.push(fs.readFileSync(join(workspace, 'evil'), 'utf8'))
  return caught
}

void t.test('no file of the workspace is taken for a program, or runs before one', slow, async (t) => {
  const tally = new EscapeTally('ambushes in the workspace')
  const home = createEscapeHome(t)
  t.same(await ambushed(home.workspace, await createEscapeShell(home.workspace)), [])
  for (const [name, kind] of Object.entries(ambushes)) tally.count(kind, name, 'shell')
  for (const program of ['python3', 'git']) tally.count('settings in a home', program, 'shell')
  tally.atLeast(t, 112)
})

void t.test('with a workspace that is on the PATH, or a home, this class gets through', slow, async (t) => {
  const inWorkspace = ["const homeFolder = '/tmp'", 'const homeFolder = sandboxFolder'] as const
  for (const [guards, caught] of [
    [[["'--norc', ", ''], inWorkspace], '.bashrc'],
    [[inWorkspace], 'usercustomize'],
    [[["PATH: '", "PATH: '/workspace:"]], 'uptime'],
  ] as const) {
    const home = createEscapeHome(t)
    const folder = mutantSource(
      t,
      guards.map(([from, to]) => ['guard/bubblewrap-arguments.ts', from, to] as const),
    )
    const path = pathToFileURL(join(folder, 'test/support/escape-shell.ts')).href
    const { createEscapeShell } = (await import(path)) as typeof EscapeShellModule
    t.match((await ambushed(home.workspace, await createEscapeShell(home.workspace))).join('\n'), caught)
  }
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
