import { badRequest, isObject, type Parameters } from './fake-bot-request.ts'

export interface Button {
  readonly text: string
  readonly callback_data?: string
  readonly url?: string
}

export interface Keyboard {
  readonly inline_keyboard: readonly (readonly Button[])[]
}

const styles = new Set<unknown>(['primary', 'danger', 'success'])

/** The inline keyboard of a message, checked as the server checks it. No other kind of markup is known here. */
export function keyboardOf(parameters: Parameters): Keyboard | undefined {
  const markup = parameters.json('reply_markup')
  if (markup === undefined) return undefined
  if (!isObject(markup)) throw badRequest('object expected as reply markup')
  const unknown = Object.keys(markup).find((name) => name !== 'inline_keyboard')
  if (unknown !== undefined) throw badRequest(`the fake knows no reply markup "${unknown}"`)
  const rows: unknown = markup['inline_keyboard']
  if (!Array.isArray(rows)) throw badRequest('Field "inline_keyboard" must be of type Array')
  const keyboard = rows.map((row: unknown) => {
    if (!Array.isArray(row)) {
      throw badRequest('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    }
    return row.map((button: unknown) => checkedButton(button))
  })
  if (keyboard.flat().length > 100) throw badRequest('reply markup is too long')
  return keyboard.flat().length === 0 ? undefined : { inline_keyboard: keyboard }
}

function checkedButton(button: unknown): Button {
  const refusal = (why: string): Error => badRequest(`can't parse inline keyboard button: ${why}`)
  if (!isObject(button)) throw refusal('InlineKeyboardButton must be an Object')
  const { text, callback_data: data, url, style, ...others } = button
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) throw refusal(`the fake knows no field "${unknown}"`)
  if (text === undefined) throw refusal(`Can't find field "text"`)
  if (typeof text !== 'string') throw refusal('Field "text" must be of type String')
  if (style !== undefined && !styles.has(style)) {
    throw refusal('invalid button style specified')
  }
  for (const [name, value] of Object.entries({ callback_data: data, url })) {
    if (value !== undefined && typeof value !== 'string') throw refusal(`Field "${name}" must be of type String`)
  }
  if (!data && !url) throw refusal('Text buttons are unallowed in the inline keyboard')
  if (text.trim() === '') throw badRequest('inline keyboard button text must be non-empty')
  if (typeof data === 'string' && Buffer.byteLength(data) > 64) throw badRequest('BUTTON_DATA_INVALID')
  return button as unknown as Button
}
