/** The bounds of Telegram, its traffic and its messages, for `limits`, which has every bound in the program. */
export const telegramLimits = {
  telegramLongPollMs: 30_000,
  /** Without an answer for so long the poll goes out again on fresh sockets. */
  telegramWatchdogMs: 45_000,
  telegramConnectMs: 10_000,
  /** Any other call: to the head of the answer, and between two pieces of it. */
  telegramAnswerMs: 15_000,
  telegramAnswerBytesMax: 16 * 1024 * 1024,
  telegramUpdatesPerPollMax: 50,
  telegramRetryMs: 1_000,
  telegramRetryMaxMs: 30_000,
  /** A retry_after beyond this is tried again here all the same. */
  telegramRetryAfterMaxMs: 60 * 60_000,
  telegramConflictRetryMs: 5_000,
  /** Another poller that stays for so long is told to the owner: a restart of ours meets its own for some seconds. */
  telegramConflictToldMs: 5 * 60_000,
  /** Without a conflict for so long it is over: between them a poll may well be answered. */
  telegramConflictOverMs: 2 * 60_000,
  telegramBadTokenRetryMs: 5 * 60_000,
  /** A trouble that lasts or returns is not said again before it was quiet for so long. */
  telegramToldAgainMs: 60 * 60_000,
  /** Messages remembered that were not taken. */
  telegramRefusedIdsMax: 256,
  /** While nothing can be kept, a chat is told so once in this time. */
  telegramRefusalGapMs: 60_000,
  telegramNameCharsMax: 64,
  /** Albums remembered, so that each is answered once. */
  telegramAlbumsMax: 16,
  /** The description of a command in the menu. */
  telegramMenuCharsMax: 256,
  /** The indicator fades after 5 s by itself. */
  telegramTypingMs: 4_000,
  /** A turn that shows no sign of life for so long is not shown as typing any more. */
  telegramTypingMaxMs: 10 * 60_000,
  telegramProgressAfterMs: 3_000,
  telegramProgressEditMs: 1_500,
  /** Telegram takes about 20 edits a minute in a group. */
  telegramProgressGroupEditMs: 3_000,
  telegramProgressLinesMax: 12,
  /** How long a progress message waits for the reply that takes its place. */
  telegramProgressLeftMs: 10_000,
  /** Tries to remove a progress message or to close a question. */
  telegramClearingTriesMax: 10,
  /** Progress messages and questions that are kept to be cleared away after a kill. */
  telegramOpenMessagesMax: 200,
  /** Tries to say that something cannot be read. */
  telegramNoticeTriesMax: 5,
  /** Tries to answer the press of a button, which Telegram takes for some seconds. */
  telegramPressTriesMax: 3,
  /** How long stopping waits for questions to be closed and progress to be removed. */
  telegramFarewellMs: 2_000,

  /** One message of Telegram, in UTF-16 units of what is read, markup not counted. */
  telegramTextUnitsMax: 4_096,
  /** One message as it is sent: Telegram refuses 32 KB. Text alone never gets there, many long addresses do. */
  telegramHtmlBytesMax: 24 * 1024,
  /** A longer reply is not read as Markdown: it is shown as it was written. */
  telegramMarkdownCharsMax: 64_000,
  /** One paragraph: the time that the parser takes grows with its square. */
  telegramParagraphCharsMax: 4_000,
  /** Quotes, lists and emphasis inside each other. */
  telegramNestingMax: 8,
  /** A wider table does not fit a telephone: it is shown as lines. */
  telegramTableColumnsMax: 42,
  telegramLinkCharsMax: 2_048,
  /** What a button can carry, by the Bot API. */
  telegramButtonBytesMax: 64,
} as const
