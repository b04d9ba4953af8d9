/** The bounds of what is read from the web, for `limits`, which has every bound in the program. */
export const webLimits = {
  /** One page, redirects and all. */
  webTimeoutMs: 30_000,
  webConnectMs: 10_000,
  /** To the head of the answer, and between two pieces of it. */
  webFirstByteMs: 15_000,
  webGapMs: 10_000,
  webAddressCharsMax: 2_048,
  webRedirectsMax: 5,
  /** Of one page, as it comes out of its compression. */
  webBodyBytesMax: 2 * 1024 * 1024,
  /** Where a page says what it is made of. */
  webSniffBytes: 1_024,
  /** Of its text: what a model asks for is cut far below that, the rest waits in the workspace. */
  webTextCharsMax: 200_000,
  webTitleCharsMax: 300,
  /** HTML is read in such pieces, with other work between them. */
  webPieceChars: 8 * 1024,
  /** Elements inside each other; browsers stop at as many. */
  webNestingMax: 512,
  /** One paragraph: the time that its links take grows with its square. */
  webBlockCharsMax: 8_000,
  webListLevelsMax: 8,
  webLinkCharsMax: 500,
  webStyleCharsMax: 1_000,
  /** A shorter main part is none: the page is shown whole. */
  webMainCharsMin: 200,
  /** Brave takes no longer question. */
  webQueryCharsMax: 400,
  webSearchResultsMax: 8,
  webSearchBodyBytesMax: 1024 * 1024,
  webSnippetCharsMax: 300,
} as const
