import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { VirtualScreen } from '../../support/virtual-screen.ts'

const program = join(import.meta.dirname, '../../support/terminal-program.ts')
const columns = 40
// util-linux brings it; Debian always has it.
const skip = existsSync('/usr/bin/script') ? false : 'no script(1) here'

/** Runs the chat on a real pseudo-terminal of 40 columns, then lets stty say whether it was left as it was found. */
function startOnTerminal(historyPath: string, terminal = 'xterm') {
  const command = `stty cols ${columns}; '${process.execPath}' '${program}' '${historyPath}'; echo "left with $?"; stty -a`
  const environment = { PATH: process.env['PATH'] ?? '', TERM: terminal, NO_COLOR: '1', SHELL: '/bin/sh' }
  const child = spawn('/usr/bin/script', ['-qfec', command, '/dev/null'], { env: environment })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const screen = (): string => {
    const virtual = new VirtualScreen(columns)
    virtual.write(text)
    return virtual.text
  }
  const shows = async (isSo: (screen: string) => boolean): Promise<void> => {
    while (!isSo(screen())) await once(child.stdout, 'data')
  }
  const printed = async (part: string): Promise<void> => {
    while (!text.includes(part)) await once(child.stdout, 'data')
  }
  return {
    child,
    screen,
    shows,
    printed,
    text: () => text,
    type: (keys: string) => child.stdin.write(keys),
    closed: once(child, 'close'),
  }
}

void t.test('on a real terminal a person types, corrects, recalls, reads replies and leaves', { skip }, async (t) => {
  const historyPath = join(t.testdir(), 'history')
  const chat = startOnTerminal(historyPath)
  await chat.shows((screen) => screen === 'Hello.\nyou>')
  chat.type('lamp off\x7f\x7fn\r')
  await chat.shows((screen) => screen.endsWith('You said: lamp on\nyou>'))
  chat.type('\x1b[A')
  await chat.shows((screen) => screen.endsWith('you> lamp on'))
  chat.type(` ${'and on '.repeat(10)}\r`)
  await chat.shows((screen) => screen.split('You said:').length === 3)
  chat.type('/r\t')
  await chat.shows((screen) => screen.endsWith('you> /read'))
  const hints = () => chat.screen().split('Ctrl-C again to leave.').length - 1
  // Where the machine stood still, the next one came too late and is a first one again.
  for (let pressed = 1; !chat.screen().includes('left with 0'); pressed++) {
    chat.type('\x03')
    await chat.shows((screen) => hints() === pressed || screen.includes('left with 0'))
  }
  t.ok(hints() > 0)
  chat.child.stdin.end()
  await chat.closed
  t.match(chat.screen(), /[^-]icanon/)
  t.match(chat.screen(), /[^-]echo\b/)
  t.equal(readFileSync(historyPath, 'utf8'), `lamp on\nlamp on ${'and on '.repeat(10)}\n`)
})

void t.test('on a dumb terminal a person types and corrects, and nothing moves the cursor', { skip }, async (t) => {
  const chat = startOnTerminal(join(t.testdir(), 'history'), 'dumb')
  await chat.printed('you> ')
  chat.type('\x7flamp öff\x7f\x7f\x7fon\b\bof')
  await chat.printed('of')
  chat.type('f\r')
  await chat.printed('You said: lamp off\r\n')
  chat.type('\x04')
  await chat.printed('left with 0')
  chat.child.stdin.end()
  await chat.closed
  t.notMatch(chat.text(), '\x1b')
})

void t.test('a terminal that hangs up ends the chat', { skip }, async (t) => {
  const chat = startOnTerminal(join(t.testdir(), 'history'))
  await chat.shows((screen) => screen === 'Hello.\nyou>')
  chat.child.stdin.end()
  await chat.shows((screen) => screen.includes('left with 0'))
  await chat.closed
})
