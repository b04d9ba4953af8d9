import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { lockBuild } from './build-lock.ts'

/** A process that takes the lock, says so, and holds it until it is killed. */
async function startHolder(file: string) {
  const module = JSON.stringify(new URL('build-lock.ts', import.meta.url))
  const script = `import { lockBuild } from ${module}
    await lockBuild(process.argv[1], () => {})
    process.stdout.write('held')`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  return holder
}

void t.test('a build that is killed lets go of the lock, and the one that waits was told whose it was', async (t) => {
  const file = join(t.testdir(), 'building.lock')
  const holder = await startHolder(file)
  const waited: string[] = []
  const waiting = lockBuild(file, (pid) => {
    waited.push(pid)
    holder.kill('SIGKILL')
  })
  const unlock = await waiting
  t.same(waited, [String(holder.pid)])
  unlock()
})

void t.test('a lock that was given back is free at once', async (t) => {
  const file = join(t.testdir(), 'building.lock')
  const order: string[] = []
  const unlock = await lockBuild(file, () => order.push('waited in vain'))
  const unlockSecond = await lockBuild(file, () => {
    order.push('waits')
    unlock()
  })
  unlockSecond()
  t.same(order, ['waits'])
})

void t.test('a lock that cannot be taken is a failure, not a wait', async (t) => {
  const file = join(t.testdir(), 'no-such-folder/building.lock')
  await t.rejects(lockBuild(file, () => {}))
})
