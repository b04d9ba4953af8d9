import { limits } from '../../limits.ts'

/**
 * Whether Telegram makes a link of it: it takes web addresses whose host has a dot, and its own. Others it drops without
 * a word (a script, but also http://raspberrypi:3000), and a mailto address it turns into a wrong web address, so these
 * stand in the text. Mail addresses in text it links by itself.
 */
export function isLinkTarget(address: string): boolean {
  if (address.length > limits.telegramLinkCharsMax || /\s/.test(address)) return false
  if (/^tg:(?:\/\/)?[A-Za-z][\w-]*(?:\/?\?[^#]*)?$/i.test(address)) return true
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false
  const { hostname } = new URL(address)
  return hostname.includes('.') || hostname.startsWith('[')
}
