import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import { createSandboxRig } from '../support/sandbox-rig.ts'

const lines = (text: string): readonly string[] => text.trimEnd().split('\n')

void t.test('a command sees its workspace, a bare system, five devices, and nothing else of the host', async (t) => {
  const rig = createSandboxRig(t.testdir({ workspace: { 'notes.md': 'mine' } }))
  const { end, said } = await rig.run('pwd; cat notes.md; echo; ls -1 /; echo --; ls -1A /dev; echo --; ls -1A /tmp')
  t.same(end, { how: 'exited', exitCode: 0 })
  const [root, devices, tmp] = said.split('--\n').map((part) => lines(part).filter((line) => line !== ''))
  t.same(root?.slice(0, 2), ['/workspace', 'mine'])
  const known = new Set(['bin', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'proc', 'sbin', 'tmp', 'usr', 'workspace'])
  t.same(
    root?.slice(2).filter((name) => !known.has(name)),
    [],
  )
  t.same(devices, ['full', 'null', 'random', 'urandom', 'zero'])
  t.same(tmp, [])
})

void t.test('no file of the host outside the system can be read, however its path is written', async (t) => {
  const rig = createSandboxRig(
    t.testdir({ state: { secret: 'canary-7f3a' }, '.env': 'canary-7f3a', 'pincer.yaml': 'canary-7f3a' }),
  )
  fs.symlinkSync('../state/secret', join(rig.workspace, 'link'))
  fs.symlinkSync(rig.state, join(rig.workspace, 'folder'))
  const home = join(rig.state, '..')
  const paths = [
    `${rig.state}/secret`,
    `${home}/.env`,
    `${home}/pincer.yaml`,
    '../state/secret',
    '/workspace/../state/secret',
    'link',
    'folder/secret',
    `/proc/1/root${rig.state}/secret`,
    `/proc/self/root${rig.state}/secret`,
    '/proc/1/cwd/../state/secret',
    '/proc/self/cwd/../state/secret',
    '/etc/shadow',
    '/etc/passwd-',
    '/etc/hostname',
    '/etc/ssh/sshd_config',
    '/etc/machine-id',
    '/root',
    '/home',
    '/run',
    '/var',
    '/sys',
    '/boot',
    '/mnt',
    '/media',
    '/srv',
    '/opt',
    '/proc/kcore',
    '/proc/1/environ',
  ]
  for (const path of paths) {
    const { end, said } = await rig.run(
      `cat ${path} 2>/dev/null | head -c 300; ls ${path} >/dev/null 2>&1 && [ -d ${path} ] && echo there`,
    )
    t.notMatch(said, /canary|there|root:|PATH/, path)
    t.equal(end.how, 'exited')
  }
  const { said } = await rig.run('cat /etc/passwd /etc/group; id; whoami; hostname')
  t.same(lines(said), [
    'pincer:x:1000:1000::/tmp:/bin/sh',
    'pincer:x:1000:',
    'uid=1000(pincer) gid=1000(pincer) groups=1000(pincer)',
    'pincer',
    'pincer',
  ])
})

void t.test('the workspace alone can be written, as the user of the daemon', async (t) => {
  const rig = createSandboxRig(t.testdir())
  const { said } = await rig.run(`
    for place in / /usr /etc /dev /proc /usr/bin /etc/passwd /dev/new /proc/sys/kernel/core_pattern /proc/self/oom_score_adj; do
      (echo x > "$place/x" || echo x > "$place") 2>/dev/null && echo "wrote $place"
    done
    mkdir sub && echo inside > sub/file && echo x > /tmp/x && echo fine`)
  t.equal(said, 'fine\n')
  t.equal(fs.readFileSync(join(rig.workspace, 'sub/file'), 'utf8'), 'inside\n')
  t.equal(fs.statSync(join(rig.workspace, 'sub/file')).uid, process.getuid?.())
  t.equal((await rig.run('ls -A /tmp')).said, '', 'what was in /tmp is gone with its command')
})

void t.test('what steers later turns can be read and not written, removed, replaced or made', async (t) => {
  const rig = createSandboxRig(
    t.testdir({ workspace: { 'AGENTS.md': 'be good', skills: { a: { 'SKILL.md': 'how' } } } }),
  )
  t.equal((await rig.run('cat AGENTS.md skills/a/SKILL.md')).said, 'be goodhow')
  const names = [
    'AGENTS.md',
    'SOUL.md',
    'USER.md',
    'MEMORY.md',
    'HEARTBEAT.md',
    'skills',
    'skills/a/SKILL.md',
    'skills/new',
  ]
  for (const name of names) {
    await rig.run(`
      echo evil > ${name}; echo evil >> ${name}; rm -rf ${name}; mv ${name} x; ln -sf /tmp ${name}; mkdir -p ${name}
      echo evil > new; mv -f new ${name}; cp new ${name}; chmod 777 ${name}; truncate -s 0 ${name}; mv skills skills-old`)
  }
  const found = (name: string): string => fs.readFileSync(join(rig.workspace, name), 'utf8')
  t.equal(found('AGENTS.md'), 'be good')
  t.equal(found('skills/a/SKILL.md'), 'how')
  for (const name of ['SOUL.md', 'USER.md', 'MEMORY.md', 'HEARTBEAT.md']) t.equal(found(name), '', name)
  t.same(fs.readdirSync(join(rig.workspace, 'skills')), ['a'])
  t.notOk(fs.existsSync(join(rig.workspace, 'skills-old')))
})

void t.test('commands that start at the same moment each run, though what steers later turns is missing', async (t) => {
  const rig = createSandboxRig(t.testdir({}))
  const runs = await Promise.all(Array.from({ length: 4 }, () => rig.run('cat AGENTS.md; echo ran')))
  for (const run of runs) t.same(run, { end: { how: 'exited', exitCode: 0 }, said: 'ran\n' })
})

void t.test('where one of those is a link, nothing is run: what it leads to would be shown inside', async (t) => {
  for (const name of ['AGENTS.md', 'skills']) {
    const rig = createSandboxRig(t.testdir({ state: { secret: 'canary' } }))
    fs.symlinkSync(name === 'skills' ? rig.state : join(rig.state, 'secret'), join(rig.workspace, name))
    await t.rejects(rig.run(`cat ${name} ${name}/secret`), {
      code: 'sandbox',
      message: `${name} in the workspace is no plain`,
    })
  }
})

void t.test('there is no network: not this host, not another, not its abstract sockets', async (t) => {
  const rig = createSandboxRig(t.testdir())
  let connections = 0
  const open = async (address: { port: number; host: string } | { path: string }) => {
    const server = createServer((socket) => {
      connections++
      socket.on('error', () => undefined).end('inside')
    })
    await new Promise<void>((resolve) => server.listen(address, resolve))
    t.teardown(() => server.close())
    return server.address()
  }
  const tcp = await open({ port: 0, host: '127.0.0.1' })
  const port = typeof tcp === 'object' ? tcp?.port : 0
  const abstract = `pincer-test-${process.pid}`
  await open({ path: `\0${abstract}` })
  const attempts = `
    bash -c ': </dev/tcp/127.0.0.1/${port}' 2>/dev/null && echo loopback
    bash -c ': </dev/udp/192.0.2.1/9' 2>/dev/null && echo routed
    python3 -c "import socket; socket.socket(socket.AF_UNIX).connect('\\0${abstract}')" 2>/dev/null && echo abstract
    tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '`
  t.equal((await rig.run(attempts)).said, 'lo\n')
  t.equal(connections, 0)

  const online = createSandboxRig(t.testdir(), { network: true })
  const { said } = await online.run(attempts)
  t.match(said, 'loopback', 'with network: true the same attempts come through')
  t.ok(connections > 0)
})

void t.test('no right, no namespace and no other process is to be had', async (t) => {
  const rig = createSandboxRig(t.testdir())
  const { said } = await rig.run(`
    grep -E '^(Cap|NoNewPrivs)' /proc/self/status | tr -d '\\t'
    unshare -U true 2>/dev/null && echo userns
    ps -e -o comm= | sort -u | grep -vE '^(bwrap|sh|ps|sort|grep)$'
    kill -0 ${process.pid} 2>/dev/null && echo "saw ${process.pid}"
    [ -e /dev/tty ] && echo tty; tty`)
  t.same(lines(said), [
    ...['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => `Cap${set}:0000000000000000`),
    'NoNewPrivs:1',
    'not a tty',
  ])
})

void t.test('the environment is made from nothing, whatever the daemon has in its own', async (t) => {
  process.env['PINCER_TEST_SECRET'] = 'canary'
  t.teardown(() => delete process.env['PINCER_TEST_SECRET'])
  const { said } = await createSandboxRig(t.testdir()).run(
    'env | sort; cat /proc/*/environ | tr "\\0" "\\n" | grep -c "canar[y]"',
  )
  t.same(lines(said), [
    'HOME=/tmp',
    'LANG=C.UTF-8',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'PWD=/workspace',
    'TERM=dumb',
    'TZ=Europe/Berlin',
    '0',
  ])
})

void t.test('files that the daemon was started with are closed inside', async (t) => {
  const folder = t.testdir({ secret: 'canary' })
  // Another process: what this one holds open is closed when it starts something.
  const script = `
    import { createSandboxRig } from '${import.meta.dirname}/../support/sandbox-rig.ts'
    const { said } = await createSandboxRig('${folder}').run('cat /proc/self/fd/77; ls /proc/self/fd | paste -s')
    process.stdout.write(said)`
  fs.writeFileSync(join(folder, 'child.ts'), script)
  const said = execFileSync('bash', ['-c', `exec 77<secret; exec ${process.execPath} child.ts`], {
    cwd: folder,
    encoding: 'utf8',
  })
  t.notMatch(said, 'canary')
  t.match(said, /0\t1\t2\t3\n$/)
})

void t.test('no file of the workspace runs before a command', async (t) => {
  const files = Object.fromEntries(
    ['.bashrc', '.bash_profile', '.profile', '.bash_login', '.shrc', '.env'].map((name) => [
      name,
      'echo evil; touch evil',
    ]),
  )
  const rig = createSandboxRig(t.testdir({ workspace: files }))
  t.equal((await rig.run('echo fine; ls evil 2>/dev/null')).said, 'fine\n')
})

void t.test('stdin is empty, stdout and stderr come in order, and the exit code is told', async (t) => {
  const rig = createSandboxRig(t.testdir())
  const { end, said } = await rig.run('cat; for i in 1 2 3; do echo out $i; echo err $i >&2; done; exit 7')
  t.same(end, { how: 'exited', exitCode: 7 })
  t.same(lines(said), ['out 1', 'err 1', 'out 2', 'err 2', 'out 3', 'err 3'])
  t.same((await rig.run('kill -9 $$')).end, { how: 'exited', exitCode: 137 })
  t.same((await rig.run('no-such-program')).end, { how: 'exited', exitCode: 127 })
  const odd = `'it''s "quoted" \\ $HOME; --args` // Any text is one argument.
  t.equal((await rig.run(`cat <<'EOF'\n${odd}\nEOF`)).said, `${odd}\n`)
})

void t.test('too much output, too many processes, too much memory and too large files are ended', async (t) => {
  const rig = createSandboxRig(t.testdir())
  const { end, said } = await rig.run('yes')
  t.same(end, { how: 'flood' })
  t.ok(said.length < limits.shellFloodBytes + 1024 * 1024, `${said.length} bytes`)
  const many = await rig.run('i=0; while [ $i -lt 400 ]; do sleep 60 & i=$((i+1)); done; wait')
  t.ok(many.end.how === 'processes' || many.said.includes('Cannot fork'), JSON.stringify(many))
  t.same((await rig.run('exec python3 -c "x=bytearray(700*1024*1024); import time; time.sleep(60)"')).end, {
    how: 'memory',
  })
  t.match((await rig.run('python3 -c "bytearray(3*1024**3)"')).said, 'MemoryError')
  t.match((await rig.run(`truncate -s ${limits.shellFileBytesMax + 1} big || echo refused`)).said, 'refused')
  t.match((await rig.run('dd if=/dev/zero of=/tmp/big bs=1M count=100 2>&1')).said, 'No space left')
  t.match((await rig.run('ulimit -n; ulimit -c')).said, `${limits.shellOpenFilesMax}\n0`)
  t.same((await rig.run('echo still fine')).said, 'still fine\n')
})

void t.test(
  'where bubblewrap is missing, too old or may not work, nothing is run and the sentence says what to do',
  async (t) => {
    const folder = t.testdir({
      old: '#!/bin/sh\necho "bwrap: Unknown option --disable-userns" >&2; exit 1\n',
      barred: '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2; exit 1\n',
      silent: '#!/bin/sh\nexit 0\n',
    })
    for (const name of ['old', 'barred', 'silent']) fs.chmodSync(join(folder, name), 0o755)
    const rows: readonly (readonly [string, RegExp])[] = [
      ['missing', /not installed at .+\/missing\. Run: sudo apt install bubblewrap$/],
      ['old', /Unknown option --disable-userns\. Bubblewrap 0\.8 or newer is needed\.$/],
      ['barred', /uid map: Permission denied\. This host lets its users make no user namespaces: allow that \(sysctl/],
      ['silent', /ended without a word\.$/],
    ]
    for (const [name, expected] of rows) {
      const rig = createSandboxRig(folder, { program: join(folder, name) })
      const error: unknown = await rig.run('touch ran').catch((error: unknown) => error)
      t.ok(isPincerError(error) && error.code === 'sandbox')
      t.match(error, { message: expected }, name)
      t.match(error, { message: /^The sandbox cannot be set up, so nothing was run: / })
      t.notOk(fs.existsSync(join(rig.workspace, 'ran')))
    }
  },
)

void t.test('a command cannot take the workspace from a daemon that is not root', async (t) => {
  const rig = createSandboxRig(t.testdir({ workspace: { 'notes.md': 'mine' } }))
  const mode = (): number => fs.statSync(rig.workspace).mode & 0o7777
  for (const before of [0o700, 0o2770]) {
    fs.chmodSync(rig.workspace, before)
    await rig.run('chmod 000 /workspace')
    t.equal(mode(), before)
    await rig.run('chmod 7777 .')
    t.equal(mode(), before)
    await t.rejects(rig.run('true', { command: 'a\0b' }))
    t.equal(mode(), before)
  }
  const isUp = Promise.withResolvers<void>()
  const beside = rig.run('echo up; until [ -e /workspace/go ]; do :; done; chmod 000 /workspace', {
    onOutput: () => isUp.resolve(),
  })
  await isUp.promise
  await rig.run('touch go; chmod 000 /workspace')
  await beside
  t.equal(mode(), 0o2770, 'also beside another command')
  fs.chmodSync(rig.workspace, 0)
  const { said } = await rig.run('cat notes.md')
  t.equal(said, 'mine')
  t.equal(mode(), 0o700, 'what a process that was killed has left is mended by the next command')
})
