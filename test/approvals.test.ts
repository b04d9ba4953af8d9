import t, { type Test } from 'tap'
import { servedHome } from './support/served-home.ts'
import { until } from './support/terminal-rig.ts'

/** Asking on Telegram with the whole daemon, over real sockets: what a person there sees, also over a kill. */
const owner = 7

async function serve(t: Test) {
  const { bot, start, kill } = await servedHome(t, {
    devices: 'gate: { kind: switch, line: GPIO6, maxOn: 1h, confirm: true }, lamp: { kind: switch, line: GPIO17 }',
    allow: [owner],
  })
  await start()
  const questions = () => bot.chat(owner).filter((message) => message.text.startsWith('May I do this?'))
  const code = (): string => /\/approve (\w{5})/.exec(questions().at(-1)?.text ?? '')?.[1] ?? 'none'
  const asked = (count: number) => until(() => questions().length === count, `question ${count}`)
  const pressed = async (messageId: number | undefined, button: string): Promise<string> => {
    const press = bot.press({ from: owner, button, ...(messageId === undefined ? {} : { messageId }) })
    await until(() => bot.pressAnswer(press) !== undefined, 'the answer to the press')
    return JSON.stringify(bot.pressAnswer(press))
  }
  return { bot, start, kill, questions, code, asked, pressed }
}

void t.test('a command in the chat answers while the turn waits, and the buttons go', async (t) => {
  const { bot, questions, code, asked } = await serve(t)
  bot.say({ from: owner, text: 'turn on the gate' })
  await asked(1)
  t.match(
    questions()[0]?.text,
    /^May I do this\?\n\nswitch gate on for at most 1h \(maxOn\), then off again\n\nI ask because/,
  )
  bot.say({ from: owner, text: '/set lamp on' })
  await bot.untilSaid(owner, 'lamp is on')
  bot.say({ from: owner, text: `/approve ${code()}` })
  await bot.untilSaid(owner, 'gate is on')
  await until(() => questions()[0]?.buttons.length === 0, 'the buttons to go')
  t.match(questions()[0]?.text, /\n\nYes, by /)
})

void t.test('/stop withdraws the question', async (t) => {
  const { bot, questions, asked } = await serve(t)
  bot.say({ from: owner, text: 'turn on the gate' })
  await asked(1)
  bot.say({ from: owner, text: '/stop' })
  await bot.untilSaid(owner, 'Stopped what I was doing')
  await until(() => questions()[0]?.text.endsWith('Withdrawn: what asked was stopped.') === true, 'the withdrawal')
  bot.say({ from: owner, text: '/read gate' })
  await bot.untilSaid(owner, 'gate: off')
})

void t.test(
  'a kill withdraws the question, its code does nothing, and what is still wanted is asked anew',
  async (t) => {
    const { bot, start, kill, questions, code, asked, pressed } = await serve(t)
    bot.say({ from: owner, text: 'turn on the gate' })
    await asked(1)
    const [old] = questions()
    const oldCode = code()
    // By then the daemon knows the message of its question.
    bot.say({ from: owner, text: '/whoami' })
    await bot.untilSaid(owner, 'id 7')
    await kill()
    await start()
    const message = () => bot.chat(owner).find(({ id }) => id === old?.id)
    await until(() => message()?.text === 'Withdrawn: I was restarted, so no.', 'the withdrawal')
    t.same(message()?.buttons, [])
    await asked(1)
    bot.say({ from: owner, text: `/approve ${oldCode}` })
    await bot.untilSaid(owner, `No question with the code "${oldCode}" is open in this chat`)
    bot.say({ from: owner, text: '/read gate' })
    await bot.untilSaid(owner, 'gate: off')
    t.match(await pressed(questions()[0]?.id, 'Yes'), /Yes\./)
    await bot.untilSaid(owner, 'gate is on')
  },
)
