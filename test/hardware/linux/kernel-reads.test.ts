import t from 'tap'
import { KernelReads } from '../../../src/hardware/linux/kernel-reads.ts'
import { limits } from '../../../src/limits.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'

/** Reads that end when the test says so. */
function start() {
  const clock = new FakeClock()
  const reads = new KernelReads(clock)
  const begun = new Map<string, PromiseWithResolvers<number>>()
  const read = (name: string): Promise<number> => {
    const answer = reads.run(name, () => {
      const work = Promise.withResolvers<number>()
      begun.set(name, work)
      return work.promise
    })
    answer.catch(() => undefined)
    return answer
  }
  const end = async (name: string, value: number): Promise<void> => {
    begun.get(name)?.resolve(value)
    begun.delete(name)
    await settle()
  }
  return { clock, read, end, running: () => [...begun.keys()] }
}

void t.test('no more than two reads are begun at once, the others in their turn', async (t) => {
  const { clock, read, end, running } = start()
  const all = ['a', 'b', 'c', 'd'].map(read)
  await settle()
  t.same(running(), ['a', 'b'])
  await end('b', 2)
  t.same(running(), ['a', 'c'])
  await end('a', 1)
  t.same(running(), ['c', 'd'])
  // Its time counts from when it was begun.
  await clock.advance(limits.kernelSensorTimeoutMs - 1)
  await end('c', 3)
  await end('d', 4)
  t.same(await Promise.all(all), [1, 2, 3, 4])
  t.equal(clock.pendingTimers(), 0)
})

void t.test('one that hangs leaves the others one turn after another', async (t) => {
  const { clock, read, end } = start()
  const hanging = read('a')
  await clock.advance(limits.kernelSensorTimeoutMs)
  await t.rejects(hanging, { kernel: 'ETIMEDOUT', message: /driver of the a has not answered within 10 s/ })
  const [b, c] = [read('b'), read('c')]
  await settle()
  await end('b', 2)
  await end('c', 3)
  t.same(await Promise.all([b, c]), [2, 3])
})

void t.test('while two hang nothing more is begun, who waits is told, and one that comes back heals it', async (t) => {
  const { clock, read, end, running } = start()
  void read('a')
  void read('b')
  const c = read('c')
  await clock.advance(limits.kernelSensorTimeoutMs)
  await t.rejects(c, {
    kernel: 'ETIMEDOUT',
    message: /^The c is not read, for the kernel has not come back from a and b: check their wiring/,
  })
  await t.rejects(read('d'), { message: /^The d is not read/ })
  await t.rejects(read('a'), { message: /driver of the a has not answered/ })
  t.same(running(), ['a', 'b'])
  await end('a', 1)
  const d = read('d')
  await settle()
  t.same(running(), ['b', 'd'])
  await end('d', 4)
  t.equal(await d, 4)
})

void t.test('two that want the same value are read one after the other, and a failure ends a turn too', async (t) => {
  const reads = new KernelReads(new FakeClock())
  const first = Promise.withResolvers<number>()
  const failing = reads.run('a', () => first.promise)
  const second = reads.run('a', async () => 2)
  failing.catch(() => undefined)
  await settle()
  first.reject(new Error('no'))
  await t.rejects(failing, { message: 'no' })
  t.equal(await second, 2)
})
