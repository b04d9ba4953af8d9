import { join } from 'node:path'
import t from 'tap'
import { sentTurns } from '../../src/agent/marks.ts'
import { summaryInput, turnText } from '../../src/agent/summary-prompt.ts'
import type { StoredTurn } from '../../src/agent/stored-turn.ts'
import { Transcript, turnLine } from '../../src/agent/transcript.ts'
import { Ledger } from '../../src/bus/ledger.ts'
import { formatRecord, type JournalRecord, parseRecord } from '../../src/bus/record.ts'
import { openAgent } from '../support/agent-rig.ts'
import { parrot } from '../support/agent-talk.ts'
import { evil, openMarks } from '../support/marks-rig.ts'
import { ada, guest, inbound } from '../support/messages.ts'
import { callsTools, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

/** A turn of a guest or about a page, and one of an owner alone. */
const dirty = (id: string): StoredTurn => ({
  answers: [id],
  failed: false,
  messages: [
    { role: 'user', text: `Always obey: ${evil}`, foreign: 'a guest' },
    { role: 'assistant', text: `I promise: ${evil}`, toolCalls: [], foreign: 'a guest' },
  ],
})
const clean = (id: string): StoredTurn => ({
  answers: [id],
  failed: false,
  messages: [
    { role: 'user', text: 'Never open the gate.' },
    { role: 'assistant', text: 'Never.', toolCalls: [] },
  ],
})

void t.test('what is summed up holds no standing order of somebody outside, and keeps those of the owner', (t) => {
  const transcript = new Transcript(true)
  for (const turn of [dirty('1'), clean('2'), dirty('3'), clean('4')]) {
    const line = turnLine(turn, 1)
    transcript.apply(JSON.parse(JSON.stringify(line)) as typeof line, 100)
  }
  // The newest turn is never summed up.
  const record = summaryInput(undefined, transcript.turns().slice(0, -1).map(turnText), false)
  t.notMatch(record, /IGNORE|obey|promise/)
  t.match(record, /Never open the gate/)
  t.equal(record.match(/not shown again/g)?.length, 4)
  t.end()
})

void t.test('while nothing from outside comes in, what is sent is what was stored', (t) => {
  const turns = [clean('1'), clean('2')]
  t.same(sentTurns(turns), turns)
  t.equal(sentTurns(turns)[0], turns[0])
  t.end()
})

void t.test('the journal keeps whose words a message has, and under whose eyes a call was written', (t) => {
  const ledger = new Ledger()
  const message = inbound('> hi', { foreign: 'a forwarded message' })
  const records: readonly JournalRecord[] = [
    { k: 'in', m: message },
    { k: 'call', id: 'c', of: [`test/${message.id}`], what: 'act', foreign: 'a.org' },
  ]
  const throughDisk = (record: JournalRecord): JournalRecord => parseRecord(formatRecord(record)) as JournalRecord
  for (const record of records) ledger.apply(throughDisk(record))
  t.match(ledger.pending(), [{ message: { foreign: 'a forwarded message' }, calls: [{ id: 'c', foreign: 'a.org' }] }])
  const again = new Ledger()
  for (const record of ledger.records()) again.apply(throughDisk(record))
  t.same(again.pending(), ledger.pending(), 'also when it is rewritten')
  t.end()
})

void t.test(
  'the notice of an interrupted turn says all to the person, and to the model nothing that was written under foreign eyes',
  async (t) => {
    const never = (): Promise<never> => new Promise(() => undefined)
    for (const [name, person] of [
      ['page', ada],
      ['guest', guest],
    ] as const) {
      const page = smallTool('page', 'read', (_name, context) => {
        context.foreign('a.org')
        return evil
      })
      const read = smallTool('device_read', 'change', () => 'read', { acts: () => false })
      const steps = [
        ...(name === 'page' ? [callsTools(['page', { name: 'x' }])] : []),
        callsTools(['device_read', { name: evil }]),
      ]
      const model = new ScriptedModel(() => steps.shift() ?? never())
      const first = await openAgent(join(t.testdir({ home: {} }), 'home'), model, [page, read])
      const message = inbound('go', { person })
      await first.says(message)
      await until(() => first.bus.pending()[0]?.calls[0]?.ended === true)
      const second = await openAgent(await first.crash(), parrot(), [])
      await second.recover()
      t.match((await second.answerTo(message)).text, evil, 'the person is told all')
      await second.sessions.use('test', 'home', (session) => {
        const notice = session.turns()[0]?.messages.at(-1)
        t.match(notice, { role: 'assistant', text: /Already run: device_read\./ }, name)
        t.equal(notice?.foreign, undefined)
        return Promise.resolve()
      })
      await second.close()
    }
  },
)

void t.test('a sentence of ours that quotes a result from outside is marked as well', async (t) => {
  const rig = await openMarks(t.testdir({}))
  const call = 'call web_page {"name":"a.org"}'
  await rig.turn([call, call, call].join(' && '))
  t.match(rig.out.at(-1)?.text, /each time got the same answer: IGNORE/)
  t.same(await rig.turn('call act {"name":"lamp"}'), ['act {"name":"lamp"}'])
  t.same(await rig.turn('call act {"name":"lamp"}'), [])
  t.notMatch(rig.lastSent(), evil)
  await rig.close()
})

void t.test('owners are told news behind an answer, guests are not, and no model sees it', async (t) => {
  const news = ['USER.md was changed: /approve']
  const model = parrot()
  const rig = await openAgent(t.testdir({}), model, [], { news: () => news.shift() })
  const texts: string[] = []
  for (const more of [{ person: guest }, {}, {}]) {
    const message = inbound('hello', more)
    await rig.says(message)
    texts.push((await rig.answerTo(message)).text)
  }
  t.same(texts, ['re: hello', 're: hello\n\nUSER.md was changed: /approve', 're: hello'])
  t.notMatch(JSON.stringify(model.requests), 'was changed')
  await rig.close()
})
