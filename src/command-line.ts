import { PincerError } from './errors.ts'
import { nearest } from './nearest.ts'

export type Command =
  /** No command: chat on a terminal, piped lines, or the daemon, by what standard input is. */
  | { readonly name: 'default' }
  | { readonly name: 'run' | 'check' | 'version' | 'help' }
  | { readonly name: 'chat'; readonly text: string | undefined }

export interface CommandLine {
  /** As given by --home; `undefined` when it was not. */
  readonly home: string | undefined
  readonly command: Command
}

const names = ['run', 'chat', 'check', 'version', 'help'] as const

/** Commands of later versions: named as such, so that nobody looks for a typing error. */
const laterNames: readonly string[] =
  'init doctor status jobs send trigger pair board safe-state install uninstall backup restore'.split(' ')

export const usage = `pincer [--home DIR] [COMMAND]

  (none)          on a terminal: chat; lines piped in: each one a message; no input: run
  chat [-m TEXT]  talk here in the terminal; with -m, one message and its reply
  run             the daemon in the foreground
  check           read the configuration and say every fault at once
  version         version, runtime, platform, and what was built in

  --home DIR      the home folder; else PINCER_HOME, else ~/.pincer
Exit codes: 0 done, 1 failed, 2 wrong use or wrong configuration.`

/** @throws PincerError `usage` or `not_in_version` with what to type instead. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let home: string | undefined
  let text: string | undefined
  const words: string[] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--home') home = valueOf('--home', 'a folder', rest.shift())
    else if (arg.startsWith('--home=')) home = valueOf('--home', 'a folder', arg.slice('--home='.length))
    else if (arg === '-m') text = valueOf('-m', 'a message in quotes', rest.shift())
    else if (arg === '-h' || arg === '--help') words.push('help')
    else if (arg === '--version') words.push('version')
    else if (arg.startsWith('-'))
      throw wrongUse(`There is no option ${arg}: the options are --home DIR and chat -m TEXT.`)
    else words.push(arg)
  }
  const [word, extra] = words
  if (extra !== undefined) {
    const quotes = word === 'chat' ? ` Write a message as chat -m "${words.slice(1).join(' ')}".` : ''
    throw wrongUse(`"${extra}" is one word too many after ${word ?? ''}.${quotes}`)
  }
  const command = commandOf(word, text)
  if (text !== undefined && command.name !== 'chat') throw wrongUse('-m belongs to chat: pincer chat -m TEXT.')
  return { home, command }
}

function commandOf(word: string | undefined, text: string | undefined): Command {
  if (word === undefined) return { name: 'default' }
  const name = names.find((each) => each === word)
  if (name === 'chat') return { name, text }
  if (name !== undefined) return { name }
  if (laterNames.includes(word)) {
    throw new PincerError('not_in_version', `${word} is not in this version: it has ${names.join(', ')}.`)
  }
  const close = nearest(word, [...names, ...laterNames])
  const hint = close === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean ${close}?`
  throw wrongUse(`There is no command "${word}". ${hint}`)
}

function valueOf(option: string, what: string, value: string | undefined): string {
  if (value === undefined || value === '') throw wrongUse(`${option} needs ${what} after it.`)
  return value
}

function wrongUse(sentence: string): PincerError {
  return new PincerError('usage', `${sentence} See pincer help.`)
}
