import t from 'tap'
import type { DeviceSummary } from '../../src/devices/device.ts'
import { readCondition, type When } from '../../src/schedule/read-condition.ts'

const sensor = { output: false, limits: '' }
const list: readonly DeviceSummary[] = [
  { ...sensor, name: 'door', kind: 'contact', quantities: ['state'] },
  { ...sensor, name: 'bell', kind: 'button', quantities: ['state', 'presses'] },
  { ...sensor, name: 'rain', kind: 'counter', quantities: ['count', 'rate'] },
  { ...sensor, name: 'room', kind: 'bme280', quantities: ['temperature', 'humidity', 'pressure'] },
  { name: 'lamp', kind: 'switch', output: true, quantities: ['state'], safe: 'off', limits: '' },
  { name: 'blind', kind: 'level', output: true, quantities: ['level'], safe: 'off', limits: '' },
]
const devices = { list: () => list }

void t.test('what a model writes becomes a condition, with its usual hysteresis', async (t) => {
  const cases: readonly (readonly [When, object])[] = [
    [
      { device: 'door', edge: 'rising' },
      { kind: 'edge', device: 'door', edge: 'rising' },
    ],
    [
      { device: 'rain', edge: 'both' },
      { kind: 'edge', device: 'rain', edge: 'both' },
    ],
    [
      { device: 'door', is: 'open', for: '5m' },
      { kind: 'is', device: 'door', state: 'open', forMs: 300_000 },
    ],
    [
      { device: 'door.state', is: 'closed' },
      { kind: 'is', device: 'door', state: 'closed', forMs: 0 },
    ],
    [
      { device: 'bell', is: 'pressed' },
      { kind: 'is', device: 'bell', state: 'pressed', forMs: 0 },
    ],
    [
      { device: 'lamp', is: 'on', for: '1h' },
      { kind: 'is', device: 'lamp', state: 'on', forMs: 3_600_000 },
    ],
    [
      { device: 'room', above: 25 },
      { kind: 'above', device: 'room', quantity: 'temperature', value: 25, hysteresis: 0.5, forMs: 0 },
    ],
    [
      { device: 'room.humidity', below: 40, hysteresis: 5, for: '2m' },
      { kind: 'below', device: 'room', quantity: 'humidity', value: 40, hysteresis: 5, forMs: 120_000 },
    ],
    [
      { device: 'bell', above: 3 },
      { kind: 'above', device: 'bell', quantity: 'presses', value: 3, hysteresis: 0, forMs: 0 },
    ],
    [
      { device: 'room', above: 0, hysteresis: 0 },
      { kind: 'above', device: 'room', quantity: 'temperature', value: 0, hysteresis: 0, forMs: 0 },
    ],
    [
      { device: 'room', stale: '5m' },
      { kind: 'stale', device: 'room', afterMs: 300_000 },
    ],
    [{ event: 'start' }, { kind: 'start' }],
    [
      { event: 'trigger', name: 'back-up_2' },
      { kind: 'trigger', name: 'back-up_2' },
    ],
  ]
  for (const [when, expected] of cases) t.strictSame(readCondition(when, devices), expected, JSON.stringify(when))
})

void t.test('what is no condition is refused with what is expected', async (t) => {
  const cases: readonly (readonly [When, RegExp])[] = [
    [{}, /neither a device nor an event\. Expected \{device, edge/],
    [{ device: 'room' }, /of room nothing to wait for\. Expected one of edge, is, above/],
    [{ device: 'rom', above: 1 }, /no device "rom"\. Did you mean room\? Devices: door, bell/],
    [{ device: 'room.temprature', above: 1 }, /room has no "temprature"; it has temperature, humidity, pressure/],
    [{ device: 'room.temperature.now', above: 1 }, /room has no "temperature\.now"/],
    [{ device: 'room', above: 1, below: 2 }, /has above and below: one job waits for one/],
    [{ device: 'door', edge: 'rising', is: 'open' }, /has edge and is/],
    [{ device: 'door', edge: 'rising', hysteresis: 1 }, /hysteresis goes with above and below, not with edge/],
    [{ device: 'door', edge: 'rising', for: '1m' }, /edge has no length/],
    [{ device: 'room', stale: '5m', for: '1m' }, /stale has its time itself/],
    [{ device: 'door', edge: 'up' }, /edge is "up"; expected rising, falling or both/],
    [{ device: 'room', edge: 'rising' }, /room is a bme280 and has no edges.*Use above or below/],
    [{ device: 'lamp', edge: 'rising' }, /lamp is a switch and has no edges.*Use is: on or is: off/],
    [{ device: 'door.state', edge: 'rising' }, /leave \.state out/],
    [{ device: 'lamp', is: 'open' }, /lamp is a switch and never "open"; it is on or off/],
    [{ device: 'door', is: 'on' }, /it is open or closed/],
    [{ device: 'room', is: 'hot' }, /room is a number: use above or below/],
    [{ device: 'blind', is: 'on' }, /blind is a number/],
    [{ device: 'bell.presses', is: 'pressed' }, /bell\.presses is a number/],
    [{ device: 'door', above: 1 }, /door is a contact and measures no number: use is instead of above/],
    [{ device: 'lamp.state', below: 1 }, /measures no number/],
    [{ device: 'room', above: 1, hysteresis: -1 }, /hysteresis is -1; expected/],
    [{ device: 'room', above: 1, for: 'long' }, /for is "long"; expected a whole number and a unit/],
    [{ device: 'room', stale: '5s' }, /stale is "5s"; expected 30s or more/],
    [{ device: 'room', stale: 'soon' }, /stale is "soon"; expected a whole number/],
    [{ event: 'stop' }, /event is "stop"; expected start .* or trigger/],
    [{ event: 'start', name: 'x' }, /start has no name/],
    [{ event: 'trigger' }, /needs a name of 1 to 32/],
    [{ event: 'trigger', name: 'a b' }, /needs a name/],
    [{ event: 'start', device: 'door', is: 'open' }, /event and device, is: an event stands alone/],
    [{ name: 'x' }, /name, which goes with event: trigger/],
  ]
  for (const [when, message] of cases) {
    t.throws(() => readCondition(when, devices), { code: 'bad_call', message }, JSON.stringify(when))
  }
  t.throws(() => readCondition({ device: 'x', above: 1 }, { list: () => [] }), { message: /No devices are configured/ })
})
