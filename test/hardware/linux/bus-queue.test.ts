import t from 'tap'
import { isHardwareError } from '../../../src/errors.ts'
import { BusQueue } from '../../../src/hardware/linux/bus-queue.ts'
import { FakeClock } from '../../support/fake-clock.ts'

/** A queue, and calls that end when the test says so. */
function rig() {
  const clock = new FakeClock()
  const queue = new BusQueue('I2C bus 1', clock)
  const started: string[] = []
  const gates = new Map<string, PromiseWithResolvers<string>>()
  return {
    clock,
    started,
    run: (name: string, deadlineMs = 100) =>
      queue.run(deadlineMs, () => {
        started.push(name)
        const gate = Promise.withResolvers<string>()
        gates.set(name, gate)
        return gate.promise
      }),
    end: async (name: string) => {
      gates.get(name)?.resolve(name)
      await clock.advance(0)
    },
    fail: async (name: string) => {
      gates.get(name)?.reject(new Error(`${name} failed`))
      await clock.advance(0)
    },
    queue,
  }
}

async function kernelOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isHardwareError(error) ? `${error.kernel}: ${error.message}` : String(error)
  }
}

void t.test('one call is in the kernel at a time, in the order of asking', async (t) => {
  const { clock, run, end, started } = rig()
  const all = ['a', 'b', 'c'].map((name) => run(name))
  await clock.advance(0)
  t.same(started, ['a'])
  await end('a')
  t.same(started, ['a', 'b'])
  await end('b')
  await end('c')
  t.same(await Promise.all(all), ['a', 'b', 'c'])
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a call that fails, even before it has begun, keeps no other from its turn', async (t) => {
  const { clock, run, end, fail, queue } = rig()
  const failing = kernelOf(run('a'))
  const thrown = kernelOf(
    queue.run(100, () => {
      throw new Error('not even begun')
    }),
  )
  const next = run('b')
  await clock.advance(0)
  await fail('a')
  await end('b')
  t.same(await Promise.all([failing, thrown, next]), ['Error: a failed', 'Error: not even begun', 'b'])
  t.equal(clock.pendingTimers(), 0, 'nothing is left that could take the bus for stuck later')
})

void t.test(
  'a call past its deadline lets its caller go and marks the bus: who waits is refused without a call',
  async (t) => {
    const { clock, run, started } = rig()
    const hanging = kernelOf(run('a', 100))
    const waiting = kernelOf(run('b', 100))
    await clock.advance(99)
    t.same(started, ['a'])
    await clock.advance(1)
    t.match(await hanging, /^ETIMEDOUT: I2C bus 1 is stuck, for a transfer has not come back .* within 100 ms: /)
    t.match(await waiting, /^ETIMEDOUT: I2C bus 1 is stuck/)
    const later = kernelOf(run('c'))
    await clock.advance(0)
    t.match(await later, /^ETIMEDOUT/, 'at once, not after a deadline of its own')
    t.same(started, ['a'], 'the kernel was asked for nothing more')
  },
)

for (const way of ['end', 'fail'] as const) {
  void t.test(`the bus is used again when the call that hung comes back (${way})`, async (t) => {
    const bench = rig()
    const hanging = kernelOf(bench.run('a'))
    await bench.clock.advance(5_000)
    t.match(await hanging, /^ETIMEDOUT/)
    await bench[way]('a')
    const next = bench.run('b')
    await bench.clock.advance(0)
    await bench.end('b')
    t.equal(await next, 'b')
    t.equal(bench.clock.pendingTimers(), 0)
  })
}

void t.test('the deadline counts from the turn of a call, not from when it was asked for', async (t) => {
  const { clock, run, end } = rig()
  const first = run('a', 100)
  const second = run('b', 100)
  await clock.advance(90)
  await end('a')
  await clock.advance(90)
  await end('b')
  t.same(await Promise.all([first, second]), ['a', 'b'])
})
