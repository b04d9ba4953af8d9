import t from 'tap'
import { parseCommandLine } from '../src/command-line.ts'

void t.test('the words of the command line are read in any order', async (t) => {
  t.same(parseCommandLine([]), { home: undefined, command: { name: 'default' } })
  t.same(parseCommandLine(['--home', '/x', 'run']), { home: '/x', command: { name: 'run' } })
  t.same(parseCommandLine(['run', '--home=/x']), { home: '/x', command: { name: 'run' } })
  t.same(parseCommandLine(['chat']), { home: undefined, command: { name: 'chat', text: undefined } })
  t.same(parseCommandLine(['chat', '-m', 'read all']), { home: undefined, command: { name: 'chat', text: 'read all' } })
  t.same(parseCommandLine(['chat', '-m', '-5 is cold']).command, { name: 'chat', text: '-5 is cold' })
  t.same(parseCommandLine(['--help']).command, { name: 'help' })
  t.same(parseCommandLine(['--version']).command, { name: 'version' })
})

for (const [args, code, sentence] of [
  [['chatt'], 'usage', /no command "chatt"\. Did you mean chat\?/],
  [['xyzzy'], 'usage', /The commands are run, chat, check/],
  [['doctor'], 'not_in_version', /^doctor is not in this version/],
  [['docter'], 'usage', /Did you mean doctor\?/],
  [['--home'], 'usage', /--home needs a folder after it/],
  [['--home='], 'usage', /--home needs a folder after it/],
  [['chat', '-m'], 'usage', /-m needs a message in quotes after it/],
  [['chat', '-m', ''], 'usage', /-m needs a message in quotes/],
  [['run', '-m', 'x'], 'usage', /-m belongs to chat/],
  [['-m', 'x'], 'usage', /-m belongs to chat/],
  [['chat', 'turn', 'on'], 'usage', /chat -m "turn on"/],
  [['--port', '80'], 'usage', /no option --port/],
  [['run', 'now'], 'usage', /"now" is one word too many/],
] as const) {
  void t.test(`pincer ${args.join(' ')} is answered with what to type instead`, async (t) => {
    t.throws(() => parseCommandLine(args), { code, message: sentence })
  })
}
