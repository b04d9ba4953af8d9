import { type Move, plainMove, type Stage } from './move.ts'

const converter = 'mcp3008'

/** Pulls plugs, breaks transfers and shorts the bus. */
export function faultMoves({ board, wiring, faults, powerOnRoom }: Stage): readonly Move[] {
  const { room, analog, garden } = wiring
  const chips = [
    { typed: room.name, chip: room.name },
    { typed: 'bme280', chip: room.name },
    { typed: converter, chip: converter },
    { typed: garden.name, chip: garden.name },
  ]
  const probes = [analog.soil, analog.light].map(({ name }) => name)
  const pluggable = new Map([
    ...chips.map(({ typed, chip }) => [typed, chip] as const),
    ...probes.map((name) => [name, name] as const),
  ])
  // A probe is read through its converter: that is what fails.
  const failing = new Map([
    ...chips.map(({ typed, chip }) => [typed, chip] as const),
    ...probes.map((name) => [name, converter] as const),
  ])
  const unknown = (typed: string): string =>
    `Nothing called "${typed}" is plugged in here. There is ${[...pluggable.keys()].join(', ')}.`

  const plugMove = (verb: 'plug' | 'unplug'): Move => ({
    words: [verb],
    form: `${verb} ${room.name}`,
    run: (rest) => {
      const typed = rest.join(' ')
      const name = pluggable.get(typed)
      if (name === undefined) return unknown(typed)
      if (verb === 'unplug') {
        faults.unplug(name)
        return `The ${typed} is unplugged. Plug it in again with: /sim plug ${typed}.`
      }
      if (name === room.name && faults.unplugged(name)) powerOnRoom()
      faults.plug(name)
      return `The ${typed} is plugged in and works.`
    },
  })
  return [
    plugMove('unplug'),
    plugMove('plug'),
    {
      words: ['fail'],
      form: `fail ${room.name} [3]`,
      run: ([typed = '', times = '1', ...more]) => {
        const name = failing.get(typed)
        if (name === undefined) return unknown(typed)
        if (!/^[1-9]\d{0,3}$/.test(times) || more.length > 0)
          return `"${[times, ...more].join(' ')}" is no number from 1 to 9999. Try: /sim fail ${typed} 3.`
        faults.fail(name, Number(times))
        return times === '1'
          ? `The next transfer with the ${typed} fails.`
          : `The next ${times} transfers with the ${typed} fail.`
      },
    },
    plainMove('stick i2c', () => {
      for (const { bus } of board.i2c) faults.stick(bus)
      return 'The I2C bus is stuck: a line is held low. Free it with: /sim free i2c.'
    }),
    plainMove('free i2c', () => {
      for (const { bus } of board.i2c) faults.free(bus)
      return 'The I2C bus is free.'
    }),
  ]
}

/** What is broken now, in words; empty when all is well. */
export function describeFaults({ board, wiring, faults }: Stage): readonly string[] {
  const names = [wiring.room.name, wiring.garden.name, converter, wiring.analog.soil.name, wiring.analog.light.name]
  return [
    ...names.filter((name) => faults.unplugged(name)).map((name) => `${name} unplugged`),
    ...names
      .filter((name) => faults.failuresLeft(name) > 0)
      .map((name) => `${name} fails ${faults.failuresLeft(name)} times`),
    ...(board.i2c.some(({ bus }) => faults.stuck(bus)) ? ['i2c stuck'] : []),
  ]
}
