import t from 'tap'
import { askingKernel, createSystemClock, sleep, wallIsSet } from '../src/clock.ts'
import { FakeClock } from './support/fake-clock.ts'

const never = new AbortController().signal

void t.test('a sleep ends when its time has come, not before', async (t) => {
  const clock = new FakeClock()
  let awake = false
  const slept = sleep(clock, 1_000, never).then(() => (awake = true))
  await clock.advance(999)
  t.equal(awake, false)
  await clock.advance(1)
  await slept
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a sleep ends at once with its signal, and leaves no timer', async (t) => {
  const clock = new FakeClock()
  const stop = new AbortController()
  const slept = sleep(clock, 1_000, stop.signal)
  stop.abort()
  await t.rejects(slept, { code: 'stopped' })
  await t.rejects(sleep(clock, 1_000, stop.signal), { code: 'stopped' })
  t.equal(clock.pendingTimers(), 0)
})

void t.test('the wall clock may jump without waking anybody', async (t) => {
  const clock = new FakeClock()
  let awake = false
  void sleep(clock, 1_000, never).then(() => (awake = true))
  clock.jumpWall(365 * 86_400_000)
  await clock.advance(999)
  t.equal(awake, false)
  await clock.advance(1)
  t.equal(awake, true)
})

void t.test('the clock of the machine counts from its boot, which has an id', (t) => {
  const clock = createSystemClock()
  const beforeMs = clock.monotonicMs()
  t.ok(Number.isInteger(beforeMs) && beforeMs >= 0)
  t.ok(clock.monotonicMs() >= beforeMs)
  t.ok(Math.abs(clock.nowMs() - Date.now()) < 60_000)
  t.match(clock.bootId, /^[0-9a-f-]{36}$|^unknown-/)
  t.end()
})

void t.test('a wait of more than 24.8 days does not end at once, and any wait can be cancelled twice', async (t) => {
  const clock = createSystemClock()
  const called: string[] = []
  const timer = clock.after(2 ** 31 + 1_000, () => called.push('far'))
  await new Promise<void>((resolve) => clock.after(5, resolve))
  t.same(called, [])
  timer.cancel()
  timer.cancel()
})

void t.test('the wall clock counts as set by a time server, or by a clock chip that agrees with it', async (t) => {
  const nowMs = Date.parse('2026-11-21T12:00:00Z')
  const chip = (since_epoch: string) => ({ sys: { class: { rtc: { rtc0: { since_epoch } } } } })
  const agreeing = String(nowMs / 1_000 - 100)
  t.ok(wallIsSet(t.testdir({ run: { systemd: { timesync: { synchronized: '' } } } }), nowMs))
  t.ok(wallIsSet(t.testdir(chip(`${agreeing}\n`)), nowMs))
  t.notOk(wallIsSet(t.testdir(), nowMs), 'a board without either')
  t.notOk(
    wallIsSet(t.testdir(chip('17\n')), nowMs),
    'a chip that lost its battery, beside a clock that was written down',
  )
  t.notOk(wallIsSet(t.testdir(chip(String(nowMs / 1_000 - 3_600))), nowMs))
  t.notOk(wallIsSet(t.testdir(chip('what?')), nowMs))
})

void t.test('the kernel is asked whether something keeps the clock, until it says so or anything else does', (t) => {
  const board = new FakeClock()
  board.isSet = false
  let asked = 0
  let isKept = false
  const clock = askingKernel(board, () => {
    asked++
    return isKept
  })
  t.same([clock.wallIsSet(), clock.wallIsSet(), asked], [false, false, 2])
  isKept = true
  t.same([clock.wallIsSet(), asked], [true, 3])
  isKept = false
  t.same([clock.wallIsSet(), asked], [true, 3], 'it was set, though the network is gone for a day')
  board.isSet = true
  t.same([askingKernel(board, () => t.fail('asked in vain')).wallIsSet()], [true])
  t.same([clock.nowMs(), clock.monotonicMs(), clock.bootId], [board.nowMs(), board.monotonicMs(), board.bootId])
  t.end()
})
