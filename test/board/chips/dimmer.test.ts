import t from 'tap'
import { Pca9685 } from './pca9685.ts'

const awake = () => {
  const chip = new Pca9685()
  chip.write(Uint8Array.of(0x00, 0x21))
  return chip
}

void t.test('a PCA9685 wakes asleep and dark, at 200 Hz', async (t) => {
  const chip = new Pca9685()
  chip.write(Uint8Array.of(0x00))
  t.same([...chip.read(2)], [0x11, 0x11], 'without auto increment the address stays')
  t.equal(chip.duty(0), 0)
  t.equal(Math.round(chip.frequencyHz), 197)
})

void t.test('an output is high from its ON step to its OFF step: examples 1 and 2 of section 7.3.3', async (t) => {
  const chip = awake()
  // Delay 10 %, duty 20 %: ON 0x199, OFF 0x4CC.
  chip.write(Uint8Array.of(0x06, 0x99, 0x01, 0xcc, 0x04))
  t.equal(chip.duty(0).toFixed(3), '0.200')
  // Delay 90 %, duty 90 %: ON 0xE65, OFF 0xCCC, in the next round.
  chip.write(Uint8Array.of(0x0a, 0x65, 0x0e, 0xcc, 0x0c))
  t.equal(chip.duty(1).toFixed(2), '0.90')
})

void t.test('full on and full off are bits of their own, and off wins', async (t) => {
  const chip = awake()
  chip.write(Uint8Array.of(0x06, 0, 0x10, 0, 0))
  t.equal(chip.duty(0), 1)
  chip.write(Uint8Array.of(0x06, 0, 0x10, 0, 0x10))
  t.equal(chip.duty(0), 0)
  chip.write(Uint8Array.of(0xfa, 0, 0x10, 0, 0))
  t.same([chip.duty(0), chip.duty(15)], [1, 1], 'all at once')
  chip.write(Uint8Array.of(0x00, 0x31))
  t.equal(chip.duty(15), 0, 'asleep')
})

void t.test('the frequency is set while it sleeps alone: section 7.3.5 has 0x1E for 200 Hz', async (t) => {
  const chip = awake()
  chip.write(Uint8Array.of(0xfe, 0x79))
  t.equal(Math.round(chip.frequencyHz), 197)
  t.same(chip.misuses, ['the prescaler written while awake'])
  chip.write(Uint8Array.of(0x00, 0x31))
  chip.write(Uint8Array.of(0xfe, 0x79))
  t.equal(Math.round(chip.frequencyHz), 50)
  chip.write(Uint8Array.of(0xfe, 0x00))
  t.equal(Math.round(chip.frequencyHz), 1_526, 'no quicker than this')
})
