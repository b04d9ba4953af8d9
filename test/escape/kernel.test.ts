import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { EscapeTally } from '../support/escape-cases.ts'
import { createEscapeHome } from '../support/escape-home.ts'
import { createEscapeShell, weakBubblewrap, without } from '../support/escape-shell.ts'

const slow = { timeout: 110_000 }

/** Calls of the kernel, by their numbers on x64 and on the other boards, with words of Python for what they are given. */
const calls: Readonly<Record<string, readonly [x64: number, others: number, ...given: readonly string[]]>> = {
  'mount a file system': [165, 40, "b'none', b'/tmp', b'tmpfs', 0, None"],
  'mount a folder on another': [165, 40, "b'/workspace', b'/tmp', None, 4096, None"],
  'mount /proc anew': [165, 40, "b'proc', b'/tmp', b'proc', 0, None"],
  'make the system writable': [165, 40, "None, b'/usr', None, 4096 | 32, None"],
  'make the prompt files writable': [165, 40, "None, b'/workspace/AGENTS.md', None, 4096 | 32, None"],
  'take a mount away': [166, 39, "b'/workspace/AGENTS.md', 2"],
  'take the root away': [166, 39, "b'/', 2"],
  'another root': [155, 41, "b'/workspace', b'/workspace'"],
  chroot: [161, 51, "b'/workspace'"],
  'a mount by the new calls': [430, 430, "b'tmpfs', 0"],
  'a tree of mounts': [428, 428, "-100, b'/usr', 1"],
  'a mount moved': [429, 429, "0, b'', -100, b'/tmp', 4"],
  'flags of a mount': [442, 442, "-100, b'/usr', 0, b'\\0' * 8 + b'\\1' + b'\\0' * 23, 32"],
  ...Object.fromEntries(
    Object.entries({
      mounts: 0x20000,
      users: 0x10000000,
      processes: 0x20000000,
      networks: 0x40000000,
      queues: 0x8000000,
      names: 0x4000000,
      groups: 0x2000000,
      times: 0x80,
    }).map(([name, flag]) => [`a new namespace of ${name}`, [272, 97, String(flag)]]),
  ),
  'a child in a new namespace of users': [56, 220, '0x10000000 | 17, 0, 0, 0, 0'],
  ...Object.fromEntries(
    ['mnt', 'user', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'].flatMap((name) =>
      (['1', 'self'] as const).map((whose) => [
        `enter the ${name} namespace of ${whose}`,
        [308, 268, `(opened('/proc/${whose}/ns/${name}')), 0`],
      ]),
    ),
  ),
  'trace the daemon': [101, 117, '16, DAEMON, 0, 0'],
  'seize the daemon': [101, 117, '0x4206, DAEMON, 0, 0'],
  'read the memory of the daemon': [310, 270, 'DAEMON, vector, 1, vector, 1, 0'],
  'write the memory of the daemon': [311, 271, 'DAEMON, vector, 1, vector, 1, 0'],
  'a handle of the daemon': [434, 434, 'DAEMON, 0'],
  'look whether the daemon is there': [62, 129, 'DAEMON, 0'],
  'end the daemon': [62, 129, 'DAEMON, 15'],
  'end its group': [62, 129, '-DAEMON, 15'],
  'end a thread of it': [200, 130, 'DAEMON, 15'],
  'signal it with data': [129, 138, 'DAEMON, 15, buffer'],
  'limits of the daemon': [302, 261, 'DAEMON, 7, None, buffer'],
  'priority of the daemon': [141, 140, '0, DAEMON, 19'],
  'scheduling of the daemon': [144, 119, 'DAEMON, 0, buffer'],
  'processors of the daemon': [203, 122, 'DAEMON, 128, buffer'],
  'pages of the daemon': [256, 238, 'DAEMON, 8, buffer, buffer'],
  'compare with the daemon': [312, 272, 'DAEMON, os.getpid(), 0, 0, 0'],
  'futexes of the daemon': [274, 100, 'DAEMON, buffer, buffer'],
  'a signal of a handle that the socket gives': [424, 424, 'peer(), 15, None, 0'],
  'a file of a handle that the socket gives': [438, 438, 'peer(), 0, 0'],
  'namespaces of a handle that the socket gives': [308, 268, 'peer(), 0x20000'],
  'advice on memory of such a handle': [440, 440, 'peer(), vector, 1, 21, 0'],
  'be root': [105, 146, '0'],
  'be a group': [106, 144, '0'],
  'be root in each way': [117, 147, '0, 0, 0'],
  groups: [116, 159, '1, b"\\0\\0\\0\\0"'],
  rights: [126, 91, 'b"\\x22\\x05\\x08\\x20" + bytes(4), b"\\xff" * 24'],
  'a new key': [248, 217, "b'user', b'evil', b'x', 1, -3"],
  'a key asked for': [249, 218, "b'user', b'x', None, -3"],
  'keys of the session': [250, 219, '11, -3, buffer, 4096'],
  'keys of the user': [250, 219, '11, -4, buffer, 4096'],
  'another session of keys': [250, 219, '1, None'],
  'a key searched': [250, 219, "10, -3, b'user', b'secret', 0"],
  'the log of the kernel': [103, 116, '3, buffer, 4096'],
  'the log of the kernel, cleared': [103, 116, '5, None, 0'],
  'a program in the kernel': [321, 280, '5, buffer, 72'],
  'a map in the kernel': [321, 280, '0, b"\\2\\0\\0\\0\\4\\0\\0\\0\\4\\0\\0\\0\\1\\0\\0\\0" + bytes(56), 72'],
  'events of other processes': [298, 241, 'bytes(128), -1, 0, -1, 0'],
  'faults of pages': [323, 282, '0'],
  'queues of the kernel': [425, 425, '8, bytes(120)'],
  'files by their handles': [304, 265, '-100, b"\\x08\\0\\0\\0\\x01\\0\\0\\0" + bytes(8), 0'],
  'watch a whole file system': [300, 262, '0, 0'],
  'a device of characters': [259, 33, "-100, b'/workspace/dev', 0o20666, (1 << 8) | 1"],
  'a device of blocks': [259, 33, "-100, b'/workspace/dev', 0o60666, (7 << 8)"],
  'a device in /tmp': [259, 33, "-100, b'/tmp/dev', 0o20666, (254 << 8)"],
  'a module': [175, 105, "b'x', 1, b''"],
  'a module from a file': [313, 273, "0, b'', 0"],
  'a module taken out': [176, 106, "b'loop', 2048"],
  'another kernel': [246, 104, '0, 0, None, 0'],
  'a reboot': [169, 142, '0xfee1dead, 672274793, 0, None'],
  'swap on': [167, 224, "b'/workspace/swap', 0"],
  'swap off': [168, 225, "b'/workspace/swap'"],
  'accounts of processes': [163, 89, "b'/workspace/acct'"],
  quotas: [179, 60, "0x800002 << 8, b'/dev/vda', 0, buffer"],
  'the name of the host': [170, 161, "b'evil', 4"],
  'the domain of the host': [171, 162, "b'evil', 4"],
  'the time': [227, 112, '0, bytes(16)'],
  'the zone of the clock': [164, 170, 'None, bytes(8)'],
  'the pace of the clock': [159, 171, 'b"\\1" + bytes(207)'],
  'more priority': [141, 140, '0, 0, -20'],
  'priority of real time': [144, 119, '0, 1, b"\\1\\0\\0\\0"'],
  'more open files': [302, 261, '0, 7, (2 ** 40).to_bytes(8, "little") * 2, None'],
  'more processes': [302, 261, '0, 6, (2 ** 40).to_bytes(8, "little") * 2, None'],
  'longer files': [302, 261, '0, 1, b"\\xff" * 16, None'],
  'more memory': [302, 261, '0, 9, b"\\xff" * 16, None'],
  'hang the terminal up': [153, 58, ''],
  'type into a terminal': [16, 29, '0, 0x5412, b"x"'],
  'type into the output': [16, 29, '1, 0x5412, b"x"'],
  'select in a console': [16, 29, '1, 0x541c, b"\\2"'],
  'take a console': [16, 29, '1, 0x541d, 0'],
  'take a terminal': [16, 29, '1, 0x540e, 1'],
  ...Object.fromEntries(
    Object.entries({
      'raw packets': '17, 3, 0',
      'raw IP': '2, 3, 1',
      'raw IPv6': '10, 3, 58',
      netfilter: '16, 3, 12',
    }).map(([name, given]) => [`a socket of ${name}, and a change by it`, [41, 198, given]]),
  ),
  ...(arch() === 'x64'
    ? { 'ports of the machine': [172, -1, '3'], 'some ports of the machine': [173, -1, '0x70, 2, 1'] }
    : {}),
}

/** What need no right and change nothing beyond the process itself. */
const harmless = new Set(['a socket of netfilter, and a change by it'])

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
  const rows = Object.entries(calls).filter(([name]) => !harmless.has(name))
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
