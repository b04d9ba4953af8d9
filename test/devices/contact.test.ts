import t from 'tap'
import { contactState } from '../../src/devices/contact.ts'

void t.test('open and closed follow pull and invert', async (t) => {
  for (const [pull, invert, level, expected] of [
    ['up', false, 1, 'open'],
    ['up', false, 0, 'closed'],
    ['up', true, 1, 'closed'],
    ['up', true, 0, 'open'],
    ['down', false, 0, 'open'],
    ['down', false, 1, 'closed'],
    ['down', true, 1, 'open'],
    ['off', false, 1, 'open'],
    ['off', true, 1, 'closed'],
  ] as const) {
    t.equal(contactState(level, { pull, invert }), expected, `${pull} ${invert} ${level}`)
  }
})
