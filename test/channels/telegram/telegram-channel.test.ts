import t from 'tap'
import { channelContract } from '../../contract/channel.ts'
import { settle } from '../../support/fake-clock.ts'
import { ada, createTelegramRig } from '../../support/telegram-rig.ts'

void t.test('Telegram keeps the contract of a channel', async (t) => {
  channelContract(t, async () => {
    const rig = createTelegramRig(t)
    const { channel, clock, wire } = rig
    const asked = (): readonly string[] =>
      wire.messages.map((each) => each.text).filter((text) => text.startsWith('May'))
    return {
      channel,
      clock,
      chat: String(ada.id),
      personId: String(ada.id),
      connect: async () => {
        wire.isCut = false
        await clock.advance(40_000)
      },
      cutOff: async () => {
        wire.isCut = true
        await settle()
      },
      says: (text) => rig.arrives({ text }),
      arrived: () => wire.texts(),
      answers: async (answer) => {
        const last = wire.called('sendMessage').findLast((each) => each['reply_markup'] !== undefined)
        const buttons = JSON.stringify(last?.['reply_markup'])
        const data = new RegExp(`ask:[\\w-]{16}:${answer}`).exec(buttons)?.[0]
        wire.push({ callback_query: { id: 'press', from: ada, data } })
        await settle()
        await settle()
      },
      asked: () => asked().map((text) => text.split('\n')[2] ?? ''),
      endings: () => asked().flatMap((text) => /\/deny \w{5}\.\n\n(.*)$/.exec(text)?.[1] ?? []),
      end: () => Promise.resolve(),
    }
  })
})
