import { PincerError } from './errors.ts'
import { limits } from './limits.ts'
import { nearest } from './nearest.ts'

export type Command =
  /** No command: chat on a terminal, piped lines, or the daemon, by what standard input is. */
  | { readonly name: 'default' }
  | { readonly name: 'run' | 'check' | 'board' | 'safe-state' | 'version' | 'help' }
  | { readonly name: 'status' }
  | { readonly name: 'chat'; readonly text: string | undefined }
  | { readonly name: 'send'; readonly text: string; readonly to: string | undefined }
  /** `list`, or an order and a job's id, as behind /jobs; empty for the list. */
  | { readonly name: 'jobs'; readonly words: string }
  | { readonly name: 'trigger'; readonly trigger: string }
  /** `list`, a code, or `revoke NAME`. */
  | { readonly name: 'pair'; readonly words: string }

export interface CommandLine {
  /** As given by --home; `undefined` when it was not. */
  readonly home: string | undefined
  readonly command: Command
}

const names = [
  'run',
  'chat',
  'status',
  'jobs',
  'trigger',
  'send',
  'pair',
  'check',
  'board',
  'safe-state',
  'version',
  'help',
] as const

/** Commands of later versions: named as such, so that nobody looks for a typing error. */
const laterNames: readonly string[] = 'init doctor install uninstall backup restore'.split(' ')

export const usage = `pincer [--home DIR] [COMMAND]

  (none)          on a terminal: chat; lines piped in: each one a message; no input: run
  chat [-m TEXT]  talk here in the terminal; with -m, one message and its reply
  run             the daemon in the foreground
  status          how the running daemon is doing
  jobs            what is planned; jobs pause ID, resume ID, run ID, remove ID
  trigger NAME    run the jobs that wait for this name
  send TEXT [--to NAME]
                  let the daemon send a message to its first owner, or to NAME
  pair list       who is paired, and who waits with a code
  pair CODE       let the person who was told this code do everything
  pair revoke NAME
                  take that right away again
  board           the header of this board: what is used, reserved and free
  safe-state      drive every output to its safe state, also when no daemon runs
  check           read the configuration and say every fault at once
  version         version, runtime, platform, and what was built in

  --home DIR      the home folder; else PINCER_HOME, else ~/.pincer
Exit codes: 0 done, 1 failed, 2 wrong use or wrong configuration.`

/** @throws PincerError `usage` or `not_in_version` with what to type instead. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const homes: string[] = []
  const texts: string[] = []
  const recipients: string[] = []
  const words: string[] = []
  const strangers: string[] = []
  const asked: ('help' | 'version')[] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--home') homes.push(valueOf('--home', 'a folder', rest.shift()))
    else if (arg.startsWith('--home=')) homes.push(valueOf('--home', 'a folder', arg.slice('--home='.length)))
    else if (arg === '-m') texts.push(valueOf('-m', 'a message in quotes', rest.shift()))
    else if (arg === '--to') recipients.push(valueOf('--to', 'a name', rest.shift()))
    else if (arg === '-h' || arg === '--help') asked.push('help')
    else if (arg === '--version') asked.push('version')
    else if (arg.startsWith('-')) strangers.push(arg)
    else words.push(arg)
  }
  const home = onlyOne('--home', homes)
  const text = onlyOne('-m', texts)
  const to = onlyOne('--to', recipients)
  // Whoever asks for help needs it, whatever else stands there.
  const [ask] = asked
  if (ask !== undefined) return { home, command: { name: ask } }
  const [word] = words
  // Before its own options and words are called wrong.
  if (word !== undefined && laterNames.includes(word)) {
    throw new PincerError('not_in_version', `${word} is not in this version: it has ${names.join(', ')}.`)
  }
  const [stranger] = strangers
  if (stranger !== undefined) {
    throw wrongUse(
      `There is no option ${shown(stranger)}: the options are --home DIR, chat -m TEXT and send --to NAME.`,
    )
  }
  const command = commandOf(words, text, to)
  if (text !== undefined && command.name !== 'chat') throw wrongUse('-m belongs to chat: pincer chat -m TEXT.')
  if (to !== undefined && command.name !== 'send') throw wrongUse('--to belongs to send: pincer send TEXT --to NAME.')
  return { home, command }
}

function commandOf(words: readonly string[], text: string | undefined, to: string | undefined): Command {
  const [word, ...rest] = words
  if (word === undefined) return { name: 'default' }
  const name = names.find((each) => each === word)
  switch (name) {
    case undefined:
      throw unknownCommand(word, words)
    case 'chat':
      refuseExtra(name, rest[0], `Write a message as chat -m ${shown(rest.join(' '))}.`)
      return { name, text }
    case 'send': {
      const [message, extra] = rest
      if (message === undefined || message.trim() === '') throw wrongUse('send needs a message in quotes after it.')
      refuseExtra(`send ${shown(message)}`, extra, `Write it as send ${shown(rest.join(' '))}.`)
      return { name, text: message, to }
    }
    case 'jobs':
      return { name, words: rest.join(' ') }
    case 'trigger': {
      const [trigger, extra] = rest
      if (trigger === undefined || trigger.trim() === '') throw wrongUse('trigger needs a name after it.')
      refuseExtra(`trigger ${shown(trigger)}`, extra)
      return { name, trigger }
    }
    case 'pair':
      if (rest.join('').trim() === '') throw wrongUse('pair needs list, a code, or revoke NAME after it.')
      return { name, words: rest.join(' ') }
    case 'run':
    case 'status':
    case 'check':
    case 'board':
    case 'safe-state':
    case 'version':
    case 'help':
      refuseExtra(name, rest[0])
      return { name }
  }
}

function refuseExtra(before: string, extra: string | undefined, instead?: string): void {
  if (extra === undefined) return
  throw wrongUse([`${shown(extra)} is one word too many after ${before}.`, instead].filter(Boolean).join(' '))
}

function unknownCommand(word: string, words: readonly string[]): PincerError {
  const close = nearest(word, [...names, ...laterNames])
  const hint = close === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean ${close}?`
  const message = words.length > 1 || word.includes(' ') ? ` Write a message as chat -m ${shown(words.join(' '))}.` : ''
  return wrongUse(`There is no command ${shown(word)}. ${hint}${message}`)
}

function valueOf(option: string, what: string, value: string | undefined): string {
  if (value === undefined || value.trim() === '') throw wrongUse(`${option} needs ${what} after it.`)
  return value
}

function onlyOne(option: string, values: readonly string[]): string | undefined {
  if (values.length > 1) throw wrongUse(`${option} is given ${values.length} times: give it once.`)
  return values[0]
}

/** In quotes, short, and nothing in it that a terminal would obey. */
function shown(word: string): string {
  const short =
    word.length > limits.typedWordCharsMax ? `${word.slice(0, limits.typedWordCharsMax).toWellFormed()}...` : word
  return JSON.stringify(short).replaceAll(/(?! )[\p{C}\p{Z}]/gu, '?')
}

function wrongUse(sentence: string): PincerError {
  return new PincerError('usage', `${sentence} See pincer help.`)
}
