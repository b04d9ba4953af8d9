import { isCommand } from '../../bus/bus.ts'
import type { Button } from '../../bus/message.ts'
import { limits } from '../../limits.ts'
import type { Body } from './sender.ts'
import type { Press } from './update-shape.ts'

/**
 * Buttons that say a command. The command stands in the button itself, so that it works after a restart too; a press says
 * no more than whoever pressed could have written, and is taken as their message.
 */
const prefix = 'say:'

/** Two in a row; undefined without any. What does not fit into a button is left out: it can still be typed. */
export function keyboardOf(buttons: readonly Button[]): Body['reply_markup'] {
  const fitting = buttons
    .map(({ text, command }) => ({ text, callback_data: `${prefix}${command}` }))
    .filter(({ callback_data: data }) => Buffer.byteLength(data) <= limits.telegramButtonBytesMax)
  if (fitting.length === 0) return undefined
  const rows = Array.from({ length: Math.ceil(fitting.length / 2) }, (_, row) => fitting.slice(2 * row, 2 * row + 2))
  return { inline_keyboard: rows }
}

/** The command that a pressed button says; undefined for buttons of another kind. */
export function commandOf({ data = '' }: Press): string | undefined {
  const command = data.startsWith(prefix) ? data.slice(prefix.length) : ''
  return isCommand(command) ? command : undefined
}
