import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:net'
import t from 'tap'
import { acquireHomeLock, homeLockHolder } from '../../src/daemon/home-lock.ts'

const holder = join(import.meta.dirname, '../support/home-lock-holder.ts')

async function startHolder(home: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const child = spawn(process.execPath, [holder, home, '1000'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, said: chunk.toString().trim() }
}

async function acquired(home: string, userId = 1000) {
  const lock = await acquireHomeLock(home, userId)
  if (lock === 'taken') throw new Error('the lock is taken')
  return lock
}

void t.test('one holder at a time, and the next one after it released', async (t) => {
  const home = t.testdir()
  const lock = await acquired(home)
  t.equal(await acquireHomeLock(home, 1000), 'taken')
  await lock.release()
  await (await acquired(home)).release()
})

void t.test('a process that is killed leaves no lock behind, and no file', async (t) => {
  const home = t.testdir()
  const { child, said } = await startHolder(home)
  t.equal(said, 'held')
  t.equal(await acquireHomeLock(home, 1000), 'taken')
  child.kill('SIGSTOP')
  t.equal(await homeLockHolder(home, 1000), child.pid, 'which one is known, even if it hangs')
  t.equal(await homeLockHolder(home, 1001), undefined)
  const second = await startHolder(home)
  t.equal(second.said, 'taken')
  await once(second.child, 'close')
  child.kill('SIGKILL')
  await once(child, 'close')
  t.equal(await homeLockHolder(home, 1000), undefined)
  const lock = await acquired(home)
  t.equal(await homeLockHolder(home, 1000), process.pid)
  t.same(readdirSync(home), [])
  await lock.release()
})

void t.test('the same home by another path is the same lock; another home or owner is another', async (t) => {
  const root = t.testdir({ one: {}, two: {} })
  symlinkSync(join(root, 'one'), join(root, 'link'))
  const lock = await acquired(join(root, 'one'))
  t.equal(await acquireHomeLock(join(root, 'link'), 1000), 'taken')
  t.equal(await acquireHomeLock(join(root, 'two', '..', 'one'), 1000), 'taken')
  await (await acquired(join(root, 'two'))).release()
  await (await acquired(join(root, 'one'), 1001)).release()
  await lock.release()
})

void t.test('a home that is not there is said', async (t) => {
  await t.rejects(acquireHomeLock(join(t.testdir(), 'missing'), 1000), {
    code: 'home',
    message: /^There is no home .*missing: name the one that is meant/,
  })
  const file = join(t.testdir({ file: '' }), 'file', 'home')
  await t.rejects(acquireHomeLock(file, 1000), { code: 'home', message: /file\/home cannot be opened: ENOTDIR/ })
})

void t.test('who connects to the lock is turned away and disturbs nothing', async (t) => {
  const home = t.testdir()
  const { child } = await startHolder(home)
  const names = readFileSync('/proc/net/unix', 'utf8')
  const name = names
    .split('\n')
    .map((line) => /@(pincer-1000-\S+)/.exec(line)?.[1])
    .filter((each) => each !== undefined)
  t.not(name.length, 0)
  for (const each of name) {
    const socket = connect(`\0${each}`)
    socket.on('error', () => undefined)
    socket.resume()
    await once(socket, 'close')
  }
  t.equal(await acquireHomeLock(home, 1000), 'taken')
  child.kill('SIGKILL')
  await once(child, 'close')
})
