import fs from 'node:fs'
import t from 'tap'
import { isCommand } from '../../src/bus/bus.ts'
import type { DeadLetter, Inbound } from '../../src/bus/message.ts'
import { limits } from '../../src/limits.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { inbound } from '../support/messages.ts'
import { openBus } from '../support/open-bus.ts'
import { until } from '../support/until.ts'

const reply = (text: string): { channel: string; chat: string; text: string; failed: boolean } => ({
  channel: 'test',
  chat: 'home',
  text,
  failed: false,
})
const never = new AbortController().signal

void t.test('a message is accepted only once it is on the disk, and heard by the agent after that', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { bus, journal, heard, path } = await openBus(t.testdir({}))
  faults.hold(['datasync'])
  let answer = ''
  const accepting = bus.accept(inbound('hello')).then((acceptance) => (answer = acceptance))
  await until(() => fs.readFileSync(path, 'utf8') !== '')
  for (let round = 0; round < 50; round++) await new Promise(setImmediate)
  t.same([answer, heard.length], ['', 0], 'written is not yet on the disk')
  faults.release()
  await accepting
  t.equal(answer, 'accepted')
  t.match(heard, [{ text: 'hello' }])
  t.match(bus.pending(), [{ message: { text: 'hello' } }])
  await journal.close()
})

void t.test('while the disk is waited for the agent hears what may come, as the very message that it is', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { bus, journal, heard } = await openBus(t.testdir({}))
  const arriving: Inbound[] = []
  bus.onArriving((message) => arriving.push(message))
  faults.hold(['datasync'])
  const accepting = bus.accept(inbound('the word is hunter2'))
  await until(() => arriving.length === 1)
  t.same([heard.length, bus.pending().length], [0, 0])
  faults.release()
  await accepting
  t.match(arriving, [{ text: 'the word is [secret]', ageMs: 0 }])
  t.equal(heard[0], arriving[0])
  faults.fail(['datasync'])
  await t.rejects(bus.accept(inbound('not kept')), { code: 'disk' })
  t.same([arriving.length, heard.length], [2, 1], 'it came to nothing')
  faults.heal()
  await journal.close()
})

void t.test(
  'a message that comes again is a duplicate while it is open, when it is answered, and after a restart',
  async (t) => {
    const folder = t.testdir({})
    const { bus, journal, heard } = await openBus(folder)
    const message = inbound('once')
    t.equal(await bus.accept(message), 'accepted')
    t.equal(await bus.accept({ ...message, text: 'other words' }), 'duplicate')
    t.equal(await bus.accept({ ...message, channel: 'elsewhere' }), 'accepted', 'ids count within their channel')
    await bus.send(reply('hi'), [message], never)
    t.equal(await bus.accept(message), 'duplicate')
    await journal.close()
    const again = await openBus(folder)
    t.equal(await again.bus.accept(message), 'duplicate')
    t.same([heard.length, again.heard.length], [2, 0])
    await again.journal.close()
  },
)

void t.test(
  'a message that comes twice at once is not acknowledged by the second before it is on the disk',
  async (t) => {
    const faults = await createDiskFaults()
    t.teardown(() => faults.restore())
    const { bus, journal, heard } = await openBus(t.testdir({}))
    const message = inbound('twice')
    faults.fail(['datasync'])
    const both = await Promise.allSettled([bus.accept(message), bus.accept(message)])
    t.same(
      both.map((each) => each.status),
      ['rejected', 'rejected'],
    )
    faults.heal()
    t.same(await Promise.all([bus.accept(message), bus.accept(message)]), ['accepted', 'duplicate'])
    t.equal(heard.length, 1)
    await journal.close()
  },
)

void t.test('a full queue is a value, commands still have room, and room comes back', async (t) => {
  const { bus, journal, heard } = await openBus(t.testdir({}))
  const offered = Array.from({ length: limits.busMessagesMax + 7 }, (_, index) => inbound(`message ${index}`))
  const answers = await Promise.all(offered.map((message) => bus.accept(message)))
  t.equal(answers.filter((each) => each === 'accepted').length, limits.busMessagesMax)
  t.equal(answers.filter((each) => each === 'full').length, 7)
  t.equal(await bus.accept(inbound('one more')), 'full')
  t.equal(await bus.accept(inbound('/stop')), 'accepted')
  for (let count = 1; count < limits.busCommandsExtraMax; count++) await bus.accept(inbound('/status'))
  t.equal(await bus.accept(inbound('/stop')), 'full', 'commands have a bound too')
  const [refused] = offered.slice(-1)
  for (const message of heard.slice(0, limits.busCommandsExtraMax + 1))
    await bus.send(reply('done'), [message], undefined)
  t.equal(await bus.accept(refused ?? inbound('')), 'accepted', 'what was refused may come again')
  await journal.close()
})

void t.test('messages keep their order', async (t) => {
  const folder = t.testdir({})
  const { bus, journal, heard } = await openBus(folder)
  const words = Array.from({ length: 40 }, (_, index) => `word ${index}`)
  await Promise.all(words.map((word) => bus.accept(inbound(word))))
  t.same(
    heard.map((message) => message.text),
    words,
  )
  await journal.close()
  const again = await openBus(folder)
  t.same(
    again.bus.pending().map((each) => each.message.text),
    words,
  )
  await again.journal.close()
})

void t.test('secrets are removed before anything is written: in messages, calls and replies', async (t) => {
  const { bus, journal, heard, out, path } = await openBus(t.testdir({}))
  await bus.accept(inbound('my key is hunter2'))
  t.match(heard, [{ text: 'my key is [secret]' }])
  await bus.callStarts(heard, 'shell echo hunter2')
  await bus.send(reply('it was hunter2'), heard, never)
  t.match(out, [{ text: 'it was [secret]' }])
  t.notMatch(fs.readFileSync(path, 'utf8'), /hunter2/)
  await journal.close()
})

void t.test('a reply closes its messages and is kept until it is delivered, over restarts', async (t) => {
  const folder = t.testdir({})
  const first = await openBus(folder)
  const message = inbound('hello')
  await first.bus.accept(message)
  const sent = await first.bus.send(reply('hi'), [message], never)
  t.same(sent.answers, [message.id])
  t.match(first.out, [sent])
  await first.journal.close()
  const second = await openBus(folder)
  t.same(second.bus.pending(), [])
  t.same(second.bus.undelivered(), [sent])
  await second.bus.sent(sent.id)
  await second.journal.close()
  const third = await openBus(folder)
  t.same(third.bus.undelivered(), [])
  await third.journal.close()
})

void t.test('a changing call is on the disk before it may run', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const folder = t.testdir({})
  const { bus, journal } = await openBus(folder)
  const message = inbound('lamp on')
  await bus.accept(message)
  faults.done.length = 0
  const id = await bus.callStarts([message], 'device_set lamp on')
  t.same(faults.done, ['write', 'datasync'])
  const crashed = await openBus(folder)
  t.match(crashed.bus.pending(), [{ calls: [{ id, what: 'device_set lamp on', ended: false }] }])
  await crashed.journal.close()
  faults.done.length = 0
  await bus.callEnded(id)
  t.same(faults.done, ['write'], 'its end is not worth an fsync')
  faults.fail(['write'])
  await t.rejects(bus.callStarts([message], 'device_set lamp off'), { code: 'disk' })
  await bus.callEnded(id)
  await journal.close()
})

void t.test('ids are never the same, also when the clock stands still or goes back', async (t) => {
  const { bus, journal, clock } = await openBus(t.testdir({}))
  const message = inbound('x')
  await bus.accept(message)
  const ids = new Set<string>()
  for (let count = 0; count < 200; count++) {
    ids.add(await bus.callStarts([message], 'x'))
    if (count === 100) clock.jumpWall(-3_600_000)
  }
  t.equal(ids.size, 200)
  await journal.close()
})

void t.test('a reply waits while the outbound queue is full, in order, and never goes over the bound', async (t) => {
  const { bus, journal, out } = await openBus(t.testdir({}))
  for (let count = 0; count < limits.busMessagesMax; count++) await bus.send(reply(`${count}`), [], never)
  const waiting = ['a', 'b', 'c'].map((text) => bus.send(reply(text), [], never))
  for (let round = 0; round < 50; round++) await new Promise(setImmediate)
  t.equal(out.length, limits.busMessagesMax)
  await bus.sent(out[0]?.id ?? '')
  await until(() => out.length > limits.busMessagesMax)
  for (let round = 0; round < 50; round++) await new Promise(setImmediate)
  t.equal(bus.undelivered().length, limits.busMessagesMax, 'one place, one message')
  await bus.sent(out[1]?.id ?? '')
  await bus.sent(out[2]?.id ?? '')
  await Promise.all(waiting)
  t.same(
    out.slice(-3).map((each) => each.text),
    ['a', 'b', 'c'],
  )
  await journal.close()
})

void t.test('a channel whose queue is full holds up no other', async (t) => {
  const { bus, journal, out } = await openBus(t.testdir({}))
  const stuck = (text: string) => bus.send({ ...reply(text), channel: 'stuck' }, [], never)
  for (let count = 0; count < limits.busMessagesMax; count++) await stuck(`${count}`)
  t.same([bus.hasRoom('stuck'), bus.hasRoom('test')], [false, true])
  let waited = true
  const waiting = stuck('waits').then(() => (waited = false))
  for (let count = 0; count < limits.busMessagesMax; count++) await bus.send(reply(`${count}`), [], never)
  await bus.sent(out.at(-1)?.id ?? '')
  for (let round = 0; round < 50; round++) await new Promise(setImmediate)
  t.ok(waited, 'room elsewhere is not its room')
  await bus.sent(out[0]?.id ?? '')
  await waiting
  t.same([bus.hasRoom('stuck'), bus.hasRoom('test')], [false, true])
  await journal.close()
})

void t.test('what is proven undeliverable makes room, is kept over restarts, and is not offered again', async (t) => {
  const folder = t.testdir({})
  const { bus, journal, clock, out, path } = await openBus(folder)
  for (let count = 0; count < limits.busMessagesMax; count++) await bus.send(reply(`reply ${count}`), [], never)
  const waiting = bus.send(reply('late'), [], never)
  const [first] = out
  if (first === undefined) throw new Error('nothing was sent')
  await bus.undeliverable({ ...first, text: 'x'.repeat(5_000) }, 'the bot was blocked, said hunter2')
  await waiting
  const letter: DeadLetter = {
    id: first.id,
    channel: 'test',
    chat: 'home',
    text: 'x'.repeat(limits.deadLetterCharsMax),
    atMs: clock.nowMs(),
    why: 'the bot was blocked, said [secret]',
  }
  t.same(bus.deadLetters(), [letter])
  await journal.close()
  const second = await openBus(folder)
  t.same(second.bus.deadLetters(), [letter])
  t.notOk(second.bus.undelivered().some(({ id }) => id === first.id))
  clock.jumpWall(limits.deadLetterAgeMaxMs + 1)
  t.same(bus.deadLetters(), [], 'a week later nobody needs to know')
  second.clock.jumpWall(limits.deadLetterAgeMaxMs + 1)
  const text = 'x'.repeat(limits.journalCompactBytes)
  await second.bus.send(reply(text), [], undefined)
  await second.journal.close()
  t.notMatch(fs.readFileSync(path, 'utf8'), /the bot was blocked/, 'and the disk forgets it too')
})

void t.test('a reply that waits for room is given up with its signal, and nothing was written of it', async (t) => {
  const { bus, journal, out } = await openBus(t.testdir({}))
  const message = inbound('hello')
  await bus.accept(message)
  for (let count = 0; count < limits.busMessagesMax; count++) await bus.send(reply(`${count}`), [], never)
  const stop = new AbortController()
  const waiting = bus.send(reply('late'), [message], stop.signal)
  stop.abort()
  await t.rejects(waiting, { code: 'stopped' })
  await t.rejects(bus.send(reply('later'), [message], stop.signal), { code: 'stopped' })
  t.equal(bus.pending().length, 1)
  t.equal(out.length, limits.busMessagesMax)
  await bus.sent(out[0]?.id ?? '')
  await bus.send(reply('now'), [message], never)
  t.equal(bus.pending().length, 0)
  await journal.close()
})

void t.test(
  'on a full disk messages are refused with the reason, but /stop and /off are taken and answered',
  async (t) => {
    const faults = await createDiskFaults()
    t.teardown(() => faults.restore())
    const folder = t.testdir({})
    const { bus, journal, heard, out } = await openBus(folder)
    const before = inbound('before')
    await bus.accept(before)
    faults.fail(['write', 'writeFile'])
    await t.rejects(bus.accept(inbound('hello')), { code: 'disk', message: /the disk is full/ })
    await t.rejects(bus.accept(inbound('/on lamp')), { code: 'disk' })
    await t.rejects(bus.accept(inbound('/stopwatch')), { code: 'disk' })
    const stops = ['/stop', ' /STOP all', '/off lamp'].map((text) => inbound(text))
    for (const stop of stops) t.equal(await bus.accept(stop), 'accepted')
    t.equal(heard.length, 4)
    await bus.callStarts([stops[2] ?? before], 'device_set lamp off')
    await t.rejects(bus.callStarts([before], 'device_set lamp on'), { code: 'disk' })
    for (const stop of stops) await bus.send(reply(`re ${stop.text}`), [stop], never)
    await bus.send(reply('answered on a full disk'), [before], never)
    t.equal(out.length, 4)
    await bus.sent(out[0]?.id ?? '')
    t.equal(bus.undelivered().length, 3)

    faults.heal()
    const after = inbound('after')
    t.equal(await bus.accept(after), 'accepted')
    const crashed = await openBus(folder)
    t.match(crashed.bus.pending(), [{ message: { text: 'after' } }], 'the file has caught up with the memory')
    t.equal(crashed.bus.undelivered().length, 3)
    await crashed.journal.close()
    await journal.close()
  },
)

void t.test('a stop does not wait for a disk that stalls, and is acknowledged once it is written', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { bus, journal, heard, out } = await openBus(t.testdir({}))
  faults.hold(['write'])
  const [hello, off, stop] = [inbound('hello'), inbound('/off lamp'), inbound('/stop all')]
  const accepting = [hello, off, stop].map((message) => bus.accept(message))
  t.same(heard, [{ ...stop, ageMs: 0 }], 'before the disk has taken anything')
  const answering = bus.send(reply('Stopped.'), [stop], never)
  faults.release()
  t.same(await Promise.all(accepting), ['accepted', 'accepted', 'accepted'])
  await answering
  t.same(
    heard.map((message) => message.text),
    ['/stop all', 'hello', '/off lamp'],
  )
  t.equal(await bus.accept(stop), 'duplicate')
  t.same([bus.pending().length, out.length], [2, 1], 'its reply closed it')
  await journal.close()
})

void t.test('only a word behind a slash at the start is a command', (t) => {
  for (const text of ['/stop', ' /stop all', '/set lamp on', '/help@pincer_bot', '/STATUS', '/a_b1\nx']) {
    t.equal(isCommand(text), true, text)
  }
  for (const text of [
    'stop',
    '',
    '/',
    '/ stop',
    'do /stop',
    '/etc/hosts',
    '//',
    '/stop!',
    `/${'x'.repeat(33)}`,
    '/ünï',
  ]) {
    t.equal(isCommand(text), false, text)
  }
  t.end()
})

void t.test(
  'how old a message was when it was accepted stays known, and a clock that lags proves nothing',
  async (t) => {
    const minuteMs = 60_000
    const folder = t.testdir({})
    const clock = new FakeClock()
    const { bus, journal, heard } = await openBus(folder, clock)
    const startMs = clock.nowMs()
    const accept = (id: string, more: object = {}) => bus.accept(inbound(id, { id, ...more }))
    await accept('11 minutes', { sentAtMs: startMs - 11 * minuteMs })
    await accept('a second of skew', { sentAtMs: startMs + 1_000 })
    await accept('ahead of this clock', { sentAtMs: startMs + 2 * minuteMs })
    await accept('a newer one was seen', { sentAtMs: startMs })
    await accept('from hand', { ageMs: 0 })
    const ages = (): readonly unknown[] => heard.map(({ id, ageMs }) => [id, ageMs])
    t.same(ages(), [
      ['11 minutes', 11 * minuteMs],
      ['a second of skew', 0],
      ['ahead of this clock', null],
      ['a newer one was seen', null],
      ['from hand', 0],
    ])
    await journal.close()
    clock.reboot(5 * minuteMs)
    const again = await openBus(folder, clock)
    const takenUp = (): readonly unknown[] =>
      again.bus.pending().map(({ message }) => again.bus.takenUpAgain(message).ageMs)
    t.same(takenUp(), [16 * minuteMs, 5 * minuteMs - 1_000, null, null, 5 * minuteMs])
    // The power was off, and the board woke up with a clock of long ago.
    clock.jumpWall(-24 * 60 * minuteMs)
    t.same(takenUp(), [null, null, null, null, null])
    await again.bus.accept(inbound('sent yesterday, it seems', { sentAtMs: clock.nowMs() }))
    t.same(again.heard.at(-1)?.ageMs, null, 'the newest message on the disk is of later')
    await again.journal.close()
  },
)

void t.test('secrets are removed from the lines of calls that are shown while a turn runs', async (t) => {
  const { bus, journal } = await openBus(t.testdir({}))
  const shown: unknown[] = []
  bus.onActivity((activity) => shown.push(activity))
  const where = { channel: 'test', chat: 'home' }
  bus.show({ kind: 'tool-started', ...where, line: 'shell: echo hunter2' })
  bus.show({ kind: 'tool-progress', ...where, line: 'shell: echo hunter2', progress: 'at work' })
  bus.show({ kind: 'tool-finished', ...where, line: 'shell: echo hunter2', failed: false })
  t.same(shown, [
    { kind: 'tool-started', ...where, line: 'shell: echo [secret]' },
    { kind: 'tool-progress', ...where, line: 'shell: echo [secret]', progress: 'at work' },
    { kind: 'tool-finished', ...where, line: 'shell: echo [secret]', failed: false },
  ])
  await journal.close()
})
