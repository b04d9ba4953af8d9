import { join } from 'node:path'
import t from 'tap'
import { Dispatcher } from '../../../src/channels/dispatcher.ts'
import { createTelegramChannel } from '../../../src/channels/telegram/telegram-channel.ts'
import type { Inbound } from '../../../src/bus/message.ts'
import type { Clock } from '../../../src/clock.ts'
import type { HttpClient } from '../../../src/http/http-client.ts'
import { HttpError } from '../../../src/http/http-error.ts'
import { limits } from '../../../src/limits.ts'
import { leftBehind } from '../../support/agent-rig.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { createLogLines } from '../../support/log-lines.ts'
import { openBus } from '../../support/open-bus.ts'
import { ada } from '../../support/telegram-rig.ts'
import { TelegramWire, token } from '../../support/telegram-wire.ts'

const minuteMs = 60_000

interface Daemon {
  readonly lines: readonly string[]
  /** Waits until nothing is on its way to the disk: that takes real time, which the fake clock knows nothing of. */
  idle(): Promise<void>
  stop(): Promise<void>
  /** As by kill -9: nothing of it happens any more. Answers the folder as it was at this moment. */
  kill(): string
  /** Lets go of its files. */
  close(): Promise<void>
}

/** A Pincer that answers each message once, over a real journal and the real dispatcher. */
async function startDaemon(clock: FakeClock, wire: TelegramWire, folder: string): Promise<Daemon> {
  const killed = new AbortController()
  const ownClock: Clock = {
    bootId: clock.bootId,
    nowMs: () => clock.nowMs(),
    wallIsSet: () => true,
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, callback) => clock.after(delayMs, () => !killed.signal.aborted && callback()),
  }
  const http: HttpClient = {
    async request(request, signal) {
      if (killed.signal.aborted) throw new HttpError('cut', 'Killed.')
      return wire.request(request, AbortSignal.any([signal, killed.signal]))
    },
    reset: () => wire.reset(),
    close: () => Promise.resolve(),
  }
  const { log, lines } = createLogLines()
  const { bus, journal } = await openBus(folder, clock)
  const channel = createTelegramChannel({
    config: { token, allow: [ada.id], guests: [], progress: true, apiRoot: 'https://api.telegram.test' },
    http,
    clock: ownClock,
    log,
    stateFolder: folder,
    chance: () => 0.5,
    tellOwner: () => undefined,
    menu: [],
  })
  const dispatcher = new Dispatcher({ bus, clock: ownClock, log, channels: [channel] })
  const writing = new Set<Promise<unknown>>()
  const written = async <T>(work: Promise<T>): Promise<T> => {
    writing.add(work)
    try {
      return await work
    } finally {
      writing.delete(work)
    }
  }
  const answer = (message: Inbound): void => {
    const text = `re: ${message.text}`
    void written(bus.send({ channel: 'telegram', chat: message.chat, text, failed: false }, [message], undefined))
  }
  bus.onAccepted((message) => !killed.signal.aborted && answer(message))
  dispatcher.start()
  for (const { message } of bus.pending()) answer(message)
  await channel.start({ accept: (message) => written(bus.accept(message)) })
  return {
    lines,
    async idle() {
      for (let calm = 0; calm < 5; calm++) {
        // A slow disk is waited for, not asked over and over.
        while (writing.size > 0) {
          calm = 0
          await Promise.allSettled(writing)
        }
        await settle()
      }
    },
    async stop() {
      await channel.stop()
      await dispatcher.stop()
      await journal.close()
    },
    kill() {
      killed.abort()
      return leftBehind(folder)
    },
    close: () => journal.close(),
  }
}

/** Repeatable chance. */
function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

for (const seed of [1, 2, 3]) {
  void t.test(`a day of polling loses no message and answers none twice (seed ${seed})`, async (t) => {
    const chance = createChance(seed)
    const clock = new FakeClock()
    const wire = new TelegramWire(clock)
    let folder = join(t.testdir({ state: {} }), 'state')
    let daemon = await startDaemon(clock, wire, folder)
    const dead: Daemon[] = []
    let sent = 0
    let kills = 0
    let restarts = 0
    const says = (): void => {
      const text = `message ${++sent}`
      const chat = { id: ada.id, type: 'private' }
      wire.push({ message: { message_id: sent, date: Math.floor(clock.nowMs() / 1_000), from: ada, chat, text } })
    }
    const happens: readonly (() => Promise<void> | void)[] = [
      () => void (wire.isCut = true),
      () => void (wire.isCut = false),
      () => void (wire.isSilent = true),
      () => clock.jumpWall(Math.round((chance() - 0.5) * 1e12)),
      () => wire.fail('getUpdates', ...Array.from({ length: 60 }, () => ({ code: 409, description: 'Conflict' }))),
      () => wire.fail('getUpdates', { code: 502, description: 'Bad Gateway' }, { body: '<html>' }),
      () => wire.fail('sendMessage', { code: 429, description: 'Slow', parameters: { retry_after: 33 } }),
      () => wire.fail('sendMessage', { code: 500, description: 'Internal' }),
      async () => {
        restarts++
        const stopped = daemon.stop()
        await clock.advance(limits.telegramFarewellMs)
        await stopped
        await clock.advance(chance() * 30 * minuteMs)
        daemon = await startDaemon(clock, wire, folder)
      },
      async () => {
        kills++
        folder = daemon.kill()
        dead.push(daemon)
        await clock.advance(chance() * 30 * minuteMs)
        daemon = await startDaemon(clock, wire, folder)
      },
    ]
    const endMs = clock.monotonicMs() + 24 * 60 * minuteMs
    while (clock.monotonicMs() < endMs) {
      for (let count = Math.floor(chance() * 4); count > 0; count--) says()
      if (chance() < 0.4) await happens[Math.floor(chance() * happens.length)]?.()
      await clock.advance(chance() * 10 * minuteMs)
      // Else the day would be over before the disk has written its first hour.
      await daemon.idle()
      await clock.advance(chance() * 10 * minuteMs)
    }
    wire.isCut = false
    const replies = (): readonly string[] => wire.texts().filter((text) => text.startsWith('re: '))
    for (let round = 0; round < 300 && new Set(replies()).size < sent; round++) {
      await daemon.idle()
      await clock.advance(minuteMs)
    }
    await clock.advance(5 * minuteMs)
    await daemon.idle()
    await daemon.stop()
    for (const each of dead) await each.close()
    t.ok(sent > 60 && kills > 0 && restarts > 0, `${sent} messages, ${kills} kills, ${restarts} restarts`)
    const all = Array.from({ length: sent }, (_, index) => `re: message ${index + 1}`)
    t.same([...new Set(replies())].sort(), all.toSorted(), 'every message was answered')
    t.ok(replies().length - sent <= kills, `${replies().length - sent} replies came twice, in ${kills} kills`)
    t.same(wire.unconfirmed(), [])
  })
}

void t.test('a day without a message wakes the process for its polls and for nothing else', async (t) => {
  const clock = new FakeClock()
  const wire = new TelegramWire(clock)
  const daemon = await startDaemon(clock, wire, t.testdir({}))
  await clock.advance(24 * 60 * minuteMs)
  t.equal(wire.called('getUpdates').length, 24 * 60 * 2 + 1)
  t.equal(wire.calls.length, wire.called('getUpdates').length + 2, 'getMe and the menu, once')
  t.equal(clock.pendingTimers(), 2, 'the watchdog, and the poll that Telegram holds')
  t.same(
    daemon.lines.filter((line) => !line.startsWith('info')),
    [],
  )
  await daemon.stop()
  t.equal(clock.pendingTimers(), 0)
})
