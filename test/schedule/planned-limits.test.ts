import t from 'tap'
import type { DeviceSummary } from '../../src/devices/device.ts'
import { cutShort } from '../../src/schedule/planned-limits.ts'

const lamp: DeviceSummary = {
  name: 'lamp',
  kind: 'switch',
  output: true,
  quantities: ['state'],
  maxOnMs: 2 * 3_600_000,
  limits: 'maxOn 2h',
}
const { maxOnMs: _maxOnMs, ...unbounded } = lamp

void t.test('a plan that maxOn cuts short says so when it is made, and no other', async (t) => {
  const notes = (args: Readonly<Record<string, unknown>>, tool = 'device_set'): readonly string[] =>
    cutShort({ kind: 'do', calls: [{ tool, args: { name: 'lamp', ...args } }] }, [{ ...unbounded, name: 'fan' }, lamp])
  const note = ['maxOn switches lamp off after 2h.']
  t.same(notes({ value: 'on', for: '16h' }), note)
  t.same(notes({ value: 'on' }), note, 'it would be on for ever')
  t.same(notes({ value: 40, for: '3h' }), note)
  t.same(notes({ value: 'on', for: '2h' }), [])
  t.same(notes({ value: 'off' }), [])
  t.same(notes({ value: 0 }), [])
  t.same(notes({ name: 'fan', value: 'on' }), [])
  t.same(notes({ name: 'pump', value: 'on' }), [])
  t.same(notes({}, 'device_read'), [])
  t.same(cutShort({ kind: 'say', text: 'lamp on' }, [lamp]), [])
})
