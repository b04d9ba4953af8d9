import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createSandboxRig, processesWith, sleepMarker } from '../support/sandbox-rig.ts'
import { until } from '../support/until.ts'

/** Ways to leave a process behind. */
const escapes: readonly ((marker: string) => string)[] = [
  (marker) => `sleep ${marker} &`,
  (marker) => `nohup sleep ${marker} >/dev/null 2>&1 &`,
  (marker) => `setsid sleep ${marker} &`,
  (marker) => `setsid -f sleep ${marker} </dev/null >/dev/null 2>&1`,
  (marker) => `(setsid sh -c 'trap "" TERM HUP INT; sleep ${marker} & disown; sleep ${marker}' &) >/dev/null 2>&1`,
  (marker) => `sh -c '(sleep ${marker} &) &' & disown 2>/dev/null; true`,
  (marker) =>
    `python3 -c "import os,time
if os.fork() == 0:
  os.setsid()
  if os.fork() == 0:
    for fd in range(3): os.close(fd)
    os.execlp('sleep', 'sleep', '${marker}')"`,
]

void t.test('when a command ends, all that it started has ended', async (t) => {
  const rig = createSandboxRig(t.testdir())
  for (const escape of escapes) {
    const marker = sleepMarker()
    // The command sees that what it leaves behind runs before it ends.
    const seen = `until pgrep -f '^sleep ${marker}' >/dev/null; do :; done; echo runs`
    const { end, said } = await rig.run(`${escape(marker)}\n${seen}`)
    t.match(said, 'runs')
    t.equal(end.how, 'exited')
    t.same(processesWith(marker), [], escape('N'))
  }
})

void t.test('when it takes too long, all that it started has ended', async (t) => {
  const rig = createSandboxRig(t.testdir())
  for (const escape of escapes) {
    const marker = sleepMarker()
    const { end } = await rig.run(`${escape(marker)}\nsleep ${marker}`, { timeoutMs: 1_500 })
    t.same(end, { how: 'timeout' })
    t.same(processesWith(marker), [], escape('N'))
  }
})

void t.test('when it is stopped, all that it started has ended, at whatever moment that is', async (t) => {
  const rig = createSandboxRig(t.testdir())
  const marker = sleepMarker()
  for (const escape of escapes) {
    const stop = new AbortController()
    const { end } = await rig.run(`${escape(marker)}\necho runs\nsleep ${marker}`, {
      signal: stop.signal,
      onOutput: () => stop.abort(),
    })
    t.same(end, { how: 'stopped' })
    t.same(processesWith(marker), [], escape('N'))
  }
  for (let ticks = 0; ticks < 60; ticks++) {
    const stop = new AbortController()
    const running = rig.run(`touch ran; sleep ${marker}`, { signal: stop.signal })
    for (let tick = 0; tick < ticks * 4; tick++) await new Promise(setImmediate)
    stop.abort()
    t.same((await running).end, { how: 'stopped' })
    t.same(processesWith(marker), [])
  }
  const before = new AbortController()
  before.abort()
  fs.rmSync(join(rig.workspace, 'ran'), { force: true })
  t.same((await rig.run('touch ran', { signal: before.signal })).end, { how: 'stopped' })
  t.notOk(fs.existsSync(join(rig.workspace, 'ran')), 'stopped before it began, it never ran')
})

void t.test('when the daemon is killed, all that runs in the sandbox dies with it', async (t) => {
  const folder = t.testdir()
  const marker = sleepMarker()
  const script = `
    import { createSandboxRig } from '${import.meta.dirname}/../support/sandbox-rig.ts'
    const rig = createSandboxRig('${folder}')
    await rig.run('setsid sleep ${marker} & sleep ${marker} & echo runs; sleep ${marker}', {
      timeoutMs: 600_000,
      onOutput: (bytes) => process.stdout.write(bytes),
    })`
  fs.writeFileSync(join(folder, 'daemon.ts'), script)
  const daemon = spawn(process.execPath, [join(folder, 'daemon.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(daemon.stdout, 'data')
  await until(() => processesWith(`sleep\0${marker}`).length >= 2, 'they run')
  daemon.kill('SIGKILL')
  await once(daemon, 'exit')
  await until(() => processesWith(marker).length === 0, 'all of them dead')
  t.same(processesWith(marker), [])
})
