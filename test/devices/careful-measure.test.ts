import t from 'tap'
import { carefully } from '../../src/devices/careful-measure.ts'
import type { Measured, Sample } from '../../src/devices/sensor.ts'
import { HardwareError, PincerError } from '../../src/errors.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { finish } from '../support/scripted-i2c.ts'

/** A sensor that says these things one after the other. */
function sensor(...answers: readonly (Measured | Error)[]) {
  const clock = new FakeClock()
  const askedMs: number[] = []
  const measure = async (): Promise<Measured> => {
    askedMs.push(clock.monotonicMs())
    const answer = answers[askedMs.length - 1]
    if (answer === undefined) throw new TypeError('asked too often')
    if (answer instanceof Error) throw answer
    return answer
  }
  const careful = carefully({ clock, source: 'lm75 on I2C bus 1 at 0x48', measure })
  return { clock, askedMs, read: (): Promise<Sample> => finish(clock, careful()), asked: () => askedMs.length }
}

const nack = new HardwareError('EREMOTEIO', 'Nothing answers.')
const checksum = new PincerError('hardware', 'A wrong checksum.')

void t.test('what fails in passing is tried again, with a rest that grows', async (t) => {
  for (const passing of [nack, new HardwareError('ENXIO', 'x'), new HardwareError('EIO', 'x'), checksum]) {
    const { read, askedMs } = sensor(passing, passing, { temperature: 21 })
    t.strictSame(await read(), { values: { temperature: 21 }, jumpedFrom: {} })
    const [first = 0, second = 0, third = 0] = askedMs
    t.strictSame([second - first, third - second], [10, 20])
  }
})

void t.test('the third failure is the answer, in its own words', async (t) => {
  const { read, asked } = sensor(nack, nack, new HardwareError('EREMOTEIO', 'Still nothing.'))
  await t.rejects(read(), { code: 'hardware', message: 'Still nothing.' })
  t.equal(asked(), 3)
})

void t.test('what waiting does not mend is said at once', async (t) => {
  for (const kernel of ['ENODEV', 'EBUSY', 'EPERM', 'EINVAL', 'EMSGSIZE', 'ETIMEDOUT'] as const) {
    const { read, asked } = sensor(new HardwareError(kernel, 'No.'), { temperature: 21 })
    await t.rejects(read(), { message: 'No.' })
    t.equal(asked(), 1, kernel)
  }
  const { read, asked } = sensor(new TypeError('bug'), { temperature: 21 })
  await t.rejects(read(), TypeError)
  t.equal(asked(), 1)
})

void t.test('a jump that goes away when measured again was noise, and nobody hears of it', async (t) => {
  const { read, asked } = sensor({ temperature: 21 }, { temperature: 85 }, { temperature: 21.5 })
  await read()
  t.strictSame(await read(), { values: { temperature: 21.5 }, jumpedFrom: {} })
  t.equal(asked(), 3)
})

void t.test('a jump that is measured twice is answered, and said', async (t) => {
  const { read } = sensor({ temperature: 21 }, { temperature: 61 }, { temperature: 61.5 }, { temperature: 62 })
  await read()
  t.strictSame(await read(), { values: { temperature: 61.5 }, jumpedFrom: { temperature: 21 } })
  t.strictSame(await read(), { values: { temperature: 62 }, jumpedFrom: {} }, 'and not said again')
})

void t.test('a sensor that does not agree with itself has no reading', async (t) => {
  const { read } = sensor({ temperature: 21 }, { temperature: 85 }, { temperature: -40 }, { temperature: 85 })
  await read()
  await t.rejects(read(), {
    code: 'hardware',
    message:
      'The lm75 on I2C bus 1 at 0x48 measured a temperature of 85.0 °C and then -40.0 °C at the same moment: check its wiring, its supply and the length of its cable.',
  })
  t.strictSame(await read(), { values: { temperature: 85 }, jumpedFrom: {} }, 'what was before is no measure any more')
})

void t.test('what a medium can do in the time is no jump', async (t) => {
  const { read, clock, asked } = sensor(
    { temperature: 21, humidity: 40, pressure: 1013, voltage: 0 },
    { temperature: 30.9, humidity: 79, pressure: 1032, voltage: 300 },
    { temperature: 59, humidity: 5, pressure: 1004, voltage: 0 },
  )
  await read()
  await read()
  await clock.advance(10_000)
  await read()
  t.equal(asked(), 3, 'light, volts and amperes may do anything')
})

void t.test('noise after an hour is found out as well, and a change in an hour is not called a jump', async (t) => {
  const { read, clock, asked } = sensor(
    { temperature: 20 },
    { temperature: 84 },
    { temperature: 21 },
    { temperature: 60 },
    { temperature: 60 },
  )
  await read()
  await clock.advance(3_600_000)
  t.strictSame(await read(), { values: { temperature: 21 }, jumpedFrom: {} })
  await clock.advance(3_600_000)
  t.strictSame(await read(), { values: { temperature: 60 }, jumpedFrom: {} })
  t.equal(asked(), 5, 'both were measured twice')
})

for (const [quantity, from, to] of [
  ['temperature', 21, 31.1],
  ['humidity', 40, 80.1],
  ['pressure', 1013, 992.9],
] as const) {
  void t.test(`${quantity} that moves further at once is measured again`, async (t) => {
    const { read, asked } = sensor({ [quantity]: from }, { [quantity]: to }, { [quantity]: to })
    await read()
    t.match(await read(), { jumpedFrom: { [quantity]: from } })
    t.equal(asked(), 3)
  })
}
