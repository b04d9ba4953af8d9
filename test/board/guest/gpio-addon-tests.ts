/** The addon's lines, on chips of the kernel's simulator: run inside the guest by gpio.board.ts. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { type HeldLine, type LineListener, loadAddon } from '../../../src/hardware/native/addon.ts'
import { nativeFile } from '../../../src/native-files.ts'
import { driveEach, plug, settle, until } from './simulated-chip.ts'

/** Under sanitizers all is slow, and nothing is freed at once: they look for what was left behind themselves. */
const sanitized = process.env['ADDON']
const addonFile = sanitized ?? nativeFile('pincer', '/run/native')
const addon = loadAddon(addonFile)
const { gpioFlags } = addon
const bothEdges = gpioFlags.input | gpioFlags.edgeRising | gpioFlags.edgeFalling

void t.test('no line is handed on to the programs that we start', async (t) => {
  const chip = plug(t, { label: 'ours', lines: { 0: 'LINE' } })
  const path = `/dev/${chip.nodes()[0]}`
  const held = take(path, 0, gpioFlags.output)
  const isOpen = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).includes('gpio-line')).length
  t.equal(isOpen(), 1)
  const { stdout } = spawnSync('/bin/sh', ['-c', 'ls -l /proc/self/fd'], { encoding: 'utf8' })
  t.notMatch(stdout, 'gpio')
  addon.gpioRelease(held)
  t.equal(isOpen(), 0)
})

void t.test('a held line changes direction, pull and level without being let go of', async (t) => {
  const chip = plug(t, { label: 'turn', lines: { 0: 'LINE' } })
  const path = `/dev/${chip.nodes()[0]}`
  const held = take(path, 0, gpioFlags.input | gpioFlags.biasUp)
  t.equal(addon.gpioGet(held), 1)
  addon.gpioReconfigure(held, { flags: gpioFlags.input | gpioFlags.biasDown, value: 0, debounceUs: 0 })
  t.equal(addon.gpioGet(held), 0)
  t.throws(() => addon.gpioSet(held, 1), { code: 'EPERM', syscall: 'GPIO_V2_LINE_SET_VALUES_IOCTL' })
  addon.gpioReconfigure(held, { flags: gpioFlags.output, value: 1, debounceUs: 0 })
  t.equal(chip.measure('LINE'), 1)
  t.match(addon.gpioChip(path).lines[0], { name: 'LINE', consumer: 'test', flags: gpioFlags.used | gpioFlags.output })
  const wrong = { flags: gpioFlags.input | gpioFlags.output, value: 0, debounceUs: 0 } as const
  t.throws(() => addon.gpioReconfigure(held, wrong), { code: 'EINVAL' })
  addon.gpioReconfigure(held, {
    flags: gpioFlags.output | gpioFlags.openDrain | gpioFlags.activeLow,
    value: 1,
    debounceUs: 0,
  })
  t.equal(addon.gpioGet(held), 1)
  t.equal(chip.measure('LINE'), 0)
  addon.gpioRelease(held)
  for (const use of [
    () => addon.gpioGet(held),
    () => addon.gpioSet(held, 0),
    () => addon.gpioReconfigure(held, { flags: gpioFlags.input, value: 0, debounceUs: 0 }),
  ])
    t.throws(use, { code: 'EBADF' })
  addon.gpioRelease(held)
})

void t.test(
  'a line that is forgotten is given back by the garbage collector, one that is listened to is not',
  async (t) => {
    const chip = plug(t, { label: 'lost', lines: { 0: 'LEFT', 1: 'HEARD' } })
    const path = `/dev/${chip.nodes()[0]}`
    const edges: boolean[] = []
    const forget = (): void => {
      take(path, 0, gpioFlags.output)
      take(path, 1, bothEdges, (isRising) => edges.push(isRising))
    }
    forget()
    await collectGarbage()
    t.same(
      addon
        .gpioChip(path)
        .lines.slice(0, 2)
        .map(({ consumer }) => consumer),
      ['', 'test'],
    )
    chip.drive('HEARD', 1)
    await until(() => edges.length > 0)
    t.same(edges, [true])
  },
)

void t.test('a listener that throws is an uncaught exception, and the next edge is told all the same', async (t) => {
  const chip = plug(t, { label: 'loud', lines: { 0: 'LINE' } })
  const path = `/dev/${chip.nodes()[0]}`
  const caught: string[] = []
  const edges: boolean[] = []
  const listener = (error: Error): void => void caught.push(error.message)
  process.setUncaughtExceptionCaptureCallback(listener)
  t.teardown(() => process.setUncaughtExceptionCaptureCallback(null))
  const held = take(path, 0, bothEdges, (isRising) => {
    edges.push(isRising)
    if (isRising) throw new Error('not so loud')
  })
  for (const [before, level] of [1, 0].entries()) {
    chip.drive('LINE', level === 1 ? 1 : 0)
    await until(() => edges.length > before)
  }
  addon.gpioRelease(held)
  t.same(edges, [true, false])
  t.same(caught, ['not so loud'])
})

void t.test('a listener may give its own line back, and hears no more', async (t) => {
  const chip = plug(t, { label: 'once', lines: { 0: 'LINE' } })
  const path = `/dev/${chip.nodes()[0]}`
  let heard = 0
  const held = take(path, 0, bothEdges, () => {
    heard++
    addon.gpioRelease(held)
  })
  // All of them are made before the event loop looks.
  driveEach(chip, 'LINE', 'test', 6)
  await until(() => heard > 0)
  await settle()
  t.equal(heard, 1)
})

void t.test('a worker that ends gives its lines back, in the middle of edges', async (t) => {
  const chip = plug(t, { label: 'worker', lines: { 0: 'IN', 1: 'OUT' } })
  const path = `/dev/${chip.nodes()[0]}`
  const program = `
    const { parentPort } = require('node:worker_threads')
    const module_ = { exports: {} }
    process.dlopen(module_, '${addonFile}')
    const addon = module_.exports
    globalThis.held = [
      addon.gpioRequest('${path}', 0, 'worker', ${bothEdges}, 0, 0, () => parentPort.postMessage('edge'), () => undefined),
      addon.gpioRequest('${path}', 1, 'worker', ${gpioFlags.output}, 1, 0, null, null),
    ]
    parentPort.postMessage('ready')`
  for (let round = 0; round < 5; round++) {
    const worker = new Worker(program, { eval: true })
    await once(worker, 'message')
    chip.drive('IN', round % 2 === 0 ? 1 : 0)
    await worker.terminate()
    t.same(
      addon
        .gpioChip(path)
        .lines.slice(0, 2)
        .map(({ consumer }) => consumer),
      ['', ''],
    )
  }
})

void t.test('100,000 requests, settings and releases leave nothing behind', async (t) => {
  const chip = plug(t, { label: 'many', lines: { 0: 'LINE' } })
  const path = `/dev/${chip.nodes()[0]}`
  const round = (times: number): void => {
    for (let index = 0; index < times; index++) {
      const held = take(path, 0, gpioFlags.output)
      addon.gpioSet(held, 1)
      addon.gpioGet(held)
      addon.gpioRelease(held)
    }
  }
  const listen = async (times: number): Promise<void> => {
    for (let index = 0; index < times; index++) {
      addon.gpioRelease(take(path, 0, bothEdges, () => undefined))
      if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const isSlow = sanitized !== undefined || process.env['BOARD_MACHINE'] !== ''
  const count = isSlow ? 500 : 10_000
  const half = async (): Promise<number> => {
    round(count)
    await listen(count)
    await collectGarbage()
    return anonymousKilobytes()
  }
  // The first half brings the heap to its size.
  const before = await half()
  const files = readdirSync('/proc/self/fd').length
  const grown = (await half()) - before
  t.equal(readdirSync('/proc/self/fd').length, files)
  if (sanitized === undefined) t.ok(grown < 2_048, `private memory grew by ${grown} kB`)
})

/** Requests the line; an output starts low. */
function take(path: string, offset: number, flags: number, onEdge?: LineListener['onEdge']): HeldLine {
  const request = { path, offset, flags, consumer: 'test', value: 0, debounceUs: 0 } as const
  return addon.gpioRequest(onEdge ? { ...request, listener: { onEdge, onGone: () => undefined } } : request)
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

function anonymousKilobytes(): number {
  return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    // What was forgotten is finished in a later turn of the loop.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
