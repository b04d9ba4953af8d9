import t from 'tap'
import { simulate } from '../../support/simulated-board.ts'

void t.test('nothing and help list the state of the world and every move', async (t) => {
  const { simulator } = simulate()
  const help = simulator.play('')
  t.equal(simulator.play(' HELP '), help)
  t.match(help, /it is 10:00 there, 13\.6 °C outside/)
  t.match(help, /room 21\.5 °C, 45 %, 1013\.3 hPa/)
  t.match(help, /lamp off, fan off, door closed/)
  t.match(help, /soil 55 % wet/)
  for (const form of [
    'press door',
    'heat room [to 30]',
    'unplug room',
    'stick i2c',
    'skip 10m',
    'drive GPIO5 high|low|off',
  ])
    t.ok(help.includes(form), form)
})

void t.test('what is broken stands in the list until it is mended', async (t) => {
  const { simulator } = simulate()
  for (const command of ['unplug room', 'unplug light', 'fail mcp3008 3', 'stick i2c']) simulator.play(command)
  t.match(simulator.play(''), /broken: room unplugged, light unplugged, mcp3008 fails 3 times, i2c stuck/)
  for (const command of ['plug room', 'plug light', 'plug mcp3008', 'free i2c']) simulator.play(command)
  t.notMatch(simulator.play(''), /broken/)
})

const answers: readonly (readonly [command: string, says: RegExp])[] = [
  ['open door', /^The door is open now\.$/],
  ['OPEN  door', /^The door is open now\.$/],
  ['close door', /^The door is closed already\.$/],
  ['press door', /^The door is open for 1s, then closed again\.$/],
  ['heat room', /until the room has 28 °C/],
  ['heat room to 30', /until the room has 30 °C/],
  ['heat room to 30.5 °C', /until the room has 30\.5 °C/],
  ['heat room 30c', /until the room has 30 °C/],
  ['cool room', /until the room has 16 °C/],
  ['heat room to 10', /has 21\.5 °C: there is nothing to heat/],
  ['cool room to 30', /has 21\.5 °C: there is nothing to cool/],
  ['heat room to 99', /"to 99" is no temperature from 5 to 45 °C\. Try: \/sim heat room to 30\./],
  ['heat room to hell', /"to hell" is no temperature/],
  ['water soil', /wet now/],
  ['dry soil', /dry now/],
  ['day', /it is 12:00 there/],
  ['night', /it is 23:00 there/],
  ['skip 90m', /moved 1h 30m ahead: it is 11:30 there/],
  ['skip 8d', /"8d" is no duration up to 7d\. Try: \/sim skip 10m\./],
  ['skip', /is no duration/],
  ['skip -5m', /is no duration/],
  ['plug room', /plugged in and works/],
  ['unplug door', /Nothing called "door" is plugged in here\. There is room, bme280, mcp3008, garden, soil, light\./],
  ['unplug', /Nothing called ""/],
  ['fail room', /The next transfer with the room fails\./],
  ['fail room 3', /The next 3 transfers with the room fail\./],
  ['fail room 0', /"0" is no number from 1 to 9999/],
  ['fail room 3 times', /"3 times" is no number/],
  ['free i2c', /bus is free/],
  ['drive GPIO5 high', /^GPIO5 is driven high from outside\.$/],
  ['drive pin29 off', /^Nothing drives GPIO5 from outside now\.$/],
  ['drive GPIO5 up', /"up" is no level\. Try: \/sim drive GPIO5 high, low or off\./],
  ['drive GPIO22 low', /GPIO22 is wired to the door/],
  ['drive GPIO99 low', /There is no GPIO line "gpio99"/],
  ['drive GND low', /There is no GPIO line "gnd"/],
  ['measure gpio6', /^GPIO6 is high \(input\)\.$/],
  ['measure', /There is no GPIO line ""/],
  // What is not understood is answered with the nearest form.
  ['pres door', /Try: \/sim press door\./],
  ['openn door', /Try: \/sim open door\./],
  ['heat roam', /Try: \/sim heat room \[to 30\]\./],
  ['heet room to 30', /Try: \/sim heat room \[to 30\]\./],
  ['stick', /Try: \/sim stick i2c\./],
  ['unplugg room', /Try: \/sim unplug room\./],
  ['knock door', /Try: \/sim press door\./],
  ['xyzzy', /Try: \/sim help\./],
  ['open door now', /"now" is too much\. Try: \/sim open door\./],
  ['__proto__', /Try: \/sim help\./],
]

for (const [command, says] of answers) {
  void t.test(`"${command}" is answered in one or two sentences that fit`, async (t) => {
    const answer = simulate().simulator.play(command)
    t.match(answer, says)
    t.notOk(answer.includes('\n'))
  })
}

void t.test('skip moves the world alone: timers of the board do not fire', async (t) => {
  const { clock, simulator } = simulate()
  let fired = false
  clock.after(60_000, () => (fired = true))
  simulator.play('skip 1h')
  t.notOk(fired)
  t.match(simulator.play(''), /it is 11:00/)
})

void t.test('an answer quotes no more than a little of an over-long command', async (t) => {
  t.ok(simulate().simulator.play('x'.repeat(10_000)).length < 200)
})
