import t from 'tap'
import { answerPair, pairCommand } from '../../src/agent/pair-command.ts'
import type { PairedPerson, PairingPort } from '../../src/channels/pairing-port.ts'
import { PincerError } from '../../src/errors.ts'
import { openCommands } from '../support/command-rig.ts'
import { guest, inbound } from '../support/messages.ts'
import { createToolBench } from '../support/tool-bench.ts'

const ada: PairedPerson = { id: 4711, name: 'Ada "the owner"' }
const eve: PairedPerson = { id: 6666, name: 'Eve' }
const refused = (reason: string) => Promise.resolve({ status: 'refused', reason } as const)
const full = () => Promise.reject(new PincerError('disk', 'The disk is full: free some space.'))

/** One code and one paired person; what was asked stands in `asked`. */
function pairingOf(more: Partial<PairingPort> = {}): PairingPort & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    confirm: (code) => {
      asked.push(code)
      return code === 'ABCD EFGH'
        ? Promise.resolve({ status: 'paired', person: eve })
        : refused('Nobody has this code.')
    },
    list: () => [ada],
    pending: () => [eve],
    revoke: (name) => {
      asked.push(name)
      return name === 'Eve Two' ? Promise.resolve({ status: 'revoked', person: eve }) : refused('Nobody is called so.')
    },
    ...more,
  }
}

void t.test('who is paired and who waits is listed by id and name, and never with a code', async (t) => {
  for (const words of ['', 'list', ' LIST ']) {
    t.equal(
      await answerPair(pairingOf(), words),
      'Paired: "Ada \\"the owner\\"" with the id 4711.\nWaiting with a code: "Eve" with the id 6666. Ask them for it, then: pair CODE',
    )
  }
  t.equal(await answerPair(pairingOf({ list: () => [], pending: () => [] }), ''), 'Nobody is paired.')
})

void t.test('a code makes its holder an owner, and says who that is and what they may', async (t) => {
  const pairing = pairingOf()
  t.equal(
    await answerPair(pairing, 'ABCD EFGH'),
    'Paired: the person with the id 6666, called "Eve", may do everything that you may. If that is not who you meant: pair revoke 6666',
  )
  await t.rejects(answerPair(pairing, 'WRONG'), { code: 'usage', message: 'Nobody has this code.' })
  await t.rejects(answerPair(pairingOf({ confirm: full }), 'ABCD'), { code: 'disk', message: /disk is full/ })
  t.same(pairing.asked, ['ABCD EFGH', 'WRONG'])
})

void t.test('a person is revoked by name or id, and told when the disk did not take it', async (t) => {
  const pairing = pairingOf()
  t.equal(
    await answerPair(pairing, 'revoke  Eve   Two'),
    'Not paired any more, and without any right: "Eve" with the id 6666.',
  )
  await t.rejects(answerPair(pairing, 'revoke Bob'), { code: 'usage', message: 'Nobody is called so.' })
  await t.rejects(answerPair(pairing, 'revoke'), { code: 'usage', message: /by name or id: pair revoke NAME/ })
  t.same(pairing.asked, ['Eve Two', 'Bob'])
  await t.rejects(answerPair(pairingOf({ revoke: full }), 'revoke Eve'), {
    code: 'disk',
    message: /gone, but only until the next start.*disk is full.*revoke again/,
  })
})

void t.test('in a chat what cannot be done is a refusal, and a bug stays a bug', async (t) => {
  const run = async (pairing: PairingPort | undefined, words: string) =>
    pairCommand(pairing)['pair']?.run(words, inbound(`/pair ${words}`), createToolBench([]).origin())
  t.same(await run(pairingOf(), 'WRONG'), { text: 'Nobody has this code.', failed: true })
  t.match(await run(undefined, ''), { text: /Nobody can be paired.*TELEGRAM_BOT_TOKEN/, failed: true })
  const confirm = () => Promise.reject(new TypeError('a bug'))
  await t.rejects(() => run(pairingOf({ confirm }), 'ABCD').then(() => undefined), TypeError)
})

void t.test('/pair is for owners alone', async (t) => {
  const { text } = await openCommands(t.testdir({}))
  t.equal(await text('/pair ABCDEFGH', { person: guest }), '! /pair is for owners only.')
  t.match(await text('/pair ABCDEFGH'), /^! Nobody can be paired/)
})

void t.test('whoever keeps a right by the configuration is not said to be without any', async (t) => {
  const keeps = 'the configuration has this id.'
  const pairing = pairingOf({ revoke: () => Promise.resolve({ status: 'revoked', person: eve, keeps }) })
  t.equal(
    await answerPair(pairing, 'revoke Eve'),
    'Not paired any more: "Eve" with the id 6666. But the configuration has this id.',
  )
})
