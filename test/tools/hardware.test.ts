import t from 'tap'
import * as v from 'valibot'
import type { BusDevice } from '../../src/devices/bus-devices.ts'
import { isPincerError, PincerError, sentenceOf, type ErrorCode } from '../../src/errors.ts'
import { unknownBoard } from '../../src/hardware/board.ts'
import { createHardwareTools } from '../../src/tools/hardware.ts'
import { toolSpec } from '../../src/tools/json-schema.ts'
import type { Tool, ToolContext } from '../../src/tools/tool.ts'
import { board, simulate } from '../support/simulated-board.ts'
import { toolContext } from '../support/tool-context.ts'

const owners = new Map([
  ['GPIO17', 'lamp'],
  ['pinctrl-bcm2711:27', 'fan'],
])

function makeTools(raw: 'ask' | 'allow' = 'allow', onBuses: readonly BusDevice[] = [], on = board) {
  const { clock, simulator } = simulate()
  /** What the disk was told of driven lines, each time; an error in `fails` is the disk's answer. */
  const disk: { readonly saved: (readonly string[])[]; fails: Error | undefined } = { saved: [], fails: undefined }
  const rawLines = {
    async save(lines: readonly string[]) {
      disk.saved.push(lines)
      if (disk.fails !== undefined) throw disk.fails
    },
  }
  const state: { latched: string | undefined } = { latched: undefined }
  const devices = { ownerOfLine: (line: string) => owners.get(line), latched: () => state.latched, onBuses }
  const made = createHardwareTools({ hardware: simulator, devices, board: on, rawLines, raw })
  const { tools } = made
  const tool = (name: string): Tool => {
    const found = tools.find((each) => each.name === name)
    if (found === undefined) throw new Error(`no tool ${name}`)
    return found
  }
  const context = (approved?: string): ToolContext => toolContext({ approved })
  const parse = (name: string, args: object) => v.parse(tool(name).arguments, args)
  return {
    clock,
    simulator,
    state,
    disk,
    tools,
    tool,
    close: () => made.close(),
    run: async (name: string, args: object, approved?: string) => tool(name).run(parse(name, args), context(approved)),
    asks: (name: string, args: object) => tool(name).needsHuman?.(parse(name, args)),
    acts: (name: string, args: object) => tool(name).acts(parse(name, args)),
    counts: (name: string, args: object) => tool(name).counts?.(parse(name, args)),
    consumer: async (name: string) => (await simulator.gpio.lines()).find((line) => line.name === name)?.consumer,
  }
}

/** The sentence with which this fails as an expected error. */
async function refusal(code: ErrorCode, work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (isPincerError(error) && error.code === code) return error.message
    throw error
  }
  throw new Error('it was not refused')
}

void t.test('the five tools have the names and arguments that others rely on', async (t) => {
  const { tools } = makeTools()
  t.same(
    tools.map((tool) => [tool.name, Object.keys(tool.arguments.entries)]),
    [
      ['gpio_read', ['line']],
      ['gpio_write', ['line', 'value']],
      ['i2c_scan', ['bus']],
      ['i2c_transfer', ['bus', 'address', 'write', 'read']],
      ['spi_transfer', ['device', 'write', 'speed_hz', 'mode']],
    ],
  )
})

void t.test('all five are told to the model in 1100 bytes', async (t) => {
  const sizeBytes = makeTools().tools.reduce((sum, tool) => sum + JSON.stringify(toolSpec(tool)).length, 0)
  t.ok(sizeBytes <= 1_100, `${sizeBytes} bytes`)
})

void t.test('reading is reading, everything that writes is a changing and acting call', async (t) => {
  const { tools, acts, counts } = makeTools()
  t.same(
    tools.filter((tool) => tool.access === 'read').map((tool) => tool.name),
    ['gpio_read', 'i2c_scan'],
  )
  t.notOk(acts('gpio_read', { line: 'GPIO5' }))
  t.notOk(acts('i2c_scan', { bus: 1 }))
  t.notOk(acts('i2c_transfer', { bus: 1, address: 118, read: 1 }))
  t.ok(acts('i2c_transfer', { bus: 1, address: 118, write: [1] }))
  t.ok(acts('i2c_transfer', { bus: 1, address: 118, write: [208], read: 1 }), 'naming a register is a write')
  t.ok(acts('gpio_write', { line: 'GPIO5', value: 1 }))
  t.ok(acts('spi_transfer', { device: '0.0', write: [1] }))
  t.ok(counts('gpio_write', { line: 'GPIO5', value: 0 }))
  t.ok(counts('i2c_transfer', { bus: 1, address: 118, write: [208], read: 1 }))
  t.notOk(counts('i2c_transfer', { bus: 1, address: 118, read: 1 }))
  t.ok(counts('spi_transfer', { device: '0.0', write: [1] }))
})

void t.test('a line is read under any of its names and given back', async (t) => {
  const { run, simulator, consumer } = makeTools()
  simulator.play('drive GPIO5 low')
  for (const line of ['GPIO5', 'gpio5', 'pin29', 'pinctrl-bcm2711:5'])
    t.equal(await run('gpio_read', { line }), 'GPIO5 is 0 (simulated)')
  simulator.play('drive GPIO5 high')
  t.equal(await run('gpio_read', { line: 'GPIO5' }), 'GPIO5 is 1 (simulated)')
  t.equal(await consumer('GPIO5'), '')
})

void t.test('a written line stays held at its level, and reading it tells that level', async (t) => {
  const { run, simulator, consumer } = makeTools()
  t.equal(await run('gpio_write', { line: 'GPIO5', value: 1 }), 'GPIO5 is now 1 (simulated)')
  t.equal(await consumer('GPIO5'), 'pincer raw')
  t.match(simulator.play('measure GPIO5'), /high \(output\)/)
  t.equal(await run('gpio_read', { line: 'pin29' }), 'GPIO5 is 1 (simulated)')
  await run('gpio_write', { line: 'pin29', value: 0 })
  t.match(simulator.play('measure GPIO5'), /low \(output\)/)
})

void t.test(
  'close makes what was written an input again, drives nothing, and gives it back; the tools work on',
  async (t) => {
    const { run, close, simulator, consumer } = makeTools()
    await run('gpio_write', { line: 'GPIO5', value: 1 })
    await run('gpio_write', { line: 'GPIO6', value: 0 })
    await close()
    for (const line of ['GPIO5', 'GPIO6']) {
      // Of a relay board that is on when its line is low, low would be the wrong level.
      t.match(simulator.play(`measure ${line}`), /\(input\)/)
      t.equal(await consumer(line), '')
    }
    await close()
    await run('gpio_write', { line: 'GPIO5', value: 1 })
    t.match(simulator.play('measure GPIO5'), /high \(output\)/)
  },
)

void t.test(
  'close tries every line, says which could not be let go of, and tries it again the next time',
  async (t) => {
    const { run, close, simulator } = makeTools()
    await run('gpio_write', { line: 'GPIO5', value: 1 })
    await run('gpio_write', { line: 'GPIO6', value: 1 })
    const requestInput = simulator.gpio.requestInput.bind(simulator.gpio)
    simulator.gpio.requestInput = (request) =>
      request.line === 'GPIO5' ? Promise.reject(new Error('not now')) : requestInput(request)
    t.match(await refusal('hardware', close), /GPIO5: not now Check/)
    t.match(simulator.play('measure GPIO6'), /\(input\)/)
    simulator.gpio.requestInput = requestInput
    await close()
    t.match(simulator.play('measure GPIO5'), /\(input\)/)
  },
)

void t.test('a write that the line refused leaves nothing to let go of', async (t) => {
  const { run, close, simulator } = makeTools()
  const other = await simulator.gpio.requestOutput({ line: 'GPIO5', consumer: 'other', initial: 1 })
  t.match(await refusal('hardware', () => run('gpio_write', { line: 'GPIO5', value: 0 })), /is held by "other"/)
  await close()
  t.equal(await other.get(), 1)
})

void t.test('reading a line that firmware or an earlier program drives does not let go of it', async (t) => {
  const { run, simulator } = makeTools()
  const left = await simulator.gpio.requestOutput({ line: 'GPIO5', consumer: 'boot', initial: 1 })
  await left.release()
  t.equal(await run('gpio_read', { line: 'GPIO5' }), 'GPIO5 is 1 (simulated)')
  t.match(simulator.play('measure GPIO5'), /high \(output\)/)
})

void t.test("a device's line is refused under any name, with the device and the tool to use", async (t) => {
  const { run, asks } = makeTools('ask')
  for (const line of ['GPIO17', 'gpio17', 'pin11', 'pin 11', 'pinctrl-bcm2711:17']) {
    const sentence = await refusal('limit', () => run('gpio_write', { line, value: 1 }))
    t.match(sentence, /GPIO17 belongs to the device lamp\. Use device_set/, line)
    t.match(await refusal('limit', () => run('gpio_read', { line })), /device lamp\. Use device_read/)
    await refusal('limit', () => asks('gpio_write', { line, value: 1 }))
  }
  t.match(
    await refusal('limit', () => run('gpio_write', { line: 'GPIO27', value: 0 })),
    /device fan/,
    'known by address',
  )
})

void t.test("a reserved line is refused with the board's reason, for reading too", async (t) => {
  const { run } = makeTools()
  for (const line of ['GPIO14', 'pin8', 'TXD0', 'ID_SDA', 'GPIO0', 'GPIO2', 'GPIO8']) {
    t.match(await refusal('limit', () => run('gpio_write', { line, value: 1 })), /is reserved: it /, line)
    t.match(await refusal('limit', () => run('gpio_read', { line })), /is reserved: it /, line)
  }
})

void t.test('what is no line of the header is refused with the forms that are', async (t) => {
  const { run } = makeTools()
  for (const line of ['GPIO99', '5', '', 'GND', 'pin1', 'gpiochip0:5', '../GPIO5'])
    t.match(
      await refusal('bad_call', () => run('gpio_write', { line, value: 1 })),
      /Use a name such as GPIO5, or pin29/,
    )
})

void t.test('while outputs are latched nothing is written and nobody is asked, and reading goes on', async (t) => {
  const [asking, allowing] = [makeTools('ask'), makeTools('allow')]
  asking.state.latched = allowing.state.latched = 'stopped by Ada'
  const writes: readonly (readonly [string, object])[] = [
    ['gpio_write', { line: 'GPIO5', value: 1 }],
    ['i2c_transfer', { bus: 1, address: 118, write: [208], read: 1 }],
    ['spi_transfer', { device: '0.0', write: [1, 128, 0] }],
  ]
  for (const [name, args] of writes) {
    t.match(await refusal('latched', () => allowing.run(name, args)), /latched safe \(stopped by Ada\)/)
    t.match(await refusal('latched', () => asking.asks(name, args)), /latched safe \(stopped by Ada\)/)
  }
  t.match(allowing.simulator.play('measure GPIO5'), /\(input\)/)
  t.match(await allowing.run('gpio_read', { line: 'GPIO5' }), /GPIO5 is/)
  t.match(await allowing.run('i2c_transfer', { bus: 1, address: 118, read: 1 }), /simulated/)
})

void t.test('a write that waits behind others when outputs are latched is not done', async (t) => {
  const { run, state, simulator } = makeTools()
  await run('gpio_write', { line: 'GPIO5', value: 0 })
  const work = [
    run('gpio_write', { line: 'GPIO6', value: 0 }),
    refusal('latched', () => run('gpio_write', { line: 'GPIO5', value: 1 })),
  ]
  state.latched = 'stop'
  await Promise.allSettled(work)
  t.match(simulator.play('measure GPIO5'), /low \(output\)/)
  t.match(simulator.play('measure GPIO6'), /\(input\)/)
})

void t.test('with raw: ask each write is asked in the very words of what it does', async (t) => {
  const { asks } = makeTools('ask')
  const words: readonly (readonly [string, object, string])[] = [
    ['gpio_write', { line: 'pin29', value: 1 }, 'set GPIO5 to 1'],
    [
      'i2c_transfer',
      { bus: 1, address: 118, write: [208], read: 1 },
      'write d0 to 0x76 on I2C bus 1, then read 1 byte',
    ],
    ['i2c_transfer', { bus: 1, address: 8, write: [0, 255] }, 'write 00 ff to 0x08 on I2C bus 1'],
    ['spi_transfer', { device: '0.0', write: [1, 128, 0] }, 'send 01 80 00 to SPI device 0.0 at 1000000 Hz in mode 0'],
    [
      'spi_transfer',
      { device: '0.1', write: [9], speed_hz: 500, mode: 3 },
      'send 09 to SPI device 0.1 at 500 Hz in mode 3',
    ],
  ]
  for (const [name, args, action] of words) t.equal((await asks(name, args))?.action, action)
  t.equal(await asks('i2c_transfer', { bus: 1, address: 118, read: 1 }), undefined, 'reading alone is not asked')
  t.equal(await asks('gpio_read', { line: 'GPIO5' }), undefined)
  t.equal(await asks('i2c_scan', { bus: 1 }), undefined)
})

void t.test('with raw: ask nothing runs without that approval, nor with one for something else', async (t) => {
  const { run, simulator } = makeTools('ask')
  const write = { line: 'GPIO5', value: 1 }
  await refusal('needs_human', () => run('gpio_write', write))
  await refusal('needs_human', () => run('gpio_write', write, 'set GPIO5 to 0'))
  await refusal('needs_human', () => run('i2c_transfer', { bus: 1, address: 118, write: [1] }, 'set GPIO5 to 1'))
  await refusal('needs_human', () => run('spi_transfer', { device: '0.0', write: [1] }))
  t.match(simulator.play('measure GPIO5'), /\(input\)/)
  await run('gpio_write', write, 'set GPIO5 to 1')
  t.match(simulator.play('measure GPIO5'), /high \(output\)/)
})

void t.test('with raw: allow nobody is asked', async (t) => {
  const { asks } = makeTools('allow')
  t.equal(await asks('gpio_write', { line: 'GPIO5', value: 1 }), undefined)
  t.equal(await asks('i2c_transfer', { bus: 1, address: 118, write: [1] }), undefined)
  t.equal(await asks('spi_transfer', { device: '0.0', write: [1] }), undefined)
})

void t.test('a scan lists what answers, and what a kernel driver holds as such', async (t) => {
  const { run, simulator } = makeTools()
  t.equal(await run('i2c_scan', { bus: 1 }), 'I2C bus 1: 0x68 (held by a kernel driver), 0x76 (simulated)')
  simulator.play('unplug room')
  t.equal(await run('i2c_scan', { bus: 1 }), 'I2C bus 1: 0x68 (held by a kernel driver) (simulated)')
})

void t.test('a bus that is not on the header is neither scanned nor used, and nobody is asked', async (t) => {
  const { run, asks } = makeTools('ask')
  const says = /I2C bus 20 is not on the header of the simulated Raspberry Pi: displays, .* Use bus 1\. /
  t.match(await refusal('limit', () => run('i2c_scan', { bus: 20 })), says)
  for (const args of [{ write: [0xd0] }, { read: 1 }, { write: [0xd0], read: 1 }]) {
    t.match(await refusal('limit', () => asks('i2c_transfer', { bus: 20, address: 0x50, ...args })), says)
    t.match(await refusal('limit', () => run('i2c_transfer', { bus: 20, address: 0x50, ...args }, 'anything')), says)
  }
})

void t.test('a bus that a device is on is used, and on a board without a file every one', async (t) => {
  const far: BusDevice = { name: 'far', kind: 'sht4x', at: { type: 'i2c', bus: 20, address: 0x44 } }
  for (const { run } of [makeTools('allow', [far]), makeTools('allow', [], unknownBoard(undefined))]) {
    // The simulator has no such bus: it was asked.
    t.match(await refusal('hardware', () => run('i2c_scan', { bus: 20 })), /There is no I2C bus 20/)
    const transfer = { bus: 20, address: 0x50, write: [0xd0] }
    t.match(await refusal('hardware', () => run('i2c_transfer', transfer)), /There is no I2C bus 20/)
  }
})

void t.test('i2c_transfer answers the bytes it reads as hex pairs', async (t) => {
  const { run } = makeTools()
  t.equal(await run('i2c_transfer', { bus: 1, address: 118, write: [208], read: 1 }), '60 (simulated)')
  t.equal(await run('i2c_transfer', { bus: 1, address: 118, write: [0x88], read: 3 }), '70 6b 43 (simulated)')
  t.equal(await run('i2c_transfer', { bus: 1, address: 118, write: [0xf5, 0xa0] }), 'written to 0x76 (simulated)')
  t.equal(await run('i2c_transfer', { bus: 1, address: 118, write: [0xf5], read: 1 }), 'a0 (simulated)')
})

void t.test('i2c_transfer refuses what cannot be, before a person is asked', async (t) => {
  const { run, asks } = makeTools('ask')
  const at = { bus: 1, address: 118 }
  const wrong: readonly (readonly [object, RegExp])[] = [
    [at, /needs write, read, or both/],
    [{ ...at, address: 7, read: 1 }, /address 7 is not a 7-bit address/],
    [{ ...at, address: 120, write: [1] }, /address 120 is not/],
    [{ ...at, address: 1.5, read: 1 }, /address 1\.5 is not/],
    [{ ...at, write: [256] }, /write holds 256, expected whole numbers from 0 to 255/],
    [{ ...at, write: [0, -1] }, /write holds -1/],
    [{ ...at, write: [0.5] }, /write holds 0\.5/],
    [{ ...at, write: [], read: 1 }, /write has 0 bytes, expected 1 to 256/],
    [{ ...at, write: Array.from({ length: 257 }, () => 0) }, /write has 257 bytes, expected 1 to 256/],
    [{ ...at, read: 0 }, /read is 0/],
    [{ ...at, read: 257 }, /read is 257, expected a count of bytes from 1 to 256/],
    [{ ...at, read: 1.5 }, /read is 1\.5/],
  ]
  for (const [args, says] of wrong) {
    t.match(await refusal('bad_call', () => asks('i2c_transfer', args)), says)
    t.match(await refusal('bad_call', () => run('i2c_transfer', args)), says)
  }
})

const room: BusDevice = { name: 'room', kind: 'bme280', at: { type: 'i2c', bus: 1, address: 118 } }
const air: BusDevice = { name: 'air', kind: 'sht4x', at: { type: 'i2c', bus: 1, address: 0x44 } }
const soil: BusDevice = { name: 'soil', kind: 'mcp3008', at: { type: 'spi', device: '0.0' } }

void t.test(
  "a device's chip is not written, and nobody is asked; a register of it is read without asking",
  async (t) => {
    const { run, asks, acts, counts } = makeTools('ask', [room, air])
    const at = { bus: 1, address: 118 }
    for (const args of [{ write: [0xe0, 0xb6] }, { write: [0xf4, 1], read: 1 }, { write: [0xe0] }]) {
      const says = /0x76 on I2C bus 1 belongs to the device room \(bme280\)\. Use device_read with room instead/
      t.match(await refusal('limit', () => asks('i2c_transfer', { ...at, ...args })), says)
      t.match(await refusal('limit', () => run('i2c_transfer', { ...at, ...args }, 'anything')), says)
    }
    const read = { ...at, write: [208], read: 1 }
    t.strictSame(
      [asks('i2c_transfer', read), acts('i2c_transfer', read), counts('i2c_transfer', read)],
      [undefined, false, false],
    )
    t.equal(await run('i2c_transfer', read), '60 (simulated)')
    t.ok(acts('i2c_transfer', { ...read, bus: 0 }), 'of the chip on another bus nothing is known')
    // One byte to this one is a command, and reading takes away what the device waits for.
    for (const args of [{ write: [0xfd], read: 6 }, { read: 6 }])
      await refusal('limit', () => run('i2c_transfer', { bus: 1, address: 0x44, ...args }))
  },
)

void t.test("a device's chip select is refused in its one spelling, and any other spelling as such", async (t) => {
  const { run, asks } = makeTools('allow', [soil])
  const says = /SPI device 0\.0 belongs to the device soil \(mcp3008\)\. Use device_read with soil/
  t.match(await refusal('limit', () => run('spi_transfer', { device: '0.0', write: [1] })), says)
  t.match(await refusal('limit', () => asks('spi_transfer', { device: '0.0', write: [1] })), says)
  for (const device of [
    '00.0',
    '0.00',
    '/dev/spidev0.0',
    'spidev0.0',
    '0',
    '',
    ' 0.0',
    '0.0\n',
    '0,0',
    '-0.0',
    '0x0.0',
  ])
    t.match(
      await refusal('bad_call', () => run('spi_transfer', { device, write: [1] })),
      /expected bus and chip select such as 0\.0/,
    )
  t.match(await run('spi_transfer', { device: '0.1', write: [1] }), /simulated/, 'its neighbour is free')
})

void t.test('the pins that carry a bus are refused, whether a device is on it or not', async (t) => {
  const { simulator } = simulate()
  const devices = { ownerOfLine: () => undefined, latched: () => undefined, onBuses: [] }
  const shared = {
    hardware: simulator,
    board,
    devices,
    rawLines: { save: async () => undefined },
    raw: 'allow',
  } as const
  const [, write] = createHardwareTools(shared).tools
  const refused: string[] = []
  for (const { name, line } of board.pins) {
    if (line === undefined) continue
    try {
      await write?.needsHuman?.(v.parse(write.arguments, { line: name, value: 1 }))
    } catch (error) {
      t.match(error, { code: 'limit' })
      if (/ of I2C bus 1| of SPI (bus )?0/.test(sentenceOf(error))) refused.push(name)
    }
  }
  t.same(refused.toSorted(), ['GPIO10', 'GPIO11', 'GPIO2', 'GPIO3', 'GPIO7', 'GPIO8', 'GPIO9'])
})

void t.test('the disk knows of a line before it is driven, and no more when it is given back', async (t) => {
  const { run, close, disk, simulator } = makeTools()
  await run('gpio_write', { line: 'pin29', value: 1 })
  await run('gpio_write', { line: 'GPIO5', value: 0 })
  t.same(disk.saved, [['GPIO5']], 'written once, by its name')
  await run('gpio_write', { line: 'GPIO6', value: 1 })
  await close()
  t.same(disk.saved, [['GPIO5'], ['GPIO5', 'GPIO6'], []])
  await close()
  t.equal(disk.saved.length, 3, 'nothing was driven since')

  disk.fails = new PincerError('disk', 'The disk is full.')
  t.equal(await refusal('disk', () => run('gpio_write', { line: 'GPIO5', value: 1 })), 'The disk is full.')
  t.match(simulator.play('measure GPIO5'), /\(input\)/, 'what would be unknown after a crash is not driven')
  disk.fails = undefined
  const other = await simulator.gpio.requestOutput({ line: 'GPIO5', consumer: 'other', initial: 1 })
  await refusal('hardware', () => run('gpio_write', { line: 'GPIO5', value: 0 }))
  t.same(disk.saved.at(-1), [], 'what was never driven is not kept')
  await other.release()
})

void t.test('the failures of the bus reach the model as sentences', async (t) => {
  const { run, simulator, clock } = makeTools()
  t.match(
    await refusal('hardware', () => run('i2c_transfer', { bus: 1, address: 80, read: 1 })),
    /Nothing answers at 0x50/,
  )
  t.match(
    await refusal('hardware', () => run('i2c_transfer', { bus: 1, address: 104, read: 1 })),
    /kernel driver holds 0x68/,
  )
  simulator.play('stick i2c')
  const stuck = refusal('hardware', () => run('i2c_transfer', { bus: 1, address: 118, read: 1 }))
  await clock.advance(1_000)
  t.match(await stuck, /did not come free/)
})

void t.test('spi_transfer exchanges bytes and answers as many', async (t) => {
  const { run } = makeTools()
  t.match(await run('spi_transfer', { device: '0.0', write: [1, 0xf0, 0] }), /^ff f8 0[0-9] \(simulated\)$/)
  t.match(await refusal('hardware', () => run('spi_transfer', { device: '5.0', write: [1] })), /no SPI device 5\.0/)
  t.match(await refusal('hardware', () => run('spi_transfer', { device: '0.0', write: [] })), /at least one byte/)
  t.match(
    await refusal('hardware', () => run('spi_transfer', { device: '0.0', write: [1], speed_hz: 0 })),
    /cannot run at 0 Hz/,
  )
  t.match(await refusal('bad_call', () => run('spi_transfer', { device: '0.0', write: [300] })), /write holds 300/)
  const long = Array.from({ length: 4_097 }, () => 0)
  t.match(await refusal('hardware', () => run('spi_transfer', { device: '0.0', write: long })), /spidev\.bufsiz/)
})

void t.test('misspelt, missing and mistyped arguments do not pass the schema', async (t) => {
  const { tool } = makeTools()
  const wrong: readonly (readonly [string, object])[] = [
    ['gpio_write', { line: 'GPIO5' }],
    ['gpio_write', { line: 'GPIO5', value: 2 }],
    ['gpio_write', { line: 'GPIO5', value: '1' }],
    ['gpio_write', { line: 5, value: 1 }],
    ['gpio_read', { line: 'GPIO5', pin: 5 }],
    ['i2c_scan', {}],
    ['i2c_transfer', { bus: 1, address: '0x76', read: 1 }],
    ['i2c_transfer', { bus: 1, address: 118, data: [1] }],
    ['i2c_transfer', { bus: 1, address: 118, write: 'd0' }],
    ['spi_transfer', { device: '0.0', write: [1], mode: 4 }],
    ['spi_transfer', { device: 0, write: [1] }],
  ]
  for (const [name, args] of wrong)
    t.notOk(v.safeParse(tool(name).arguments, args).success, `${name} ${JSON.stringify(args)}`)
})
