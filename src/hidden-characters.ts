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
