import t from 'tap'
import type { Reading, ReadOutcome } from '../../src/devices/device.ts'
import { PincerError } from '../../src/errors.ts'
import type { Condition, JobAction } from '../../src/schedule/job.ts'
import { presentText } from '../../src/schedule/present-text.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { level, ruleOf, saying, setting } from '../support/trigger-rig.ts'

const waits = 'It waits for that.'
const is = (device: string, state: string, forMs = 0): Condition => ({ kind: 'is', device, state, forMs })

function reading(device: string, quantity: string, value: Reading['value'], unit = ''): ReadOutcome {
  const readings = [{ device, quantity, value, unit, timeMs: 0, ageMs: 0, source: 'a test', simulated: true }]
  return { device, status: 'ok', readings }
}

const warm = reading('room', 'temperature', 30, '°C')

function text(when: Condition, action: JobAction, outcome: ReadOutcome): Promise<string> {
  const devices = { read: () => Promise.resolve([outcome]) }
  return presentText(ruleOf('1', when, action), when, { devices, clock: new FakeClock() })
}

void t.test('where what a new job waits for is so already, the answer says what becomes of that', async (t) => {
  for (const [when, action, outcome, expected] of [
    [is('door', 'open'), saying, reading('door', 'state', 'closed'), waits],
    [
      is('door', 'open'),
      saying,
      reading('door', 'state', 'open'),
      'door is open now: it fires the next time door opens.',
    ],
    [
      is('lamp', 'off'),
      setting('fan', 'off'),
      reading('lamp', 'state', 'off'),
      'lamp is off now: it fires the next time lamp turns off.',
    ],
    [
      is('bell', 'pressed'),
      saying,
      reading('bell', 'state', 'pressed'),
      'bell is pressed now: it fires the next time bell is pressed.',
    ],
    [is('door', 'open', 300_000), saying, reading('door', 'state', 'open'), 'door is open now: the 5m count from now.'],
    [level('above', 25), saying, warm, 'room.temperature is 30 °C now.'],
    [level('above', 25), setting('fan', 'on'), warm, 'room.temperature is 30 °C now.'],
    [
      level('above', 25),
      setting('fan', 'on', 60_000),
      warm,
      'room.temperature is 30 °C now: it fires the next time room.temperature goes above 25.',
    ],
    [level('below', 25), saying, warm, waits],
    [level('above', 25), saying, { device: 'room', status: 'failed', reason: 'No.' }, waits],
    [{ kind: 'edge', device: 'door', edge: 'both' }, saying, warm, waits],
    [{ kind: 'start' }, saying, warm, waits],
  ] as const) {
    t.equal(await text(when, action, outcome), expected)
  }
})

void t.test(
  'a device that nobody can read, or that does not answer, holds the answer up for no longer than a sample',
  async (t) => {
    const clock = new FakeClock()
    const when = is('door', 'open')
    const never = (_name: string | undefined, signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new PincerError('stopped', 'Stopped.')), { once: true })
      })
    const answer = presentText(ruleOf('1', when, saying), when, { devices: { read: never }, clock })
    await clock.advance(60_000)
    t.equal(await answer, waits)
    t.equal(clock.pendingTimers(), 0)
  },
)
