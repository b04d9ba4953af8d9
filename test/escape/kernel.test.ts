import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { createEscapeHome } from '../support/escape-home.ts'
import { createEscapeShell, weakBubblewrap, without } from '../support/escape-shell.ts'
import { kernelCalls } from '../support/kernel-calls.ts'

const slow = { timeout: 600_000 }
const watch = watchCanaries()

const program = (daemon: number): string => `
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
DAEMON = ${daemon}
buffer = ctypes.create_string_buffer(8192)
vector = ctypes.create_string_buffer((ctypes.addressof(buffer)).to_bytes(8, 'little') + (64).to_bytes(8, 'little'))
def opened(path):
    return os.open(path, os.O_RDONLY)
def peer():
    # The daemon is at the other end of this socket, and kernels from 6.5 on give a handle of it.
    return int.from_bytes(socket.socket(fileno=os.dup(1)).getsockopt(1, 77, 4), 'little')
def tried(name, number, given):
    pid = os.fork()
    if pid == 0:
        try:
            result = libc.syscall(number, *eval('(' + given + ',)' if given else '()'))
        except OSError:
            result = -1
        os._exit(0 if result < 0 else 1)
    if os.waitpid(pid, 0)[1] != 0: print('DID', name, flush=True)
for row in open('table'):
    tried(*[part if at != 1 else int(part) for at, part in enumerate(row.rstrip('\\n').split('\\t'))])
print('tried all')
`

function write(workspace: string): readonly string[] {
  const rows = Object.entries(kernelCalls)
  const table = rows.map(
    ([name, [x64, others, given = '']]) => `${name}\t${arch() === 'x64' ? x64 : others}\t${given}\n`,
  )
  fs.writeFileSync(join(workspace, 'table'), table.join(''))
  fs.writeFileSync(join(workspace, 'script'), program(process.pid))
  fs.writeFileSync(join(workspace, 'swap'), Buffer.alloc(64 * 1024))
  fs.writeFileSync(join(workspace, 'acct'), '')
  return rows.map(([name]) => name)
}

const withPython = { ...slow, skip: fs.existsSync('/usr/bin/python3') ? false : 'Python is not on this host' }

void t.test('no call of the kernel gives a command more than it has', withPython, async (t) => {
  const tally = new EscapeTally('calls of the kernel')
  const home = createEscapeHome(t)
  const names = write(home.workspace)
  const shell = await createEscapeShell(home.workspace)
  const said = await shell.run('python3 script')
  t.match(said, 'tried all', 'it came to the end of the table')
  t.same(
    [...said.matchAll(/^DID (.*)/gm)].map(([, name]) => name),
    [],
  )
  for (const name of names) tally.count(name, 'by its number', 'python3')
  t.notOk(home.changed())
  tally.atLeast(t, 95)
})

/** Programs that come with rights, or that make use of them. */
const tools = `su mount umount passwd chsh chfn newgrp gpasswd sudo pkexec fusermount fusermount3 ping unshare nsenter
  setpriv chroot pivot_root switch_root losetup mknod capsh setcap modprobe insmod rmmod dmesg sysctl hwclock date
  hostname ip iptables nft tcpdump bpftool perf strace gdb keyctl systemctl systemd-run busctl dbus-send loginctl
  machinectl crontab docker podman runc lxc-attach bwrap newuidmap newgidmap chage expiry ssh-agent
  reboot shutdown kexec swapon blkid fsck mkfs dd i2cget gpiodetect vcgencmd pinctrl`
  .trim()
  .split(/\s+/)

void t.test('no program with rights of its own gives any to a command', slow, async (t) => {
  const tally = new EscapeTally('programs with rights')
  const home = createEscapeHome(t)
  // One that the host marked: even root's own is only what it is for anybody.
  fs.copyFileSync('/bin/cat', join(home.workspace, 'cat-as-root'))
  fs.chmodSync(join(home.workspace, 'cat-as-root'), 0o6755)
  const shell = await createEscapeShell(home.workspace)
  const found = await shell.run(
    `find / -xdev -perm /6000 -type f 2>/dev/null | sort -u; for d in /usr; do find $d -perm /6000 -type f; done`,
  )
  const marked = [...new Set([...found.matchAll(/^\/.*/gm)].map(([path]) => path))]
  const rights = `grep -E '^(Uid|Gid|CapEff|CapPrm|NoNewPrivs)' /proc/self/status`
  const plain = await shell.run(rights)
  t.match(plain, /Uid:\t1000\t1000\t1000\t1000\n(?:.*\n)?Gid:\t1000\t1000\t1000\t1000\n/)
  t.match(plain, /CapPrm:\t0+\nCapEff:\t0+\n(?:.*\n)*NoNewPrivs:\t1/)
  const asRoot = await shell.run(`./cat-as-root /proc/self/status | ${rights.replace(' /proc/self/status', '')}`)
  t.equal(asRoot, plain, 'a program that belongs to root and is marked for it runs without')
  tally.count('a marked program', 'put into the workspace by the host', 'sh')
  const attempts: Readonly<Record<string, string>> = {
    su: 'su -c true',
    sudo: 's""udo -n true',
    mount: 'm""ount -t tmpfs x /tmp',
    unshare: 'unshare -r true',
    nsenter: 'nsenter -t 1 -m true',
    chroot: 'chroot /workspace /bin/true',
    mknod: 'mknod /tmp/x c 1 1',
    setpriv: 'setpriv --reuid 0 true',
    dmesg: 'dmesg | grep .',
    hostname: 'hostname evil',
    sysctl: 'sysctl -w kernel.hostname=evil',
    ip: 'ip link add x type dummy',
    bwrap: 'bwrap --ro-bind / / true',
    losetup: 'losetup /dev/loop0 swap',
    date: 'date -s @0',
    swapon: 'swapon swap',
    modprobe: 'modprobe loop',
    passwd: 'passwd -d root',
    newgrp: 'newgrp root </dev/null',
    chsh: 'chsh -s /bin/sh root',
    newuidmap: 'newuidmap $$ 0 0 1',
    gdb: `timeout 5 gdb -p ${process.pid} -batch 2>&1 | grep -w attached`,
    strace: `timeout 2 strace -p ${process.pid} 2>&1 | grep -w attached`,
    crontab: 'echo "* * * * * true" | crontab -',
  }
  const lines = tools.map((tool) => {
    tally.count('a program', tool, 'sh')
    return `command -v ${tool} >/dev/null && { (${attempts[tool] ?? `${tool} /workspace/none /workspace/none`}) >/dev/null 2>&1 && echo "DID ${tool}"; }`
  })
  const said = await shell.run(
    (fs.writeFileSync(join(home.workspace, 'script'), `${lines.join('\n')}\necho tried all`), 'timeout 50 sh script'),
  )
  t.match(said, 'tried all')
  // These only say something of their own.
  const did = [...said.matchAll(/^DID (.*)/gm)].map(([, name]) => name ?? '')
  t.same(
    did.filter((name) => !['ssh-agent', 'perf'].includes(name)),
    [],
  )
  for (const path of marked) tally.count('a marked program', path, 'sh')
  t.notOk(home.changed())
  tally.atLeast(t, 60)
})

void t.test('with a right kept, or without the filter of calls, this class gets through', withPython, async (t) => {
  const home = createEscapeHome(t)
  write(home.workspace)
  const kept = weakBubblewrap(
    home.folder,
    `${without('--disable-userns', 0)}\n${without('--cap-drop', 1)}\nwords+=(--cap-add ALL)`,
  )
  const capable = await (await createEscapeShell(home.workspace, { program: kept })).run('python3 script')
  t.match(capable, 'DID mount a file system')
  t.match(capable, 'DID the name of the host')
  t.match(capable, 'DID a new namespace of mounts')

  const unfiltered = weakBubblewrap(home.folder, without('--seccomp', 1))
  const said = await (await createEscapeShell(home.workspace, { program: unfiltered })).run('python3 script')
  t.match(said, 'DID another session of keys')
  t.notMatch(said, 'DID mount a file system')
})

void t.test(
  'a key of the daemon stays out of reach, though it is in the session that both have',
  withPython,
  async (t) => {
    const home = createEscapeHome(t)
    const [join_, add] = arch() === 'x64' ? [250, 248] : [219, 217]
    const daemon = `
import ctypes, os, sys
libc = ctypes.CDLL(None)
libc.syscall(${join_}, 1, None)
if libc.syscall(${add}, b'user', b'pincer', b'canary-key', 10, -3) < 0: sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])`
    const look = `python3 - <<'E'
import ctypes
libc = ctypes.CDLL(None)
found = ctypes.create_string_buffer(64)
key = libc.syscall(${join_}, 10, -3, b'user', b'pincer', 0)
libc.syscall(${join_}, 11, key, found, 64)
print('found', found.value.decode())
E`
    const script = join(home.folder, 'daemon.ts')
    fs.writeFileSync(
      script,
      `import { createEscapeShell, weakBubblewrap, without } from '${import.meta.dirname}/../support/escape-shell.ts'
    const program = weakBubblewrap('${home.folder}', without('--seccomp', 1))
    for (const options of [{}, { program }]) {
      const shell = await createEscapeShell('${home.workspace}', options)
      console.log(await shell.run(${JSON.stringify(look)}))
    }`,
    )
    const { stdout, status } = spawnSync('/usr/bin/python3', ['-c', daemon, process.execPath, script], {
      encoding: 'utf8',
    })
    if (status === 77) return void t.pass('this kernel has no keyrings')
    t.match(stdout, /found *\n[^]*found canary-key/, 'and without the filter it is found')
  },
)

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
