import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { createEscapeHome, type EscapeHome, targets } from '../support/escape-home.ts'
import { type Interpreter, interpreters } from '../support/escape-interpreters.ts'
import { createEscapeShell, type EscapeShell, weakBubblewrap } from '../support/escape-shell.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }

/** What of the host must not be there inside, where this host has it. */
const hostPlaces = `
  /root /home /run /var /var/log /var/lib /var/spool/cron /var/tmp /sys /sys/class /boot /mnt /media /srv /opt
  /lost+found /etc/shadow /etc/gshadow /etc/passwd- /etc/ssh /etc/hostname /etc/machine-id /etc/hosts
  /etc/resolv.conf /etc/sudoers /etc/fstab /etc/crontab /etc/cron.d /etc/ssl/private /etc/systemd
  /etc/environment /etc/default /run/docker.sock /run/dbus /run/user /run/systemd /run/secrets /run/lock
  /run/utmp /var/lib/dpkg /var/run /var/cache /dev/shm /dev/pts /dev/log /dev/mqueue /tmp/.X11-unix /sys/kernel
  /sys/fs/cgroup /sys/kernel/debug /sys/fs/bpf /sys/firmware /sys/devices`
  .trim()
  .split(/\s+/)

/** How the path of a place is written. */
const forms: Readonly<Record<string, (path: string) => string>> = {
  'as it is': (path) => path,
  'through the root of the first process': (path) => `/proc/1/root${path}`,
  'through the root of this process': (path) => `/proc/self/root${path}`,
  'through the root of a thread': (path) => `/proc/thread-self/root${path}`,
  'through the root of the daemon': (path) => `/proc/${process.pid}/root${path}`,
  'through the folder of the first process': (path) => `/proc/1/cwd/../../../../..${path}`,
  'through the folder of this process': (path) => `/proc/self/cwd/..${path}`,
  'up from the workspace': (path) => `..${path}`,
  'up far': (path) => `../../../../../../../../../..${path}`,
  'up from /tmp': (path) => `/tmp/../..${path}`,
  'through /usr': (path) => `/usr/lib/../..${path}`,
  'through an open folder': (path) => `/proc/self/fd/0/../..${path}`,
  'through a link that was there before': (path) => `links${path}`,
}

interface Place {
  readonly name: string
  readonly path: string
}

function placesOf(home: EscapeHome): readonly Place[] {
  const ours = [...targets, '../above.txt', 'outside', 'state', ''].map((target) => ({
    name: target === '' ? 'the home' : target,
    path: join(home.folder, target),
  }))
  const theirs = hostPlaces.filter((path) => fs.existsSync(path)).map((path) => ({ name: path, path }))
  const daemon = ['environ', 'cwd', 'exe', 'maps', 'fd', 'mem', 'cmdline'].map((name) => ({
    name: `the daemon's ${name}`,
    path: `/proc/${process.pid}/${name}`,
  }))
  return [...ours, ...theirs, { name: 'the program', path: import.meta.dirname }, ...daemon]
}

/** Plays one table in one command; answers what the program said. */
async function play(
  home: EscapeHome,
  shell: EscapeShell,
  interpreter: Interpreter,
  script: string,
  paths: readonly string[],
): Promise<string> {
  fs.writeFileSync(join(home.workspace, 'script'), script)
  fs.writeFileSync(join(home.workspace, 'table'), paths.map((path, index) => `${index}\t${path}\n`).join(''))
  return shell.run(interpreter.run('script'))
}

void t.test('no file of the host can be seen, opened, listed or entered by a command', slow, async (t) => {
  const tally = new EscapeTally('files of the host, from inside')
  const home = createEscapeHome(t)
  fs.symlinkSync('/', join(home.workspace, 'links'))
  const shell = await createEscapeShell(home.workspace)
  const rows = placesOf(home).flatMap((place) =>
    Object.entries(forms).map(([form, spell]) => ({ place: place.name, form, path: spell(place.path) })),
  )
  for (const interpreter of interpreters) {
    const said = await play(
      home,
      shell,
      interpreter,
      interpreter.reads,
      rows.map((row) => row.path),
    )
    t.match(said, `tried ${rows.length}`, `${interpreter.name} came to the end of the table`)
    const seen = [...said.matchAll(/^OPEN (\d+)/gm)].map(([, index]) => rows[Number(index)]?.path)
    t.same([...new Set(seen)], [], `${interpreter.name} sees none of ${rows.length}`)
    t.same(home.stolen(said), [], interpreter.name)
    for (const { place, form } of rows) tally.count(place, form, interpreter.name)
  }
  t.notOk(home.changed())
  tally.atLeast(t, 1_500)
})

const readOnlyPlaces = `
  / /usr /usr/bin /usr/lib /usr/local/bin /usr/bin/env /bin /lib /etc /etc/passwd /etc/group /etc/ld.so.cache
  /etc/alternatives /dev /proc /proc/1 /proc/sysrq-trigger /proc/sys/kernel/core_pattern
  /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sys/vm/drop_caches
  /proc/sys/kernel/randomize_va_space /proc/sys/net/ipv4/ip_forward /proc/sys/fs/binfmt_misc /proc/irq
  /proc/self/oom_score_adj /proc/1/oom_score_adj /proc/self/uid_map /proc/self/setgroups /proc/1/mem`
  .trim()
  .split(/\s+/)
const steering = [
  'AGENTS.md',
  'SOUL.md',
  'USER.md',
  'MEMORY.md',
  'HEARTBEAT.md',
  'skills',
  'skills/a',
  'skills/a/SKILL.md',
]
const ways = ['create', 'append', 'both', 'mkdir', 'symlink', 'link', 'rename', 'mkfifo', 'chmod', 'times']

function steeringIn(home: EscapeHome): void {
  fs.mkdirSync(join(home.workspace, 'skills/a'), { recursive: true })
  fs.writeFileSync(join(home.workspace, 'skills/a/SKILL.md'), 'ours')
}

void t.test('nothing but the workspace can be changed by a command, and of that not what steers', slow, async (t) => {
  const tally = new EscapeTally('changes outside the workspace, from inside')
  const home = createEscapeHome(t)
  steeringIn(home)
  const shell = await createEscapeShell(home.workspace)
  const links: Readonly<Record<string, (path: string) => string>> = {
    'as it is': (path) => path,
    'through the root of the first process': (path) => `/proc/1/root${path}`,
    'through the root of this process': (path) => `/proc/self/root${path}`,
    'through a link': (path) => `links${path}`,
  }
  fs.symlinkSync('/', join(home.workspace, 'links'))
  const rows = [...readOnlyPlaces, ...steering.map((name) => `/workspace/${name}`)].flatMap((place) =>
    Object.entries(links).map(([form, spell]) => ({ place, form, path: spell(place) })),
  )
  for (const interpreter of interpreters) {
    if (interpreter.writes === undefined) continue
    const said = await play(
      home,
      shell,
      interpreter,
      interpreter.writes,
      rows.map((row) => row.path),
    )
    t.match(said, `tried ${rows.length}`, `${interpreter.name} came to the end of the table`)
    const wrote = [...said.matchAll(/^WROTE (\d+) (.*)/gm)].map(
      ([, index, way]) => `${way} ${rows[Number(index)]?.path}`,
    )
    t.same(wrote, [], `${interpreter.name} changes none of ${rows.length}`)
    // Through which name it is tried is a spelling; how, a mechanism.
    for (const { place } of rows) for (const way of ways) tally.count(place, way, interpreter.name)
  }
  t.equal(fs.readFileSync(join(home.workspace, 'skills/a/SKILL.md'), 'utf8'), 'ours')
  t.notOk(home.changed())
  tally.atLeast(t, 1_000)
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})

void t.test(
  'with one folder too many inside, or what steers left writable, these classes get through',
  slow,
  async (t) => {
    const home = createEscapeHome(t)
    steeringIn(home)
    const perl = interpreters.find(({ name }) => name.endsWith('perl'))
    if (perl?.writes === undefined) throw new Error('no perl')
    // Before the workspace: by then /tmp is mounted, which may be where the home is, and the root can still get folders.
    const shown = weakBubblewrap(
      home.folder,
      `for at in "\${!words[@]}"; do
        if [ "\${words[at]}" = --bind ]; then
          words=("\${words[@]:0:at}" --ro-bind '${home.folder}' '${home.folder}' "\${words[@]:at}"); break
        fi
      done`,
    )
    home.changed()
    const open = await createEscapeShell(home.workspace, { program: shown })
    const said = await play(
      home,
      open,
      perl,
      perl.reads,
      targets.map((target) => join(home.folder, target)),
    )
    t.equal(home.stolen(said).length, targets.length)
    t.match(watch.leaks().join('\n'), /^a command: .*, as it is$/m, 'and the search finds them')

    const writable = weakBubblewrap(
      home.folder,
      `for at in "\${!words[@]}"; do case "\${words[at]} \${words[at+2]}" in '--ro-bind /workspace/'*) words[at]=--bind;; esac; done`,
    )
    const weak = await createEscapeShell(home.workspace, { program: writable })
    const wrote = await play(
      home,
      weak,
      perl,
      perl.writes,
      steering.map((name) => `/workspace/${name}`),
    )
    t.match(wrote, /^WROTE 0 append/m)
    t.match(wrote, /^WROTE 5 create/m)
  },
)
