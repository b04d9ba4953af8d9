import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { createEscapeHome } from '../support/escape-home.ts'
import { createEscapeShell, weakBubblewrap, without } from '../support/escape-shell.ts'
import { processesWith, sleepMarker } from '../support/sandbox-rig.ts'
import { until } from '../support/until.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }

/** Ways to leave a process behind, in the words of several languages; `N` is how long it sleeps. */
const ways: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sh: {
    'in the background': 'sleep N &',
    'without a terminal': 'nohup sleep N >/dev/null 2>&1 &',
    'in a session of its own': 'setsid sleep N &',
    'in a session of its own, forked': 'setsid -f sleep N </dev/null >/dev/null 2>&1',
    'as a grandchild': '( (sleep N &) & )',
    'as a grandchild with the output open': 'sh -c "sleep N &" &',
    'with everything closed': 'sleep N <&- >&- 2>&- &',
    'with signals ignored': `(trap '' HUP INT QUIT TERM USR1 USR2 PIPE CHLD; exec sleep N) &`,
    stopped: 'sleep N & until grep -aqs sleep /proc/$!/cmdline; do :; done; kill -STOP $!',
    'under a new name': 'cp /bin/sleep /tmp/other; /tmp/other N &',
    'with less priority': 'nice -n 19 sleep N &',
    'behind a time-out': 'timeout 900 sleep N &',
    'in a pipe': 'sleep N | cat >/dev/null &',
    'with the output in a file': 'sleep N >out 2>&1 &',
    'waiting for a pipe': 'mkfifo /tmp/pN; (cat /tmp/pN; sleep N) & sleep N &',
    'born again': '(while :; do sleep N; done) &',
    'many at once': 'for i in 1 2 3 4 5; do setsid sleep N & done',
  },
  bash: {
    disowned: 'sleep N & disown',
    'disowned in a session of its own': 'setsid sleep N & disown -a',
    'as a coprocess': 'coproc sleep N',
    replaced: '(exec -a kworker sleep N) &',
    'in a substitution': ': > >(sleep N)',
  },
  perl: {
    'forked twice': 'use POSIX; if (!fork) { POSIX::setsid(); if (!fork) { exec "sleep", "N" } exit }',
    'in a group of its own': 'if (!fork) { setpgrp; exec "sleep", "N" }',
    'with signals ignored': '$SIG{$_} = "IGNORE" for qw(HUP INT QUIT TERM PIPE); if (!fork) { exec "sleep", "N" }',
    'with all closed': 'use POSIX; if (!fork) { POSIX::close($_) for 0 .. 255; POSIX::setsid(); exec "sleep", "N" }',
  },
  python3: {
    'forked twice':
      "import os\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: os.execlp('sleep', 'sleep', 'N')\n  os._exit(0)",
    'started apart': "import subprocess; subprocess.Popen(['sleep', 'N'], start_new_session=True, close_fds=True)",
    'not dying with its parent':
      "import os, ctypes\nif os.fork() == 0:\n  ctypes.CDLL(None).prctl(1, 0); ctypes.CDLL(None).prctl(36, 1)\n  os.setsid(); os.execlp('sleep', 'sleep', 'N')",
    'from memory':
      "import os\nfd = os.memfd_create('x'); os.write(fd, open('/bin/sleep', 'rb').read())\nif os.fork() == 0: os.execve(fd, ['sleep', 'N'], {})",
    'with signals blocked':
      "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nif os.fork() == 0: os.execlp('sleep', 'sleep', 'N')",
  },
  node: {
    'started apart': "require('child_process').spawn('sleep', ['N'], { detached: true, stdio: 'ignore' }).unref()",
  },
}

interface Way {
  readonly language: string
  readonly name: string
  readonly marker: string
}

/** Every way, each in a command of its own, with a marker to find it again. */
function plant(workspace: string): { readonly all: readonly Way[]; readonly command: string } {
  const all: Way[] = []
  const lines: string[] = []
  for (const [language, texts] of Object.entries(ways)) {
    if (!['/bin', '/usr/bin'].some((folder) => fs.existsSync(join(folder, language)))) continue
    for (const [name, text] of Object.entries(texts)) {
      const marker = sleepMarker()
      const script = `way-${all.length}`
      fs.writeFileSync(join(workspace, script), `${text.replaceAll(/\bN\b|(?<=p)N\b/g, marker)}\n`)
      lines.push(`${language} ${script}`)
      all.push({ language, name, marker })
    }
  }
  // Each is seen to run before it is looked for afterwards: by its words, for some have another name.
  const there = all.map(({ marker }) => marker).join(' ')
  const seen = `for m in ${there}; do until grep -aqs "$m" /proc/[0-9]*/cmdline; do :; done; done; echo all run`
  fs.writeFileSync(join(workspace, 'all'), `${lines.join('\n')}\n${seen}\n`)
  return { all, command: 'sh all' }
}

const left = (all: readonly Way[]): readonly string[] =>
  all.filter(({ marker }) => processesWith(marker).length > 0).map(({ language, name }) => `${language}: ${name}`)

const tally = new EscapeTally('processes that outlive their command')
const count = (all: readonly Way[], end: string): void => {
  for (const { language, name } of all) tally.count(name, end, language)
}

void t.test('no process is left, however it was started and however its command ends', slow, async (t) => {
  const home = createEscapeHome(t)
  const progress: string[] = []
  let onProgress = (): void => undefined
  const shell = await createEscapeShell(home.workspace, {
    onProgress: (line) => {
      progress.push(line)
      onProgress()
    },
  })
  const exits: Readonly<Record<string, readonly [command: string, answer: RegExp]>> = {
    'at its end': ['', /^exit code 0/],
    'at its failure': ['exit 9', /^exit code 9/],
    'killed by itself': ['kill -9 $$', /^exit code 137/],
    'with everything inside killed': ['kill -9 -1', /^exit code 0/],
    'at its flood': ['yes', /^ended: it wrote more than/],
  }
  for (const [end, [last, answer]] of Object.entries(exits)) {
    const { all, command } = plant(home.workspace)
    t.match(await shell.run(`${command}\n${last}`), answer, end)
    t.same(left(all), [], end)
    count(all, end)
  }
  {
    const { all, command } = plant(home.workspace)
    const said = await shell.run(`${command}\nsleep 600`, { timeoutS: 10 })
    t.match(said, /^ended after 10s[^]*all run/)
    t.same(left(all), [])
    count(all, 'at its time-out')
  }
  {
    const { all, command } = plant(home.workspace)
    const stop = new AbortController()
    onProgress = () => {
      if (progress.at(-1) === 'all run') stop.abort()
    }
    // Progress is shown twice a second.
    await t.rejects(shell.run(`${command}\nwhile sleep 0.1; do echo all run; done`, { signal: stop.signal }), {
      code: 'stopped',
    })
    t.same(left(all), [])
    count(all, 'at /stop')
  }
})

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const) {
  void t.test(`no process is left when the daemon is ended by ${signal}`, slow, async (t) => {
    const home = createEscapeHome(t)
    const { all, command } = plant(home.workspace)
    const script = join(home.folder, 'daemon.ts')
    fs.writeFileSync(
      script,
      `import { createEscapeShell } from '${import.meta.dirname}/../support/escape-shell.ts'
      const shell = await createEscapeShell('${home.workspace}')
      await shell.run('${command} >run; mv run ran; sleep 600')`,
    )
    const daemon = spawn(process.execPath, [script], { stdio: 'inherit' })
    const gone = once(daemon, 'exit')
    await until(() => fs.existsSync(join(home.workspace, 'ran')), 'all of them')
    t.ok(left(all).length === all.length, 'they run')
    daemon.kill(signal)
    await gone
    await until(() => left(all).length === 0, 'none left')
    count(all, `daemon: ${signal}`)
  })
}

void t.test('as many ways as there are were tried at each end', async (t) => {
  tally.atLeast(t, 250)
})

void t.test(
  'without a process namespace of its own, or without dying with its parent, this class gets through',
  slow,
  async (t) => {
    const home = createEscapeHome(t)
    const marker = sleepMarker()
    const program = weakBubblewrap(home.folder, `${without('--unshare-pid', 0)}\n${without('--die-with-parent', 0)}`)
    const shell = await createEscapeShell(home.workspace, { program })
    await shell.run(
      `setsid -f sleep ${marker} </dev/null >/dev/null 2>&1; until pgrep -f '^sleep ${marker}'; do :; done`,
    )
    const survivors = processesWith(marker)
    t.equal(survivors.length, 1)
    for (const pid of survivors) process.kill(Number(pid), 'SIGKILL')
  },
)

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
