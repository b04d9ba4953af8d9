import t from 'tap'
import { toolLine } from '../../src/agent/tool-line.ts'

void t.test('a call is one line that says what it does and when, without braces', async (t) => {
  const on = [{ tool: 'device_set', args: { name: 'lamp', value: 'on', for: '5m' } }]
  for (const [name, args, line] of [
    ['device_set', { name: 'lamp', value: 'on', for: '10m' }, 'device_set lamp on for 10m'],
    ['device_read', {}, 'device_read'],
    ['schedule_add', { in: '10m', do: on }, 'schedule_add in 10m device_set lamp on for 5m'],
    [
      'schedule_add',
      { cron: '0 7 * * *', do: [...on, ...on] },
      /^schedule_add cron 0 7 \* \* \* device_set lamp on for 5m, /,
    ],
    [
      'schedule_add',
      { when: { device: 'door', is: 'open', for: '2m' }, say: 'come' },
      'schedule_add when door is open for 2m say come',
    ],
    ['schedule_add', { when: { event: 'start' }, say: 'two\nlines' }, 'schedule_add when start say two lines'],
    ['schedule_update', { id: '3', paused: true }, 'schedule_update 3 true'],
    ['i2c_transfer', { bus: 1, address: 8, write: [208, 1] }, 'i2c_transfer 1 8 [208,1]'],
    ['write_file', { path: 'a', content: null }, 'write_file a null'],
  ] as const) {
    t.match(toolLine({ id: '1', name, arguments: JSON.stringify(args) }), line, name)
  }
  t.match(toolLine({ id: '1', name: 'shell', arguments: '{"command": ' }), /^shell .*JSON/)
})
