import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../../../src/limits.ts'
import { PincerError } from '../../../src/errors.ts'
import { ask } from '../../support/asking.ts'
import { settle } from '../../support/fake-clock.ts'
import { startChat } from '../../support/terminal-chat.ts'
import { outboundOf, owner, startTerminal } from '../../support/terminal-rig.ts'

const never = new AbortController().signal
const question = { chat: 'local', personId: owner.id, action: 'set gate on', reason: 'It asks each time.' }
const key = { enter: '\r', ctrlC: '\x03', ctrlD: '\x04', up: '\x1b[A', tab: '\t' }
const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`

void t.test('the greeting is printed as it is, then the prompt waits', async (t) => {
  const chat = await startChat(t)
  t.equal(chat.screen(), 'Hello.\nTry: lamp on\nyou>')
  t.equal(chat.input.raw, true)
})

void t.test('a reply does not break the line being typed, however long that line is', async (t) => {
  const long = 'a long line that goes over the edge of the screen more than once, '.repeat(3)
  for (const chunks of [[long], Array.from(long)]) {
    const chat = await startChat(t)
    for (const chunk of chunks) chat.input.write(chunk)
    await settle()
    const before = chat.screen()
    await chat.deliver('Hello from the board.')
    t.equal(chat.screen(), before.replace('you> ', 'Hello from the board.\nyou> '))
    await chat.deliver('And again.')
    t.equal(chat.screen(), before.replace('you> ', 'Hello from the board.\nAnd again.\nyou> '))
    await chat.type(`end${key.enter}`)
    t.same(chat.said(), [`${long}end`])
    await chat.leave()
  }
})

void t.test('a terminal made narrower has the line once, from the row where it now begins', async (t) => {
  const chat = await startChat(t)
  await chat.type('x'.repeat(100))
  const before = chat.output.text.length
  chat.output.columns = 40
  chat.output.emit('resize')
  t.match(chat.output.text.slice(before), /^\x1b\[2A/)
  await chat.leave()
  t.equal(chat.output.listenerCount('resize'), 0)
})

void t.test('a reply that came before anybody was there is shown first', async (t) => {
  const rig = await startTerminal()
  const delivery = rig.channel.deliver(outboundOf('While you were away.'), never)
  const chat = await startChat(t, { openLink: (peer) => Promise.resolve(rig.channel.attach(peer)) })
  t.same(await delivery, { status: 'delivered' })
  t.equal(chat.screen(), 'Hello.\nTry: lamp on\nWhile you were away.\nyou>')
})

void t.test('a reply to another terminal says that it was not asked here; a notice says nothing', async (t) => {
  const chat = await startChat(t)
  await chat.type(`lamp on${key.enter}`)
  void chat.channel.deliver(outboundOf('The fan is on.', { answers: ['asked elsewhere'] }), never)
  void chat.channel.deliver(outboundOf('The fan is off again.'), never)
  await settle()
  await chat.deliver('The lamp is on.')
  t.equal(
    chat.screen(),
    'Hello.\nTry: lamp on\nyou> lamp on\n  (not asked here)\nThe fan is on.\nThe fan is off again.\nThe lamp is on.\nyou>',
  )
})

void t.test('escape sequences in a reply do nothing', async (t) => {
  const chat = await startChat(t)
  await chat.deliver('\x1b]0;title\x07\x1b[2J\x1b[1;1Hgone?\rover')
  t.match(chat.screen(), 'Hello.\nTry: lamp on\n␛]0;title␇␛[2J␛[1;1Hgone?␍over\nyou>')
})

void t.test('Ctrl-C in a turn stops it, and once more leaves', async (t) => {
  const chat = await startChat(t)
  await chat.type(`think hard${key.enter}`)
  chat.channel.show({ kind: 'turn-started', channel: 'terminal', chat: 'local' })
  await chat.type(key.ctrlC)
  t.same(chat.said(), ['think hard', '/stop'])
  t.match(chat.screen(), /Stopping\. Ctrl-C again to leave\.\nyou>$/)
  await chat.clock.advance(limits.terminalLeaveMs + 1)
  await chat.type(key.ctrlC)
  t.equal(chat.exited(), undefined)
  t.same(chat.said(), ['think hard', '/stop', '/stop'])
  await chat.clock.advance(limits.terminalLeaveMs)
  await chat.type(key.ctrlC)
  t.equal(await chat.running, 0)
})

void t.test('Ctrl-C before the turn has started stops it too', async (t) => {
  const chat = await startChat(t)
  await chat.type(`think hard${key.enter}`)
  await chat.type(key.ctrlC)
  t.same(chat.said(), ['think hard', '/stop'])
  await chat.deliver('Stopped.')
  await chat.clock.advance(limits.terminalLeaveMs + 1)
  await chat.type(key.ctrlC)
  t.same(chat.said(), ['think hard', '/stop'], 'with nothing open there is nothing to stop')
})

void t.test('Ctrl-C when idle drops the line and says how to leave; twice within two seconds leaves', async (t) => {
  const chat = await startChat(t)
  await chat.type(`half a thou${key.ctrlC}`)
  t.equal(chat.screen(), 'Hello.\nTry: lamp on\nCtrl-C again to leave.\nyou>')
  await chat.clock.advance(limits.terminalLeaveMs + 1)
  await chat.type(key.ctrlC)
  t.equal(chat.exited(), undefined)
  await chat.type(key.ctrlC)
  t.equal(await chat.running, 0)
  t.same(chat.said(), [])
})

void t.test('Ctrl-D on an empty line, /quit, quit and exit leave, with the terminal as it was', async (t) => {
  for (const keys of [key.ctrlD, `/quit${key.enter}`, `  /quit ${key.enter}`, `Exit${key.enter}`, `quit${key.enter}`]) {
    const chat = await startChat(t)
    await chat.type(keys)
    t.equal(await chat.running, 0)
    t.equal(chat.input.raw, false)
    t.match(chat.output.text, /\x1b\[\?2004l$/)
    t.same(chat.said(), [])
  }
})

void t.test('Ctrl-D on a line with text does not leave', async (t) => {
  const chat = await startChat(t)
  await chat.type(`text${key.ctrlD}`)
  t.equal(chat.exited(), undefined)
})

void t.test('a word for leaving inside a message is part of the message', async (t) => {
  const chat = await startChat(t)
  await chat.type(`exit the door${key.enter}`)
  t.same(chat.said(), ['exit the door'])
  t.equal(chat.exited(), undefined)
})

void t.test('a terminal that hangs up sends nothing of what was typed and not sent', async (t) => {
  for (const gone of ['end', 'error', 'raw mode'] as const) {
    const chat = await startChat(t)
    await chat.type('turn on the lamp')
    if (gone === 'error') chat.input.destroy(new Error('read EIO'))
    else {
      if (gone === 'raw mode') chat.input.gone = true
      chat.input.end()
    }
    t.equal(await chat.running, 0)
    t.same(chat.said(), [], gone)
  }
})

void t.test('Ctrl-Z does not suspend a program that must switch things off in time', async (t) => {
  const chat = await startChat(t)
  await chat.type('half a thought\x1a')
  t.match(chat.screen(), /Pincer cannot be suspended: .*\nyou> half a thought$/)
  t.same(chat.said(), [])
})

void t.test('an aborted signal and a terminal that is gone leave with the terminal as it was', async (t) => {
  const stop = new AbortController()
  const chat = await startChat(t, { signal: stop.signal })
  stop.abort()
  t.equal(await chat.running, 0)
  t.equal(chat.input.raw, false)
  const gone = await startChat(t)
  gone.output.broken = 'EPIPE'
  void gone.deliver('nobody sees this')
  t.equal(await gone.running, 1)
})

void t.test('when Pincer stops, the person is told and the chat ends with 1', async (t) => {
  const chat = await startChat(t)
  await chat.channel.stop()
  t.equal(await chat.running, 1)
  t.match(chat.screen(), /Pincer is stopping\.\nyou>$/)
})

void t.test('a link that cannot be opened rejects and leaves the terminal as it was', async (t) => {
  const chat = await startChat(t, { openLink: () => Promise.reject(new PincerError('home', 'No.')) })
  await t.rejects(chat.running, { code: 'home' })
  t.equal(chat.input.raw, false)
})

void t.test('a question is answered by the next line, which is no message', async (t) => {
  for (const [line, answer] of [
    ['y', 'yes'],
    ['YES', 'yes'],
    ['n', 'no'],
    ['', 'no'],
  ] as const) {
    const chat = await startChat(t)
    const asking = ask(chat, question, never)
    await chat.clock.advance(limits.terminalQuestionReadMs)
    t.match(chat.screen(), /\nAllow: set gate on\? \(It asks each time\.\) \[y\/N\]$/)
    await chat.type(`${line}${key.enter}`)
    t.equal(await asking, answer)
    t.match(chat.screen(), /\[y\/N\] ?\w*\nyou>$/)
    t.same(chat.said(), [])
  }
})

void t.test('anything but yes and no is asked once more, and then is a no', async (t) => {
  const chat = await startChat(t)
  const asking = ask(chat, question, never)
  await chat.clock.advance(limits.terminalQuestionReadMs)
  await chat.type(`sure${key.enter}`)
  t.match(chat.screen(), /Please answer y or n\. Anything else counts as n\.\nAllow: set gate on\? .*\[y\/N\]$/)
  await chat.type(`yes please${key.enter}`)
  t.equal(await asking, 'no')
})

void t.test('what was typed before a question appeared never answers it, and is given back', async (t) => {
  const chat = await startChat(t)
  await chat.type('y')
  const asking = ask(chat, question, never)
  await chat.type(`yes${key.enter}`)
  t.match(chat.screen(), /typed before the question could be read: y or n\?\nAllow:/)
  await chat.clock.advance(limits.terminalQuestionReadMs)
  await chat.type(`n${key.enter}`)
  t.equal(await asking, 'no')
  t.match(chat.screen(), /\nyou> y$/)
  t.same(chat.said(), [])
})

void t.test('a question that ends by itself takes its half-typed answer with it', async (t) => {
  const chat = await startChat(t)
  await chat.type('draft')
  const asking = ask(chat, question, never)
  await chat.clock.advance(limits.humanAnswerTimeoutMs - 1)
  await chat.type('ye')
  await chat.clock.advance(1)
  t.equal(await asking, 'silence')
  t.match(chat.screen(), /Not answered by Saturday .*, so: no\.\nyou> draft$/)
  await chat.type(key.enter)
  t.same(chat.said(), ['draft'])
})

void t.test('questions are asked one after the other, each with its own answer', async (t) => {
  const chat = await startChat(t)
  await chat.type('draft')
  const first = ask(chat, question, never)
  const second = ask(chat, { ...question, action: 'set lamp on' }, never)
  const stop = new AbortController()
  const third = ask(chat, { ...question, action: 'never shown' }, stop.signal)
  stop.abort()
  await chat.clock.advance(limits.terminalQuestionReadMs)
  await chat.type(`y${key.enter}`)
  await chat.type(`y${key.enter}`)
  t.match(chat.screen(), /typed before the question could be read/, 'the second one has just appeared')
  await chat.clock.advance(limits.terminalQuestionReadMs)
  await chat.type(`n${key.enter}`)
  t.same([await first, await second, await third], ['yes', 'no', 'withdrawn'])
  t.match(chat.screen(), /\nyou> draft$/)
  t.notMatch(chat.screen(), /never shown/)
})

void t.test('a question longer than the screen stays whole while replies come in', async (t) => {
  const chat = await startChat(t)
  const action = 'x'.repeat(200)
  void ask(chat, { ...question, action }, never)
  await settle()
  await chat.deliver('Meanwhile.')
  await chat.clock.advance(limits.terminalQuestionReadMs)
  await chat.type(`what${key.enter}`)
  const rows = chat.screen().replaceAll('\n', '')
  t.equal(
    rows.split(`Allow: ${action}? (It asks each time.) [y/N]`).length,
    3,
    'once before the wrong answer, once after',
  )
  t.match(chat.screen(), /Meanwhile\.\nAllow: x+\n/)
})

void t.test('a paste of many lines is one message, sent by the Enter that follows it', async (t) => {
  const chat = await startChat(t)
  await chat.type(paste('first\rsecond\nthird'))
  t.same(chat.said(), [])
  t.equal(chat.screen(), 'Hello.\nTry: lamp on\nyou> first\n... second\n... third')
  await chat.deliver('A reply.')
  t.match(chat.screen(), /A reply\.\n\.\.\. third$/)
  await chat.type(`!${key.enter}`)
  t.same(chat.said(), ['first\nsecond\nthird!'])
  t.match(chat.screen(), /\nyou>$/)
  await chat.type(`${paste('one\rtwo\r')}${key.ctrlC}`)
  await chat.type(`three${key.enter}`)
  t.same(chat.said().at(-1), 'three', 'Ctrl-C drops a paste')
})

void t.test('a paste never answers a question', async (t) => {
  const chat = await startChat(t)
  const asking = ask(chat, question, never)
  await chat.clock.advance(limits.terminalQuestionReadMs)
  await chat.type(`${paste('y\ry\r')}${key.enter}`)
  await chat.type(`n${key.enter}`)
  t.equal(await asking, 'no')
})

void t.test('what cannot be sent is said, and the chat goes on', async (t) => {
  const chat = await startChat(t)
  chat.intake.next.push('full', new PincerError('disk', 'Cannot write the journal: the disk is full.'))
  await chat.type(`one${key.enter}`)
  t.match(chat.screen(), /This was not sent: 100 messages are waiting already\./)
  await chat.type(`two${key.enter}`)
  t.match(chat.screen(), /This was not sent\. Cannot write the journal: the disk is full\./)
  chat.input.write('z'.repeat(limits.inboundTextCharsMax + 1))
  await settle()
  await chat.type(key.enter)
  t.match(chat.screen().replaceAll('\n', ' '), /The message has 16001 characters/)
  await chat.type(`   ${key.enter}`)
  t.same(chat.said(), [])
  await chat.type(`three${key.enter}`)
  t.same(chat.said(), ['three'])
})

void t.test('history is kept for the next time, without secrets and without answers', async (t) => {
  const chat = await startChat(t)
  await chat.type(`lamp on${key.enter}`)
  await chat.type(`my key is s3cret${key.enter}`)
  await chat.type(`${paste('a\rb')}${key.enter}`)
  const asking = ask(chat, question, never)
  await chat.clock.advance(limits.terminalQuestionReadMs)
  await chat.type(`y${key.enter}`)
  await asking
  await chat.type(`fan on${key.enter}`)
  await chat.leave()
  t.equal(readFileSync(chat.historyPath, 'utf8'), 'lamp on\nfan on\n')
  const again = await startChat(t, { historyPath: chat.historyPath })
  await again.type(`${key.up}${key.up}${key.enter}`)
  t.same(again.said(), ['lamp on'])
})

void t.test('nothing typed writes no history, and a history that cannot be kept is said', async (t) => {
  const quiet = await startChat(t)
  await quiet.leave()
  t.equal(existsSync(quiet.historyPath), false)
  const folder = t.testdir({ file: '' })
  writeFileSync(join(folder, 'file'), 'not a folder')
  const chat = await startChat(t, { historyPath: join(folder, 'file', 'history') })
  await chat.type(`lamp on${key.enter}`)
  await chat.leave()
  t.match(chat.error.text, /^What you typed is not in the history\. Cannot read/)
})

void t.test('tab completes commands and devices', async (t) => {
  const chat = await startChat(t)
  await chat.type('/q')
  await chat.type(key.tab)
  t.match(chat.screen(), /you> \/quit$/)
  await chat.type(`\x15turn on la`)
  await chat.type(key.tab)
  t.match(chat.screen(), /you> turn on lamp$/)
})

void t.test('a failed reply is painted only where colour is wanted', async (t) => {
  const plain = await startChat(t)
  await plain.deliver('No.', true)
  t.notMatch(plain.output.text, '\x1b[33m')
  const coloured = await startChat(t, { environment: { TERM: 'xterm' } })
  await coloured.deliver('No.', true)
  t.match(coloured.output.text, '\x1b[33mNo.\x1b[0m')
})
