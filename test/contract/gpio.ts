import t, { type Test } from 'tap'
import { isHardwareError, type KernelErrorName } from '../../src/errors.ts'
import type { Edge, GpioPort, Level } from '../../src/hardware/ports.ts'

/** A GPIO port with hands on the outside of two of its free lines. */
export interface GpioRig {
  readonly port: GpioPort
  /** Kernel names of two lines that nothing uses and that the rig reaches from outside. */
  readonly lineA: string
  readonly lineB: string
  /** Drives a line from outside; `undefined` lets go of it. */
  readonly drive: (line: string, level: Level | undefined) => Promise<void>
  /** The physical level at the pin, as a meter shows it. */
  readonly measure: (line: string) => Promise<Level>
  /** Lets so much of the port's time pass, and all that is due in it happen. */
  readonly wait: (durationMs: number) => Promise<void>
  close(): Promise<void>
}

/** What every GPIO port must do, simulated or real. */
export function gpioContract(name: string, makeRig: () => Promise<GpioRig>): void {
  const test = (promise: string, body: (t: Test, rig: GpioRig) => Promise<void>): void => {
    void t.test(`${name}: ${promise}`, async (t) => {
      const rig = await makeRig()
      t.teardown(() => rig.close())
      await body(t, rig)
    })
  }

  test('lines are listed with name, address, direction and no holder while they are free', async (t, {
    port,
    lineA,
  }) => {
    const line = (await port.lines()).find((each) => each.name === lineA)
    t.ok(line, 'the line is listed')
    t.match(line?.address, /^[^:]+:\d+$/)
    t.equal(line?.consumer, '')
  })

  test('a line is also found by chip and offset, and shows its holder while it is held', async (t, { port, lineA }) => {
    const address = (await port.lines()).find((each) => each.name === lineA)?.address ?? ''
    const held = await port.requestOutput({ line: address, consumer: 'contract', initial: 0 })
    const line = (await port.lines()).find((each) => each.name === lineA)
    t.equal(line?.consumer, 'contract')
    t.equal(line?.direction, 'output')
    await held.release()
    t.equal((await port.lines()).find((each) => each.name === lineA)?.consumer, '')
  })

  for (const initial of [0, 1] as const) {
    test(`an output has its initial level ${initial} from the request on, without a set`, async (t, {
      port,
      lineA,
      measure,
    }) => {
      const output = await port.requestOutput({ line: lineA, consumer: 'contract', initial })
      t.equal(await measure(lineA), initial)
      t.equal(await output.get(), initial)
    })
  }

  test('an output follows what is set and reads it back', async (t, { port, lineA, measure }) => {
    const output = await port.requestOutput({ line: lineA, consumer: 'contract', initial: 0 })
    for (const level of [1, 0, 1] as const) {
      await output.set(level)
      t.equal(await measure(lineA), level)
      t.equal(await output.get(), level)
    }
  })

  test('an active-low output is low at the pin while it is active, from the request on', async (t, {
    port,
    lineA,
    measure,
  }) => {
    const output = await port.requestOutput({ line: lineA, consumer: 'contract', initial: 1, activeLow: true })
    t.equal(await measure(lineA), 0)
    t.equal(await output.get(), 1)
    await output.set(0)
    t.equal(await measure(lineA), 1)
  })

  test('an active-low input is active while its pin is low', async (t, { port, lineA, drive }) => {
    await drive(lineA, 0)
    const input = await port.requestInput({ line: lineA, consumer: 'contract', activeLow: true })
    t.equal(await input.get(), 1)
    await drive(lineA, 1)
    t.equal(await input.get(), 0)
  })

  test('the pull decides the level of an input that nothing drives', async (t, { port, lineA, drive }) => {
    await drive(lineA, undefined)
    for (const [bias, level] of [
      ['up', 1],
      ['down', 0],
    ] as const) {
      const input = await port.requestInput({ line: lineA, consumer: 'contract', bias })
      t.equal(await input.get(), level, `pull ${bias}`)
      await input.release()
    }
  })

  test('what drives an input from outside is stronger than its pull', async (t, { port, lineA, drive }) => {
    const input = await port.requestInput({ line: lineA, consumer: 'contract', bias: 'up' })
    await drive(lineA, 0)
    t.equal(await input.get(), 0)
  })

  test('a held line has one holder: a second request is EBUSY by either of its names', async (t, { port, lineA }) => {
    const address = (await port.lines()).find((each) => each.name === lineA)?.address ?? ''
    const held = await port.requestInput({ line: lineA, consumer: 'first' })
    await fails(t, 'EBUSY', port.requestOutput({ line: lineA, consumer: 'second', initial: 0 }))
    await fails(t, 'EBUSY', port.requestInput({ line: address, consumer: 'second' }))
    await held.release()
    const second = await port.requestOutput({ line: address, consumer: 'second', initial: 0 })
    t.equal(await second.get(), 0, 'free again after release')
  })

  test('two lines do not disturb each other', async (t, { port, lineA, lineB, measure }) => {
    const a = await port.requestOutput({ line: lineA, consumer: 'contract', initial: 1 })
    const b = await port.requestOutput({ line: lineB, consumer: 'contract', initial: 0 })
    await b.set(1)
    await a.set(0)
    t.same([await measure(lineA), await measure(lineB)], [0, 1])
  })

  test('a look at a free line tells its level and changes neither its direction nor what it drives', async (t, rig) => {
    const { port, lineA, lineB, drive, measure } = rig
    const directionOf = async (name: string) => (await port.lines()).find((each) => each.name === name)?.direction
    for (const level of [1, 0] as const) {
      await drive(lineB, level)
      t.equal(await port.peek(lineB), level)
    }
    const output = await port.requestOutput({ line: lineA, consumer: 'contract', initial: 1, activeLow: true })
    await fails(t, 'EBUSY', port.peek(lineA))
    await output.release()
    const before = { direction: await directionOf(lineA), level: await measure(lineA) }
    t.equal(await port.peek(lineA), before.level, 'the level at the pin')
    t.same({ direction: await directionOf(lineA), level: await measure(lineA) }, before)
    await fails(t, 'ENODEV', port.peek('NO_SUCH_LINE'))
  })

  test('a request that is refused leaves what holds the line as it is', async (t, { port, lineA, measure }) => {
    const output = await port.requestOutput({ line: lineA, consumer: 'contract', initial: 1 })
    await fails(t, 'EBUSY', port.requestOutput({ line: lineA, consumer: 'other', initial: 0 }))
    await fails(t, 'EBUSY', port.requestInput({ line: lineA, consumer: 'other', bias: 'down' }))
    t.equal(await measure(lineA), 1)
    await output.set(0)
    t.equal(await measure(lineA), 0)
  })

  test('a line that does not exist is ENODEV, by name and by offset', async (t, { port, lineA }) => {
    const chip = (await port.lines()).find((each) => each.name === lineA)?.address.split(':')[0]
    for (const line of ['NO_SUCH_LINE', `${chip}:9999`, 'no-such-chip:0', ''])
      await fails(t, 'ENODEV', port.requestInput({ line, consumer: 'contract' }))
  })

  test('a debounce that is no number of milliseconds is EINVAL and does not take the line', async (t, {
    port,
    lineA,
  }) => {
    for (const debounceMs of [-1, Number.NaN, 1e12])
      await fails(t, 'EINVAL', port.requestInput({ line: lineA, consumer: 'contract', debounceMs }))
    await port.requestInput({ line: lineA, consumer: 'contract' })
  })

  test('a line that was given back can be used no more, and giving it back twice is harmless', async (t, {
    port,
    lineA,
  }) => {
    const output = await port.requestOutput({ line: lineA, consumer: 'contract', initial: 0 })
    await output.release()
    await output.release()
    await fails(t, 'EPERM', output.set(1))
    const input = await port.requestInput({ line: lineA, consumer: 'next' })
    await output.release()
    await input.get()
    await input.release()
    await fails(t, 'EPERM', input.get())
  })

  test('edges are told in order with their time, and none before the first change', async (t, {
    port,
    lineA,
    drive,
    wait,
  }) => {
    await drive(lineA, 0)
    const edges: { edge: Edge; atMs: number }[] = []
    await port.requestInput({ line: lineA, consumer: 'contract', onEdge: (edge, atMs) => edges.push({ edge, atMs }) })
    await wait(20)
    t.same(edges, [])
    for (const [before, level] of ([1, 0, 1] as const).entries()) {
      await drive(lineA, level)
      await untilTold(edges, before + 1, wait)
    }
    await wait(20)
    t.same(
      edges.map(({ edge }) => edge),
      ['rising', 'falling', 'rising'],
    )
    const times = edges.map(({ atMs }) => atMs)
    t.same(
      times,
      times.toSorted((a, b) => a - b),
    )
  })

  test('an active-low input tells its edges turned round', async (t, { port, lineA, drive, wait }) => {
    await drive(lineA, 1)
    const edges: Edge[] = []
    await port.requestInput({ line: lineA, consumer: 'contract', activeLow: true, onEdge: (edge) => edges.push(edge) })
    await drive(lineA, 0)
    await untilTold(edges, 1, wait)
    t.same(edges, ['rising'])
  })

  test('a debounced input tells one edge for a level that stays and none for one that does not', async (t, rig) => {
    const { port, lineA, drive, wait } = rig
    await drive(lineA, 0)
    const debounceMs = 200
    const edges: Edge[] = []
    const input = await port.requestInput({
      line: lineA,
      consumer: 'contract',
      debounceMs,
      onEdge: (edge) => edges.push(edge),
    })
    /** What is told of levels that follow each other at once: of a machine that stood still between them, the next time. */
    const toldOf = async (levels: readonly Level[], edgesMin: number): Promise<readonly Edge[]> => {
      await drive(lineA, 0)
      do await wait(2 * debounceMs)
      while ((await input.get()) !== 0)
      edges.splice(0)
      const startMs = performance.now()
      for (const level of levels) await drive(lineA, level)
      const wasQuick = performance.now() - startMs < debounceMs / 2
      await untilTold(edges, edgesMin, wait)
      await wait(2 * debounceMs)
      return wasQuick ? edges : toldOf(levels, edgesMin)
    }
    t.same(await toldOf([1, 0], 0), [], 'a spike is no edge')
    t.same(await toldOf([1, 0, 1], 1), ['rising'])
    t.equal(await input.get(), 1)
  })

  test('giving a line back twice takes no edge from who has it by then', async (t, { port, lineA, drive, wait }) => {
    await drive(lineA, 0)
    const before = await port.requestInput({ line: lineA, consumer: 'before' })
    await before.release()
    const { promise: told, resolve: tell } = Promise.withResolvers<Edge>()
    await port.requestInput({ line: lineA, consumer: 'contract', debounceMs: 50, onEdge: tell })
    await drive(lineA, 1)
    await before.release()
    await wait(100)
    t.equal(await told, 'rising')
  })

  test('a line that was given back tells no edges', async (t, { port, lineA, drive, wait }) => {
    await drive(lineA, 0)
    const edges: Edge[] = []
    const input = await port.requestInput({
      line: lineA,
      consumer: 'contract',
      debounceMs: 50,
      onEdge: (edge) => edges.push(edge),
    })
    await drive(lineA, 1)
    await input.release()
    // A machine that stood still before it was given back had told the edge of that time.
    edges.splice(0)
    await wait(100)
    await drive(lineA, 0)
    await wait(100)
    t.same(edges, [])
  })
}

const looksMax = 100

/** Waits until so many edges were told: where the machine stood still they come late. Of those that never come, not for ever. */
async function untilTold(edges: readonly unknown[], count: number, wait: GpioRig['wait']): Promise<void> {
  for (let look = 0; edges.length < count && look < looksMax; look++) await wait(20)
}

/** Fails with this kernel error and a sentence for people. */
export async function fails(
  t: Test,
  kernel: KernelErrorName | readonly KernelErrorName[],
  work: Promise<unknown>,
): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isHardwareError(error)) throw error
    t.ok([kernel].flat().includes(error.kernel), `${error.kernel} is ${[kernel].flat().join(' or ')}`)
    t.match(error.message, /^[A-Z].{15,}\.$/)
    return
  }
  t.fail(`expected ${[kernel].flat().join(' or ')}, but it succeeded`)
}
