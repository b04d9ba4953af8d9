import t from 'tap'
import { parseCommandLine } from '../src/command-line.ts'

void t.test('the words of the command line are read in any order', async (t) => {
  t.same(parseCommandLine([]), { home: undefined, command: { name: 'default' } })
  t.same(parseCommandLine(['--home', '/x', 'run']), { home: '/x', command: { name: 'run' } })
  t.same(parseCommandLine(['run', '--home=/x']), { home: '/x', command: { name: 'run' } })
  t.same(parseCommandLine(['chat']), { home: undefined, command: { name: 'chat', text: undefined } })
  t.same(parseCommandLine(['chat', '-m', 'read all']), { home: undefined, command: { name: 'chat', text: 'read all' } })
  t.same(parseCommandLine(['chat', '-m', '-5 is cold']).command, { name: 'chat', text: '-5 is cold' })
  t.same(parseCommandLine(['status']).command, { name: 'status' })
  t.same(parseCommandLine(['send', 'the door is open']).command, {
    name: 'send',
    text: 'the door is open',
    to: undefined,
  })
  t.same(parseCommandLine(['--to', 'Ada L', 'send', 'hi']).command, { name: 'send', text: 'hi', to: 'Ada L' })
  t.same(parseCommandLine(['pair', 'ABCD', 'EFGH']).command, { name: 'pair', words: 'ABCD EFGH' })
  t.same(parseCommandLine(['pair', 'revoke', 'Ada', 'Lovelace']).command, {
    name: 'pair',
    words: 'revoke Ada Lovelace',
  })
  t.same(parseCommandLine(['jobs']).command, { name: 'jobs', words: '' })
  t.same(parseCommandLine(['jobs', 'pause', '3']).command, { name: 'jobs', words: 'pause 3' })
  t.same(parseCommandLine(['trigger', 'doorbell']).command, { name: 'trigger', trigger: 'doorbell' })
  t.same(parseCommandLine(['--help']).command, { name: 'help' })
  t.same(parseCommandLine(['--version']).command, { name: 'version' })
})

void t.test('whoever asks for help gets it, whatever else stands there', async (t) => {
  for (const args of [
    ['run', '--help'],
    ['-h', 'chatt'],
    ['doctor', '--help'],
    ['--frob', '-h', '--home', '/x'],
  ]) {
    t.equal(parseCommandLine(args).command.name, 'help', args.join(' '))
  }
  t.equal(parseCommandLine(['run', '--version']).command.name, 'version')
  t.same(parseCommandLine(['chat', '-m', '--help']).command, { name: 'chat', text: '--help' }, 'a message is a message')
})

for (const [args, code, sentence] of [
  [['trigger'], 'usage', 'trigger needs a name after it. See pincer help.'],
  [['trigger', 'a', 'b'], 'usage', '"b" is one word too many after trigger "a". See pincer help.'],
  [['chatt'], 'usage', 'There is no command "chatt". Did you mean chat? See pincer help.'],
  [
    ['xyzzy'],
    'usage',
    'There is no command "xyzzy". The commands are run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help. See pincer help.',
  ],
  [
    [''],
    'usage',
    'There is no command "". The commands are run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help. See pincer help.',
  ],
  [['RUN'], 'usage', 'There is no command "RUN". Did you mean run? See pincer help.'],
  [
    ['turn', 'on', 'lamp'],
    'usage',
    'There is no command "turn". The commands are run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help. Write a message as chat -m "turn on lamp". See pincer help.',
  ],
  [
    ['read the room'],
    'usage',
    'There is no command "read the room". The commands are run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help. Write a message as chat -m "read the room". See pincer help.',
  ],
  [
    ['__proto__'],
    'usage',
    'There is no command "__proto__". The commands are run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help. See pincer help.',
  ],
  [
    ['\u001b[2Jx\n\u009b\u202ey'],
    'usage',
    'There is no command "\\u001b[2Jx\\n??y". The commands are run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help. See pincer help.',
  ],
  [
    ['x'.repeat(500)],
    'usage',
    `There is no command "${'x'.repeat(60)}...". The commands are run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help. See pincer help.`,
  ],
  [
    ['doctor'],
    'not_in_version',
    'doctor is not in this version: it has run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help.',
  ],
  [
    ['doctor', '--json'],
    'not_in_version',
    'doctor is not in this version: it has run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help.',
  ],
  [
    ['backup', 'x.tar'],
    'not_in_version',
    'backup is not in this version: it has run, chat, status, jobs, trigger, send, pair, check, board, safe-state, version, help.',
  ],
  [['status', 'all'], 'usage', '"all" is one word too many after status. See pincer help.'],
  [['send'], 'usage', 'send needs a message in quotes after it. See pincer help.'],
  [['send', ' '], 'usage', 'send needs a message in quotes after it. See pincer help.'],
  [
    ['send', 'the', 'door', '--to', 'Ada'],
    'usage',
    '"door" is one word too many after send "the". Write it as send "the door". See pincer help.',
  ],
  [['send', 'x', '--to'], 'usage', '--to needs a name after it. See pincer help.'],
  [['send', 'x', '--to', 'a', '--to', 'b'], 'usage', '--to is given 2 times: give it once. See pincer help.'],
  [['send', 'x', '-m', 'y'], 'usage', '-m belongs to chat: pincer chat -m TEXT. See pincer help.'],
  [['status', '--to', 'Ada'], 'usage', '--to belongs to send: pincer send TEXT --to NAME. See pincer help.'],
  [['pair'], 'usage', 'pair needs list, a code, or revoke NAME after it. See pincer help.'],
  [['pair', ''], 'usage', 'pair needs list, a code, or revoke NAME after it. See pincer help.'],
  [['docter'], 'usage', 'There is no command "docter". Did you mean doctor? See pincer help.'],
  [['--home'], 'usage', '--home needs a folder after it. See pincer help.'],
  [['--home='], 'usage', '--home needs a folder after it. See pincer help.'],
  [['--home', ' '], 'usage', '--home needs a folder after it. See pincer help.'],
  [['--home', '/a', '--home=/b', 'run'], 'usage', '--home is given 2 times: give it once. See pincer help.'],
  [['chat', '-m'], 'usage', '-m needs a message in quotes after it. See pincer help.'],
  [['chat', '-m', ''], 'usage', '-m needs a message in quotes after it. See pincer help.'],
  [['chat', '-m', ' \t'], 'usage', '-m needs a message in quotes after it. See pincer help.'],
  [['chat', '-m', 'a', '-m', 'b'], 'usage', '-m is given 2 times: give it once. See pincer help.'],
  [['run', '-m', 'x'], 'usage', '-m belongs to chat: pincer chat -m TEXT. See pincer help.'],
  [['-m', 'x'], 'usage', '-m belongs to chat: pincer chat -m TEXT. See pincer help.'],
  [
    ['chat', 'turn', 'on'],
    'usage',
    '"turn" is one word too many after chat. Write a message as chat -m "turn on". See pincer help.',
  ],
  [
    ['--port', '80'],
    'usage',
    'There is no option "--port": the options are --home DIR, chat -m TEXT and send --to NAME. See pincer help.',
  ],
  [
    ['--port=80', 'run'],
    'usage',
    'There is no option "--port=80": the options are --home DIR, chat -m TEXT and send --to NAME. See pincer help.',
  ],
  [
    ['--'],
    'usage',
    'There is no option "--": the options are --home DIR, chat -m TEXT and send --to NAME. See pincer help.',
  ],
  [
    ['chat', '-mhello'],
    'usage',
    'There is no option "-mhello": the options are --home DIR, chat -m TEXT and send --to NAME. See pincer help.',
  ],
  [['run', 'now'], 'usage', '"now" is one word too many after run. See pincer help.'],
  [['check', 'check'], 'usage', '"check" is one word too many after check. See pincer help.'],
] as const) {
  void t.test(
    `pincer ${JSON.stringify(args.map((arg) => arg.slice(0, 40)))} is answered in one sentence`,
    async (t) => {
      t.throws(() => parseCommandLine(args), { code, message: sentence })
    },
  )
}
