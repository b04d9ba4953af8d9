/**
 * Characters that make a text read differently from what it is. All patterns are global: for `replaceAll` and `search`,
 * never for `test`, which would remember where it was.
 */

/** Controls, separators that break a line unseen, what turns the reading order, and the tags that only programs see. */
export const misleading = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u{e0000}-\u{e007f}]/gu

/** The same in a text that may have line breaks and tabs. */
export const misleadingInText = /[^\P{Cc}\t\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}\u{e0000}-\u{e007f}]/gu

/** All that shows nothing, also what joins emoji and the letters of some scripts. */
export const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** What no reader of a page sees. What joins letters and emoji, or chooses their form, stays: pages are written with it. */
export const unseenButJoining =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu
