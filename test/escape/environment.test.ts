import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { CanarySearch } from '../support/canary-search.ts'
import { canary, cameOut, isSource, watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { createEscapeHome } from '../support/escape-home.ts'
import { without } from '../support/escape-shell.ts'
import { type Mutation, mutantSource } from '../support/mutant-source.ts'

const slow = { timeout: 600_000 }
const watch = watchCanaries()

/** Names that programs take something from, and those that keys have. */
const names =
  `ANTHROPIC_API_KEY OPENAI_API_KEY TELEGRAM_BOT_TOKEN DISCORD_BOT_TOKEN BRAVE_API_KEY PINCER_HOME HTTP_PROXY
  HTTPS_PROXY http_proxy SSH_AUTH_SOCK SSH_CLIENT SSH_CONNECTION DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR DISPLAY XAUTHORITY
  WAYLAND_DISPLAY CREDENTIALS_DIRECTORY NOTIFY_SOCKET LISTEN_FDS LISTEN_PID LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT BASH_ENV ENV
  PROMPT_COMMAND SHELLOPTS BASHOPTS PS4 IFS CDPATH GLOBIGNORE BASH_FUNC_echo%% PERL5LIB PERL5OPT PYTHONPATH PYTHONSTARTUP
  PYTHONHOME PYTHONINSPECT NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS RUBYOPT AWKPATH GIT_SSH_COMMAND GIT_CONFIG_GLOBAL
  GCONV_PATH LOCPATH NLSPATH TMPDIR MAIL USER LOGNAME SUDO_USER OLDPWD EDITOR PAGER LESSOPEN TERMINFO HOSTALIASES
  RESOLV_HOST_CONF KRB5CCNAME DOCKER_HOST KUBECONFIG AWS_SECRET_ACCESS_KEY GITHUB_TOKEN npm_config_token`
    .trim()
    .split(/\s+/)

/** How a command may look at an environment, at the words of a process, and at what is open. */
const looks: Readonly<Record<string, string>> = {
  env: 'env',
  printenv: 'printenv',
  'set of sh': 'set',
  'export of sh': 'export -p',
  'set of bash': "bash -c 'set; declare -xp; declare -f'",
  'its own in /proc': 'tr "\\0" "\\n" </proc/self/environ',
  'that of the first process': 'tr "\\0" "\\n" </proc/1/environ',
  'that of every process': 'cat /proc/[0-9]*/environ | tr "\\0" "\\n"',
  'that of every thread': 'cat /proc/[0-9]*/task/*/environ | tr "\\0" "\\n"',
  'that of its parent': 'cat /proc/$PPID/environ | tr "\\0" "\\n"',
  ps: 'ps axeww',
  perl: `perl -e 'print "$_=$ENV{$_}\\n" for keys %ENV'`,
  python: `python3 -c 'import os; print(dict(os.environb))'`,
  node: `node -e 'console.log(process.env)'`,
  awk: `awk 'BEGIN { for (n in ENVIRON) print n, ENVIRON[n] }'`,
  'the words of every process': 'cat /proc/[0-9]*/cmdline | tr "\\0" "\\n"',
  'the names of every process': 'cat /proc/[0-9]*/comm /proc/[0-9]*/stat',
  'memory of the first process': `python3 - <<'E'
import re
for line in open('/proc/1/maps'):
    first, last = (int(part, 16) for part in line.split()[0].split('-'))
    try:
        memory = open('/proc/1/mem', 'rb'); memory.seek(first); print(re.findall(b'canary[-a-z0-9]*', memory.read(last - first)))
    except (OSError, ValueError, OverflowError) as error:
        print(error)
E`,
  'its own memory': `python3 - <<'E'
for line in open('/proc/self/maps'):
    if 'stack' not in line: continue
    first, last = (int(part, 16) for part in line.split()[0].split('-'))
    memory = open('/proc/self/mem', 'rb'); memory.seek(first); print(memory.read(last - first).replace(b'\\0', b''))
E`,
  'its open files': 'ls -l /proc/self/fd',
  'what is in its open files': 'for fd in /proc/self/fd/* /dev/fd/*; do timeout 0.2 head -c 500 "$fd" </dev/null; done',
  'open files of the first process': 'ls -l /proc/1/fd; for fd in /proc/1/fd/*; do timeout 0.2 head -c 500 "$fd"; done',
  'numbers of open files': `python3 - <<'E'
import os
for fd in range(3, 1200):
    try:
        print('held', fd, os.fstat(fd), os.pread(fd, 500, 0))
    except OSError:
        pass
E`,
  'files that bash was given': `bash -c 'for fd in 3 4 5 6 7 8 9 63 77 99 200 254; do head -c 500 <&$fd && echo "held $fd"; done'`,
  'what comes in': 'timeout 0.2 cat; timeout 0.2 cat <&1; timeout 0.2 cat <&2',
  'what mounts tell': 'grep -o "canary[-a-z0-9]*" /proc/self/mountinfo /proc/mounts',
}

interface Daemon {
  readonly said: Readonly<Record<string, string>>
  /** The canaries, by where they were: the name of a variable, or one of the last three. */
  readonly canaries: Readonly<Record<string, string>>
}

const inWord = 'a word'
const inFile = 'a file of its starter'
const inOwnFile = 'a file of its own'
/** Names a folder, and is a variable that Node hands to what it starts, whatever environment that was given. */
const handedOn = 'NODE_V8_COVERAGE'
const tests = join(import.meta.dirname, '..')

/** A daemon with secrets in its environment, its words and its open files, and looks at them from inside. */
function daemonWith(
  t: Test,
  looked: Readonly<Record<string, string>>,
  { source = tests, weakness = '' }: { readonly source?: string; readonly weakness?: string } = {},
): Daemon {
  const home = createEscapeHome(t)
  const coverage = canary('variable')
  fs.mkdirSync(join(home.folder, coverage))
  isSource(join(home.folder, coverage))
  const inVariables = [...names.map((name) => [name, canary('variable')] as const), [handedOn, coverage] as const]
  const word = canary('word')
  const file = canary('file')
  const other = canary('other')
  const path = join(home.folder, 'open')
  fs.writeFileSync(path, file)
  fs.writeFileSync(`${path}-other`, other)
  for (const each of [path, `${path}-other`]) isSource(each)
  const script = join(home.folder, 'daemon.ts')
  fs.writeFileSync(
    script,
    `import { createEscapeShell, weakBubblewrap } from '${source}/support/escape-shell.ts'
    import fs from 'node:fs'
    fs.openSync('${path}-other', 'r')
    const program = weakBubblewrap('${home.folder}', ${JSON.stringify(weakness)})
    const shell = await createEscapeShell('${home.workspace}', ${weakness === '' ? '{}' : '{ program }'})
    const said = {}
    for (const [name, look] of Object.entries(${JSON.stringify(looked)})) said[name] = await shell.run(look + '\\necho looked')
    console.log(JSON.stringify(said))`,
  )
  // LD_* and NODE_OPTIONS would work on the daemon itself.
  const safe = inVariables.filter(
    ([name]) =>
      name === handedOn || !/^(?:LD_|NODE_|GCONV|SHELLOPTS|BASHOPTS|BASH_ENV|HTTPS?_PROXY|http_proxy)/.test(name),
  )
  const opened = 'exec 3<open 9<open 63<open 77<open 200<open 254<open; exec "$@"'
  const { stdout, stderr } = spawnSync('/bin/bash', ['-c', opened, 'bash', process.execPath, script, word], {
    cwd: home.folder,
    env: Object.fromEntries(safe),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const said: unknown = JSON.parse(stdout === '' ? JSON.stringify({ stderr }) : stdout)
  if (typeof said !== 'object' || said === null) throw new Error(stderr)
  const texts = Object.fromEntries(Object.entries(said).map(([name, text]) => [name, cameOut(name, String(text))]))
  return {
    said: texts,
    canaries: { ...Object.fromEntries(safe), [inWord]: word, [inFile]: file, [inOwnFile]: other },
  }
}

void t.test('nothing of what the daemon was given is there inside: variables, words, open files', slow, async (t) => {
  const tally = new EscapeTally('environment, words and open files of the daemon')
  const { said, canaries } = daemonWith(t, looks)
  const search = new CanarySearch(canaries)
  for (const [look, text] of Object.entries(said)) {
    t.match(text, 'looked', `${look}: it came to its end`)
    t.same(search.found(text), [], look)
    t.notMatch(text, /^held/m, `${look}: nothing is held open`)
    for (const what of ['a variable', inWord, inFile, inOwnFile]) tally.count(what, look, 'sh')
  }
  t.same(Object.keys(said), Object.keys(looks))
  const held = said['its open files']?.match(/\d+ -> .*/g)
  t.match(
    held,
    [/^0 -> \/dev\/null/, /^1 -> socket/, /^2 -> socket/, /^3 -> \/proc\/\d+\/fd/],
    'a command holds these, and ls its own',
  )
  t.equal(held?.length, 4)
  tally.atLeast(t, 90)
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})

const spawned = `spawn('/usr/bin/env', ['-i', '/usr/bin/choom', '-n', '1000', '--', program, ...words], {
    cwd: '/',
    env: {},`
const started = 'guard/bubblewrap.ts'
const own = 'its own in /proc'
const first = 'that of the first process'
const wordsOfAll = 'the words of every process'
const open = 'files that bash was given'
const someVariable = 'TELEGRAM_BOT_TOKEN'

/**
 * The guards of this class taken out, one and several at a time, with what is seen then, by look. Where one holds nothing
 * alone, another stands behind it by design: of what bubblewrap is started with, `env -i` leaves nothing, were it given
 * more; and what bubblewrap was started with, `--clearenv` keeps from commands, but not from who looks at bubblewrap
 * itself. A file that Node has opened is closed by Node too, in whatever it starts.
 */
const withoutGuards: Readonly<
  Record<
    string,
    {
      readonly mutations?: readonly Mutation[]
      readonly weakness?: string
      readonly seen: Readonly<Record<string, readonly string[]>>
    }
  >
> = {
  'env -i': {
    mutations: [[started, "spawn('/usr/bin/env', ['-i', '/usr/bin/choom', '-n'", "spawn('/usr/bin/choom', ['-n'"]],
    seen: { [first]: [handedOn] },
  },
  'the empty environment of spawn': { mutations: [[started, 'env: {},', 'env: process.env,']], seen: {} },
  '--clearenv': { weakness: without('--clearenv', 0), seen: {} },
  'env -i, and the empty environment of spawn': {
    mutations: [[started, spawned, "spawn('/usr/bin/choom', ['-n', '1000', '--', program, ...words], { cwd: '/',"]],
    seen: { [first]: [someVariable, handedOn] },
  },
  'env -i, the empty environment of spawn, and --clearenv': {
    mutations: [[started, spawned, "spawn('/usr/bin/choom', ['-n', '1000', '--', program, ...words], { cwd: '/',"]],
    weakness: without('--clearenv', 0),
    seen: {
      [first]: [someVariable, handedOn],
      env: [someVariable, handedOn],
      [own]: [someVariable, handedOn],
    },
  },
  'the closing of files': {
    mutations: [['guard/bubblewrap-arguments.ts', '-gt 2 ]; then eval', '-gt 9999 ]; then eval']],
    seen: { [open]: [inFile] },
  },
  'the process namespace': {
    weakness: without('--unshare-pid', 0),
    seen: { [wordsOfAll]: [inWord] },
  },
}

void t.test('with its guards taken out this class gets through, each as far as no other holds it', slow, (t) => {
  const asked = ['env', own, first, wordsOfAll, open]
  const looked = Object.fromEntries(asked.map((name) => [name, looks[name] ?? '']))
  for (const [guard, { mutations, weakness = '', seen }] of Object.entries(withoutGuards)) {
    const source = mutations === undefined ? tests : join(mutantSource(t, mutations), 'test')
    const { said, canaries } = daemonWith(t, looked, { source, weakness })
    const search = new CanarySearch(canaries)
    for (const look of asked) {
      const shown = search.found(said[look] ?? '').map(({ name }) => name)
      const wanted = seen[look] ?? []
      const isAll = wanted.every((name) => shown.includes(name))
      t.ok(wanted.length === 0 ? shown.length === 0 : isAll, `without ${guard}, ${look}: ${shown.join(' ')}`)
    }
  }
  t.end()
})
