import type { Message } from './update-shape.ts'

/** What a person can send besides text, as it is called in an answer. The first that is there counts. */
const kinds: Readonly<Record<string, string>> = {
  // An animation comes with a document as well, a venue with a location.
  animation: 'animations',
  venue: 'places',
  sticker: 'stickers',
  photo: 'photos',
  live_photo: 'photos',
  voice: 'voice messages',
  audio: 'audio files',
  video: 'videos',
  video_note: 'video messages',
  document: 'files',
  location: 'locations',
  contact: 'contacts',
  poll: 'polls',
  checklist: 'checklists',
  dice: 'dice',
  game: 'games',
  story: 'stories',
  paid_media: 'paid media',
  invoice: 'invoices',
}

/** Names in the plural what a message holds besides its words; `undefined` where it is nothing known. */
export function mediaOf(message: Message): string | undefined {
  const found = Object.keys(kinds).find((kind) => message[kind] !== undefined && message[kind] !== null)
  return found === undefined ? undefined : kinds[found]
}
