import { PincerError } from '../errors.ts'
import { misleadingInText } from '../hidden-characters.ts'
import { commandRules, deniedBy } from './command-rules.ts'

/**
 * Refuses a shell command that matches a built-in pattern or one of `shell.deny`, with the pattern and a way forward:
 * PincerError `command_refused`. A seat belt against accidents, which anybody can get round who wants to: what holds is
 * the sandbox that the command runs in.
 */
export function guardCommand(command: string, deny: readonly string[]): void {
  if (command.trim() === '') throw refused('it is empty', 'Send the command that is to run.')
  if (command.search(misleadingInText) !== -1 || !command.isWellFormed()) {
    // A person who is asked must see what will run. What else shows nothing is shown to them as escapes.
    throw refused(
      'it holds control characters, or such that hide or turn what is read',
      'Write it in plain text; printf can make such bytes.',
    )
  }
  const rule = commandRules.find((each) => each.matches(command))
  if (rule !== undefined) throw refused(`it matches the built-in pattern "${rule.pattern}"`, rule.instead)
  const entry = deny.find((each) => deniedBy(each)(command))
  if (entry !== undefined) {
    throw refused(
      `it matches "${entry}" of shell.deny in pincer.yaml`,
      'Do it without that, or ask the person to change the list.',
    )
  }
}

function refused(why: string, instead: string): PincerError {
  return new PincerError('command_refused', `The command was not run: ${why}. ${instead}`)
}
