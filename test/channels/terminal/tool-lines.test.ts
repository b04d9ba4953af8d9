import t, { type Test } from 'tap'
import { startChat } from '../../support/terminal-chat.ts'

const place = { channel: 'terminal', chat: 'local' }

/** A chat in a turn, of which the test tells what the tools do. */
async function startTurn(t: Test, environment?: Readonly<Record<string, string>>, columns?: number) {
  const chat = await startChat(t, environment === undefined ? {} : { environment }, columns)
  const show = chat.channel.show.bind(chat.channel)
  const begin = (line: string): void => show({ kind: 'tool-started', ...place, line })
  const end = (line: string, failed = false): void => show({ kind: 'tool-finished', ...place, line, failed })
  const progress = (line: string, progress: string): void => show({ kind: 'tool-progress', ...place, line, progress })
  const endTurn = (): void => show({ kind: 'turn-ended', ...place })
  show({ kind: 'turn-started', ...place })
  return { ...chat, begin, progress, end, endTurn }
}

const opening = 'Hello.\nTry: lamp on\n'

void t.test('a conversation reads from top to bottom, with each tool call in one quiet line', async (t) => {
  const chat = await startTurn(t)
  await chat.type('lamp on\r')
  chat.begin('device_set lamp on')
  chat.end('device_set lamp on')
  chat.begin('read_file x\x1b[2J')
  chat.end('read_file x\x1b[2J', true)
  await chat.deliver('The lamp is on.\nAnything else?')
  chat.endTurn()
  t.same(chat.said(), ['lamp on'])
  t.equal(
    chat.screen(),
    `${opening}you> lamp on\n  - device_set lamp on\n  ! read_file x␛[2J\nThe lamp is on.\nAnything else?\nyou>`,
  )
})

void t.test('a call that takes its time is seen at once, and its line is the same when it ends', async (t) => {
  for (const [failed, sign] of [
    [false, '-'],
    [true, '!'],
  ] as const) {
    const chat = await startTurn(t)
    chat.begin('shell sleep 10')
    t.equal(chat.screen(), `${opening}  - shell sleep 10 …\nyou>`)
    chat.end('shell sleep 10', failed)
    t.equal(chat.screen(), `${opening}  ${sign} shell sleep 10\nyou>`)
  }
})

void t.test('what a long call is at stands beside it while it runs, and nowhere after', async (t) => {
  const chat = await startTurn(t)
  chat.begin('shell make')
  chat.progress('shell make', 'cc\u001b[2J main.c')
  chat.progress('shell other', 'not running')
  t.match(chat.screen(), /shell make … cc.* main\.c/)
  chat.end('shell make')
  chat.progress('shell make', 'too late')
  t.notMatch(chat.screen(), /main\.c|too late|not running/)
  t.match(chat.screen(), '- shell make')
})

void t.test('calls that run together have one line each, in the order in which they end', async (t) => {
  const chat = await startTurn(t)
  chat.begin('device_read room')
  chat.begin('device_read door')
  chat.begin('device_read door')
  t.equal(chat.screen(), `${opening}  - device_read room … and 2 more\nyou>`)
  chat.end('device_read door', true)
  t.equal(chat.screen(), `${opening}  ! device_read door\n  - device_read room … and 1 more\nyou>`)
  chat.end('device_read room')
  chat.end('device_read door')
  t.equal(chat.screen(), `${opening}  ! device_read door\n  - device_read room\n  - device_read door\nyou>`)
})

void t.test('the line being typed outlives every change above it, on a screen of any width', async (t) => {
  for (const columns of [20, 40, 80]) {
    const typed = 'a thought that is longer than a narrow screen'
    const chat = await startTurn(t, undefined, columns)
    // Without blanks: those at the edge of the screen cannot be seen.
    const bare = (text: string): string => text.replaceAll(/\s/g, '')
    const rows = (): string => bare(chat.screen())
    await chat.type(typed)
    chat.begin('web_fetch https://example.org/a-long-address')
    t.ok(rows().endsWith(bare(`- web_fetch https://example.org/a-long-address … you> ${typed}`)), `${columns}: running`)
    await chat.type('\x01X')
    await chat.deliver('Meanwhile.')
    chat.end('web_fetch https://example.org/a-long-address')
    t.ok(rows().endsWith(bare(`you> X${typed}`)), `${columns}: ended`)
    t.equal(rows().split('web_fetch').length, 2, `${columns}: the call has one line`)
    t.equal(rows().split('you>').length, 2, `${columns}: and the prompt too`)
    await chat.type('\r')
    t.same(chat.said(), [`X${typed}`])
  }
})

void t.test('a message sent while a call runs leaves no second line of the call behind', async (t) => {
  const chat = await startTurn(t)
  chat.begin('shell sleep 10')
  await chat.type('hurry\r')
  t.equal(chat.screen(), `${opening}you> hurry\n  - shell sleep 10 …\nyou>`)
  await chat.type('\x1b[200~one\rtwo\x1b[201~')
  t.equal(chat.screen(), `${opening}you> hurry\nyou> one\n  - shell sleep 10 …\n... two`)
  await chat.type('\r')
  chat.end('shell sleep 10')
  t.equal(chat.screen(), `${opening}you> hurry\nyou> one\n... two\n  - shell sleep 10\nyou>`)
  t.same(chat.said(), ['hurry', 'one\ntwo'])
})

void t.test('a call that /stop left behind is told when the turn ends', async (t) => {
  const chat = await startTurn(t)
  chat.begin('shell sleep 10')
  chat.endTurn()
  t.equal(chat.screen(), `${opening}  ! shell sleep 10\nyou>`)
  chat.endTurn()
  t.equal(chat.screen(), `${opening}  ! shell sleep 10\nyou>`)
})

void t.test('one who joins in the middle of a call sees it when it ends', async (t) => {
  const chat = await startTurn(t)
  chat.end('shell sleep 10')
  t.equal(chat.screen(), `${opening}  - shell sleep 10\nyou>`)
})

void t.test('a dumb terminal has one line for each call too, as it starts, without colour', async (t) => {
  const chat = await startTurn(t, { TERM: 'dumb' })
  chat.begin('shell sleep 10')
  chat.begin('device_read room')
  chat.end('device_read room')
  chat.end('shell sleep 10', true)
  chat.endTurn()
  t.equal(chat.output.text.split('shell sleep 10').length, 2)
  t.equal(chat.output.text.split('device_read room').length, 2)
  t.notMatch(chat.output.text, /\x1b\[\d*[mA]/)
})

void t.test('tool lines are painted only where colour is wanted', async (t) => {
  for (const [environment, painted] of [
    [{ TERM: 'xterm' }, true],
    [{ TERM: 'xterm', NO_COLOR: '1' }, false],
  ] as const) {
    const chat = await startTurn(t, environment)
    chat.begin('shell sleep 10')
    chat.end('shell sleep 10')
    t.equal(chat.output.text.includes('\x1b[2m  - shell sleep 10\x1b[0m'), painted)
  }
})
