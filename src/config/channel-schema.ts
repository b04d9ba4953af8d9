import * as v from 'valibot'
import { webAddress } from './addresses.ts'
import type { Config, DiscordConfig, TelegramConfig } from './config.ts'
import { discordTokenName, telegramTokenName } from './known-providers.ts'
import type { Lookup } from './environment.ts'
import { flag, listOf, message, secret, shape } from './values.ts'

export function channelsSchema(lookup: Lookup): v.GenericSchema<unknown, Config['channels']> {
  const telegram = v.pipe(
    shape(
      {
        token: v.nullish(secret('the token that BotFather gave', /^\d+:[\w-]{20,}$/)),
        allow: v.nullish(listOf(telegramId(), 'a list of numeric ids'), []),
        guests: v.nullish(listOf(telegramId(), 'a list of numeric ids'), []),
        progress: v.nullish(flag(), true),
        apiRoot: v.nullish(webAddress(), 'https://api.telegram.org'),
      },
      'a mapping with token and allow',
    ),
    v.transform(({ token, ...plain }): TelegramConfig => ({
      ...plain,
      token: token ?? lookup(telegramTokenName) ?? '',
    })),
  )
  const discord = v.pipe(
    shape(
      {
        token: v.nullish(secret('the token of the bot in the Discord developer portal')),
        allow: v.nullish(listOf(discordId(), 'a list of ids in quotes'), []),
        guests: v.nullish(listOf(discordId(), 'a list of ids in quotes'), []),
      },
      'a mapping with token and allow',
    ),
    v.transform(({ token, ...plain }): DiscordConfig => ({ ...plain, token: token ?? lookup(discordTokenName) ?? '' })),
  )
  // A token that stands ready is all that Telegram needs: who may text it, pairing finds out.
  const ready = lookup(telegramTokenName) === undefined ? null : {}
  const channels = shape(
    { telegram: v.nullish(telegram, ready), discord: v.nullish(discord) },
    'a mapping with telegram or discord',
  )
  return v.pipe(
    v.nullish(channels, {}),
    v.transform(({ telegram, discord }) => ({
      ...(telegram === null || telegram === undefined ? {} : { telegram }),
      ...(discord === null || discord === undefined ? {} : { discord }),
    })),
  )
}

function telegramId(): v.GenericSchema<unknown, number> {
  const expected = 'a numeric id such as 123456789'
  const isId = (id: number): boolean => Number.isSafeInteger(id) && id > 0
  return v.pipe(
    v.unknown(),
    // An id that comes from ${NAME} is text.
    v.transform((input) => (typeof input === 'string' && /^\d{1,16}$/.test(input) ? Number(input) : input)),
    v.number(({ input }) =>
      message(expected, typeof input === 'string' ? 'A name can change hands: only the number counts.' : undefined),
    ),
    v.check(isId, ({ input }) =>
      message(expected, input < 0 ? 'A negative id is a group; name the people in it.' : undefined),
    ),
  )
}

function discordId(): v.GenericSchema<unknown, string> {
  const expected = 'an id of 17 to 20 digits in quotes'
  return v.pipe(
    v.string(({ input }) =>
      message(
        expected,
        typeof input === 'number' ? 'Without quotes it is a number, and loses its last digits.' : undefined,
      ),
    ),
    v.trim(),
    v.regex(/^\d{17,20}$/, message(expected, 'A name can change hands: only the id counts.')),
  )
}
