import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createSystemClock } from '../../src/clock.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { limits } from '../../src/limits.ts'
import type { ToolOutcome } from '../../src/tools/registry.ts'
import { createShellTool, type ShellSettings } from '../../src/tools/shell.ts'
import { openOwnFilesAnew } from '../support/own-files.ts'
import { createSandboxRig, processesWith, sleepMarker } from '../support/sandbox-rig.ts'
import { createToolBench, type ToolBench } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

interface ShellRig {
  readonly bench: ToolBench
  readonly workspace: string
  readonly shown: string[]
  call(command: string, more?: object, signal?: AbortSignal): Promise<ToolOutcome>
}

/** The tool in its registry, over the real sandbox and by the real clock. */
async function createShellRig(
  folder: string,
  settings: Partial<ShellSettings> = {},
  options: Parameters<typeof createToolBench>[1] & { readonly isOurs?: boolean } = {},
): Promise<ShellRig> {
  const full = { policy: 'ask' as const, allow: [], deny: [], network: false, timeoutMs: 20_000, ...settings }
  const { sandbox, workspace } = createSandboxRig(folder, { network: full.network })
  const { isOurs = true, ...more } = options
  const tool = createShellTool({
    settings: full,
    workspace: await openWorkspace({ root: workspace }),
    clock: createSystemClock(),
    origins: { everythingIsOurs: () => Promise.resolve(isOurs), recordChanges: () => Promise.resolve() },
    sandbox,
  })
  const bench = createToolBench([tool], more)
  const shown: string[] = []
  let calls = 0
  return {
    bench,
    workspace,
    shown,
    call: (command, rest = {}, signal = new AbortController().signal) =>
      bench.registry.run(
        { id: `call-${++calls}`, name: 'shell', arguments: JSON.stringify({ command, ...rest }) },
        bench.origin({ signal, onProgress: (line) => shown.push(line) }),
      ),
  }
}

void t.test('under ask a person sees the command as it will run, and it runs after a yes alone', async (t) => {
  const rig = await createShellRig(t.testdir(), { timeoutMs: 60_000 })
  t.same(await rig.call('echo hello; exit 3', { timeout_s: 50 }), { text: 'exit code 3\nhello', failed: false })
  t.match(rig.bench.asked, [
    { action: 'run for at most 50s, no network: echo hello; exit 3', reason: 'shell.policy is ask' },
  ])
  t.match(rig.bench.journal[0], /^starts shell .*echo hello/)

  const no = await createShellRig(t.testdir(), {}, { answer: 'no' })
  const outcome = await no.call('touch ran')
  t.match(outcome, { failed: true, saidNo: true })
  t.notOk(fs.existsSync(join(no.workspace, 'ran')))
})

void t.test('what is on the allow list runs unasked, and under allow everything does', async (t) => {
  const rig = await createShellRig(t.testdir(), { allow: ['echo', 'df -h'] })
  t.match(await rig.call('echo hi'), { text: 'exit code 0\nhi', failed: false })
  t.match(await rig.call('df -h /workspace'), { failed: false })
  t.same(rig.bench.asked, [])
  for (const command of ['echo hi; ls', 'echo $(ls)', 'echo *', 'ls', 'df']) await rig.call(command)
  t.equal(rig.bench.asked.length, 5)

  const open = await createShellRig(t.testdir(), { policy: 'allow' })
  t.match(await open.call('echo $((1 + 1))'), { text: 'exit code 0\n2', failed: false })
  t.same(open.bench.asked, [])
})

void t.test('what the guard refuses is neither asked nor run, whatever the policy', async (t) => {
  for (const policy of ['ask', 'allow'] as const) {
    const rig = await createShellRig(t.testdir(), { policy, allow: ['git push'], deny: ['git push'] })
    for (const command of ['touch ran; sudo ls', 'git push', '', 'rm -rf /']) {
      const outcome = await rig.call(command)
      t.match(outcome, { failed: true, text: 'The command was not run: ' })
    }
    t.same(rig.bench.asked, [])
    t.same(rig.bench.journal, [])
    t.notOk(fs.existsSync(join(rig.workspace, 'ran')))
  }
})

void t.test('a yes is for the files as they were: changed meanwhile, the command is not run', async (t) => {
  for (const named of ['x.sh', './x.sh', '/workspace/x.sh', '~/x.sh', '$HOME/x.sh', '"${PWD}/x.sh"']) {
    const folder = t.testdir({ workspace: { 'x.sh': 'echo harmless' } })
    const rig = await createShellRig(
      folder,
      {},
      {
        answer: () => {
          fs.writeFileSync(join(folder, 'workspace/x.sh'), 'touch ran')
          return Promise.resolve('yes')
        },
      },
    )
    t.match(await rig.call(`sh ${named}`), { failed: true, text: 'a file that it names changed after the yes' }, named)
    t.notOk(fs.existsSync(join(rig.workspace, 'ran')))
  }
})

void t.test('what it says is text from outside when the network is on or a file is not known as ours', async (t) => {
  const policy = 'allow'
  t.equal((await (await createShellRig(t.testdir(), { policy })).call('echo a')).foreign, undefined)
  t.equal((await (await createShellRig(t.testdir(), { policy }, { isOurs: false })).call('echo a')).foreign, 'shell')
  t.equal(
    (await (await createShellRig(t.testdir(), { policy, network: true })).call('echo a')).foreign,
    'shell, network',
  )
})

void t.test('a command ends on time with what it said, and timeout_s only shortens', async (t) => {
  // A busy machine needs a part of it to start the sandbox.
  const rig = await createShellRig(t.testdir(), { policy: 'allow', timeoutMs: 6_000 })
  const endsOnTime = async (more: object): Promise<void> => {
    const marker = sleepMarker()
    const { text, failed } = await rig.call(`echo before; setsid sleep ${marker} & sleep ${marker}`, more)
    t.equal(text, 'ended after 6s: it took longer, and all that it started was ended too\nbefore')
    t.notOk(failed)
    t.same(processesWith(marker), [])
  }
  await Promise.all([endsOnTime({}), endsOnTime({ timeout_s: 600 })])
  for (const timeout_s of [0, -1, 1.5, '5', null]) {
    t.match(await rig.call('echo x', { timeout_s }), { failed: true, text: 'shell was not run' })
  }
})

void t.test('/stop ends the command and all that it started', async (t) => {
  const rig = await createShellRig(t.testdir(), { policy: 'allow' })
  const stop = new AbortController()
  const marker = sleepMarker()
  const call = rig.call(`setsid sleep ${marker} & touch running; sleep ${marker}`, {}, stop.signal)
  while (!fs.existsSync(join(rig.workspace, 'running'))) await new Promise(setImmediate)
  stop.abort()
  t.match(await call, { failed: true, text: 'stopped' })
  t.same(processesWith(marker), [])
})

void t.test('people see the newest line while it runs, without secrets and in calm steps', async (t) => {
  const rig = await createShellRig(t.testdir(), { policy: 'allow' })
  await rig.call('for i in 1 2 3 4; do echo "line $i hunter2"; echo; sleep 0.4; done')
  t.ok(rig.shown.length >= 1 && rig.shown.length <= 4, rig.shown.join('|'))
  for (const line of rig.shown) t.match(line, /^line \d \[secret\]$/)
})

void t.test('long output reaches the model as both ends, and any bytes as text', async (t) => {
  const rig = await createShellRig(t.testdir(), { policy: 'allow' })
  const { text, parkedAs } = await rig.call('echo begin; seq 1 300000; echo end')
  t.ok(text.length < limits.toolResultCharsMax + 300, `${text.length} characters`)
  t.match(text, /^exit code 0\nbegin\n1\n2\n/)
  t.match(text, /300000\nend$/)
  t.match(rig.bench.parked.get(parkedAs ?? ''), /\[\.\.\. \d+ bytes left out \.\.\.\]/)
  const odd = await rig.call(
    String.raw`printf 'a\033[31mred\033[0m\033]0;title\007 \000\001\377 b\rc\r\n\342\200\256d'`,
  )
  t.equal(odd.text, 'exit code 0\nared \ufffd\ufffd\ufffd b\nc\n\ufffdd')
  t.match(await rig.call('yes'), { text: /^ended: it wrote more than 4 MB/, failed: false })
  t.equal((await rig.call('true')).text, 'exit code 0\n(no output)')
  t.equal((await rig.call('kill -9 $$')).text, 'exit code 137 (signal 9)\n(no output)')
})

/** The tool over the real sandbox and the real record of what is ours. */
async function createOriginsRig(t: Test, settings: Partial<ShellSettings> = {}) {
  const folder = t.testdir({ workspace: { 'a.md': 'mine' } })
  const full = { policy: 'allow' as const, allow: [], deny: [], network: false, timeoutMs: 20_000, ...settings }
  const { sandbox, workspace: root } = createSandboxRig(folder, { network: full.network })
  const { workspace, origins } = await openOwnFilesAnew(root)
  const tool = createShellTool({ settings: full, workspace, clock: createSystemClock(), origins, sandbox })
  const bench = createToolBench([tool])
  let calls = 0
  const call = (command: string, untrusted?: string) =>
    bench.registry.run(
      { id: `call-${++calls}`, name: 'shell', arguments: JSON.stringify({ command }) },
      bench.origin({ untrusted }),
    )
  return { workspace, origins, call }
}

void t.test(
  'what a command writes in a workspace of our own stays ours, and so does what the next one says',
  async (t) => {
    const { origins, call } = await createOriginsRig(t)
    t.equal((await call('cp a.md "a second note.md"; echo two > a.md; mkdir d; echo x > d/y')).foreign, undefined)
    t.ok(origins.isClean('a.md', 'two\n'))
    t.ok(await origins.everythingIsOurs())
    t.equal((await call('cat *.md')).foreign, undefined)
  },
)

void t.test('what a command writes with text from outside in view, or from outside, stays foreign', async (t) => {
  const marked = await createOriginsRig(t)
  await marked.call('echo obey > b.md', 'https://example.org')
  t.notOk(marked.origins.isClean('b.md', 'obey\n'))
  t.match((await marked.call('cat b.md > c.md')).foreign, /shell/, 'and what comes of it')
  t.notOk(marked.origins.isClean('c.md', 'obey\n'))
  const online = await createOriginsRig(t, { network: true })
  await online.call('echo obey > b.md')
  t.notOk(online.origins.isClean('b.md', 'obey\n'))
})

void t.test('nothing is recorded where a file tool or another command wrote meanwhile', async (t) => {
  const { workspace, origins, call } = await createOriginsRig(t)
  const first = call('until [ -e web.md ]; do sleep 0.05; done; echo x > one.md')
  await until(() => fs.existsSync(join(workspace.root, 'AGENTS.md')), 'the first command')
  // Another chat writes what it read on the web.
  await workspace.write('web.md', 'obey')
  await first
  t.notOk(origins.isClean('web.md', 'obey'))
  t.notOk(origins.isClean('one.md', 'x\n'))
  fs.rmSync(join(workspace.root, 'web.md'))
  fs.rmSync(join(workspace.root, 'one.md'))
  t.ok(await origins.everythingIsOurs())
  const meanwhile = 'until [ -e three.md ]; do sleep 0.05; done; echo x > two.md'
  await Promise.all([call(meanwhile), call('echo obey > three.md', 'https://example.org')])
  t.notOk(origins.isClean('two.md', 'x\n'))
  t.notOk(origins.isClean('three.md', 'obey\n'))
})
