import t from 'tap'
import { createLog } from '../src/log.ts'

void t.test('what is below the level is not written', (t) => {
  const lines: string[] = []
  const log = createLog({ level: 'warn', redact: (text) => text, write: (line) => lines.push(line) })
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('room', `a ${level}`)
  t.same(lines, ['warn room: a warn', 'error room: a error'])
  t.end()
})

void t.test('a line is one line without control characters, whatever stands in its sentence', (t) => {
  const lines: string[] = []
  const log = createLog({ level: 'debug', redact: (text) => text, write: (line) => lines.push(line) })
  log.info('agent', 'one\nerror guard: forged\r\n\u001b[2Jhidden\u0000\u009b\u2028end')
  t.same(lines, ['info agent: one error guard: forged [2Jhidden end'])
  t.end()
})

void t.test('secrets are removed from sentence and room alike', (t) => {
  const lines: string[] = []
  const redact = (text: string): string => text.replaceAll('hunter2', '[secret]')
  const log = createLog({ level: 'debug', redact, write: (line) => lines.push(line) })
  log.error('hunter2', 'the key hunter2 was refused: hunter2')
  t.same(lines, ['error [secret]: the key [secret] was refused: [secret]'])
  t.end()
})
