import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadAddon } from '../../../src/hardware/native/addon.ts'
import { addonPath, withoutAddon } from '../../support/built-addon.ts'

/** Files stand for outputs: what the kernel makes of an LED or a PWM channel is a file that is written. */
const stuckLoop = fileURLToPath(new URL('../../support/stuck-loop.ts', import.meta.url))

interface Seen {
  readonly during: string
  readonly told: number
  readonly pauseMs: number
}

/** A child process whose loop is kept busy in this way, and what it saw while it was: see stuck-loop.ts. */
function seenBy(folder: string, how: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [stuckLoop, addonPath ?? '', folder, how], { timeout: 100_000 }, (error, out, err) => {
      if (error === null) resolve(JSON.parse(out))
      else reject(new Error(`${how}: ${String(error.code ?? error.signal)} ${err}`))
    })
  })
}

void t.test('the watchdog of the event loop', { skip: withoutAddon }, async (t) => {
  const addon = loadAddon(addonPath ?? '')
  const file = (folder: string, name = 'output'): number => fs.openSync(join(folder, name), 'w+')

  void t.test('drives what is watched while the loop calculates, or waits in a system call', async (t) => {
    for (const how of ['calculates', 'waits']) {
      const { during, told } = await seenBy(t.testdir({ output: '100' }), how)
      t.equal(during, '0', `${how}: driven before the loop went on`)
      t.ok(told > 0, 'and told, when it did')
    }
  })

  void t.test('drives nothing while the loop runs, nor what was removed or stopped', async (t) => {
    for (const how of ['calculates, removed', 'calculates, stopped', 'ends'])
      t.match(await seenBy(t.testdir({ output: '100' }), how), { during: '100', told: 0 }, how)
    // Where the machine itself kept the loop from running, it was stuck indeed.
    let seen = await seenBy(t.testdir({ output: '100' }), 'runs')
    while (seen.pauseMs > 500) seen = await seenBy(t.testdir({ output: '100' }), 'runs')
    t.match(seen, { during: '100', told: 0 })
  })

  void t.test('drives again when the loop is stuck again', async (t) => {
    const { during, told } = await seenBy(t.testdir({ output: '100' }), 'calculates twice')
    t.equal(during, '0 0')
    t.ok(told > 1, `told ${told} times`)
  })

  void t.test('has its own copy of a descriptor, and gives it back', async (t) => {
    const folder = t.testdir()
    const count = (): number => fs.readdirSync('/proc/self/fd').length
    addon.watchdogStart(50, () => undefined)
    const before = count()
    const fd = file(folder)
    const numbers = Array.from({ length: 20 }, () => addon.watchdogAddFile(fd, '0'))
    fs.closeSync(fd)
    t.equal(count(), before + 20)
    for (const number of [...numbers, ...numbers]) addon.watchdogRemove(number)
    t.equal(count(), before)
    addon.watchdogStop()
    addon.watchdogStop()
  })

  void t.test('is one in a process, and takes no part after it was stopped', async (t) => {
    const folder = t.testdir()
    const fd = file(folder)
    t.teardown(() => fs.closeSync(fd))
    // The handles of the one before are closed by the loop.
    await wait(0)
    t.throws(() => addon.watchdogAddFile(fd, '0'), { code: 'EBADF' })
    addon.watchdogStart(1_000, () => undefined)
    t.throws(() => addon.watchdogStart(1_000, () => undefined), { code: 'EBUSY' })
    addon.watchdogAddFile(fd, '0')
    addon.watchdogStop()
    t.throws(() => addon.watchdogAddFile(fd, '0'), { code: 'EBADF' })
    await wait(0)
    addon.watchdogStart(1_000, () => undefined)
    addon.watchdogStop()
    await wait(0)
  })

  void t.test('refuses what it cannot watch', async (t) => {
    const call = (name: string, wrong: readonly unknown[]): unknown =>
      Reflect.apply(Reflect.get(addon, name), addon, wrong)
    addon.watchdogStart(1_000, () => undefined)
    t.teardown(() => addon.watchdogStop())
    t.throws(() => addon.watchdogAddFile(999_999, '0'), { code: 'EBADF' })
    t.throws(() => addon.watchdogAddFile(-1, '0'), { code: 'EINVAL' })
    t.throws(() => addon.watchdogAddFile(1, ''), { code: 'EINVAL' })
    t.throws(() => addon.watchdogAddFile(1, 'x'.repeat(64)), { code: 'EINVAL' })
    t.throws(() => call('watchdogAddLine', [{}, 0]), { code: 'EINVAL' })
    t.throws(() => addon.watchdogRemove(0), { code: 'EINVAL' })
    for (const wrong of [[1, () => undefined], [0.5, () => undefined], [1_000, null], [1_000, 7], [1_000]])
      t.throws(() => call('watchdogStart', wrong), { code: /EINVAL|EBUSY/ })
  })
})
