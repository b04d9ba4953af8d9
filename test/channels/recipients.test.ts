import t from 'tap'
import { type Recipient, sendToPerson } from '../../src/channels/recipients.ts'
import { limits } from '../../src/limits.ts'
import { openBus } from '../support/open-bus.ts'

const one: Recipient = { id: '4711', name: '4711', channel: 'telegram', chat: '4711' }
const ada: Recipient = { id: '12', name: 'Ada', channel: 'telegram', chat: '12' }
const bob: Recipient = { id: '13', name: 'Bob', channel: 'other', chat: 'b' }
const bob2: Recipient = { id: '14', name: 'bob', channel: 'telegram', chat: '14' }
const recipients = [one, ada, bob]

void t.test('a message goes to the named person, else to the first, and survives a restart', async (t) => {
  const folder = t.testdir({})
  const { bus, journal } = await openBus(folder)
  t.equal(await sendToPerson({ bus, recipients }, 'the door is open', undefined), 'Queued for 4711 on telegram.')
  t.equal(await sendToPerson({ bus, recipients }, 'hi', ' ada '), 'Queued for Ada (12) on telegram.')
  t.equal(await sendToPerson({ bus, recipients }, 'hi', '13'), 'Queued for Bob (13) on other.')
  await journal.close()
  const again = await openBus(folder)
  t.match(again.bus.undelivered(), [
    { channel: 'telegram', chat: '4711', text: 'the door is open', answers: [], failed: false },
    { channel: 'telegram', chat: '12', text: 'hi' },
    { channel: 'other', chat: 'b' },
  ])
  await again.journal.close()
})

void t.test('what cannot be sent is refused in one sentence, and nothing is queued', async (t) => {
  const { bus, journal } = await openBus(t.testdir({}))
  const refuses = (text: string, to: string | undefined, message: RegExp | string, people = recipients) =>
    t.rejects(sendToPerson({ bus, recipients: people }, text, to), { code: 'usage', message })
  await refuses('hi', 'Adda', 'I know nobody called "Adda". Did you mean "Ada"?')
  await refuses('hi', 'Zebulon', 'I know nobody called "Zebulon". I can send to 4711, Ada (12), Bob (13).')
  await refuses('hi', 'BOB', '2 people are called "BOB": give the id, one of 13, 14.', [...recipients, bob2])
  await refuses('hi', undefined, /nobody to send to/, [])
  await refuses(' \n', undefined, /empty/)
  await refuses('x'.repeat(limits.inboundTextCharsMax + 1), undefined, /longer than 16000/)
  t.same(bus.undelivered(), [])
  for (let count = 0; count < limits.busMessagesMax; count++) await sendToPerson({ bus, recipients }, 'hi', undefined)
  await refuses('hi', 'Ada', /100 messages wait for telegram already.*later/)
  t.match(await sendToPerson({ bus, recipients }, 'hi', 'Bob'), /^Queued/, 'another channel has room')
  await journal.close()
})
