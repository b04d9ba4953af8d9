/** Every bound in the program, with its unit in its name. Relations between them are asserted by test/limits.test.ts. */
export const limits = {
  /** The bus, each way: messages accepted and not yet done. */
  busMessagesMax: 100,
  /** Commands taken beyond that, so that /stop arrives when the queue is full. */
  busCommandsExtraMax: 20,
  /** Longest text taken from a person in one message. */
  inboundTextCharsMax: 16_000,
  /** Ids of handled messages kept, to take a redelivered message once. */
  journalHandledIdsMax: 256,
  /** The journal is rewritten without what is done when it has grown to this. */
  journalCompactBytes: 128 * 1024,
  /** What is kept for people of a line that a power cut left half. */
  tornLineBytesMax: 64 * 1024,

  turnIterationsMax: 20,
  turnCallsPerReplyMax: 32,
  /** The same call with the same result so often in a row ends the turn. */
  turnSameCallMax: 3,
  /** A message older than this when it is acted on needs a confirmation that names its age. */
  actingMessageAgeMaxMs: 10 * 60_000,
  modelCallTimeoutMs: 5 * 60_000,
  /** How long /stop waits for a tool or model that ignores its signal before the turn is ended without it. */
  stopGraceMs: 500,

  /** A tool call shown as one quiet line. */
  toolLineCharsMax: 100,
  /** Longer messages the offline grammar does not try to read. */
  offlineWordsMax: 60,
  /** Ways to read one message that the offline grammar follows; more are ambiguous. */
  offlineReadingsMax: 64,
  /** Longest part of a message that is tried as the nearest form of it. */
  offlineNearestWordsMax: 16,
  offlineExcerptCharsMax: 80,
  offlineWindowTokens: 16_000,

  toolTimeoutMs: 60_000,
  toolResultCharsMax: 4_000,
  toolArgumentsCharsMax: 200_000,
  /** The sentence of a call that failed, as the model sees it. */
  toolFailureCharsMax: 1_500,
  /** An action longer than this cannot be judged by a person who is asked to allow it. */
  approvalCharsMax: 2_000,
  /** Parked tool results in the workspace, oldest removed first. */
  parkedResultsBytesMax: 4 * 1024 * 1024,
  humanAnswerTimeoutMs: 2 * 60_000,

  promptFileCharsMax: 1_500,
  promptSkillsMax: 20,
  promptSkillCharsMax: 160,
  promptDevicesMax: 40,

  /** Files larger than this are not read, edited or searched. */
  fileBytesMax: 1024 * 1024,
  fileReadLinesMax: 400,
  /** One page of a file, a listing or a search: with its footer it fits toolResultCharsMax, so nothing read is parked. */
  fileReadCharsMax: 3_600,
  listEntriesMax: 200,
  searchMatchesMax: 50,
  searchFilesMax: 2_000,
  searchBytesMax: 32 * 1024 * 1024,
  searchLineCharsMax: 160,
  searchPatternCharsMax: 200,
  /** Folders inside each other that a search enters. */
  walkLevelsMax: 32,
  /** Names taken from one folder; what is beyond is counted as more. */
  folderNamesMax: 5_000,
  pathCharsMax: 1_024,
  pathNameBytesMax: 255,

  contextReadingsMax: 24,
  contextReadingAgeMaxMs: 10 * 60_000,

  sessionTailBytesMax: 256 * 1024,
  /** Chats whose latest turns are kept in memory. */
  sessionsInMemoryMax: 8,
  /** A message that was interrupted so often is told, not tried again. */
  restartsMax: 3,
  /** Calls of an interrupted turn that its notice names. */
  noticeCallsMax: 10,
  /** Kept free in the model's window for its reply. */
  replyTokensReserved: 4_096,

  i2cTimeoutMs: 1_000,
  i2cReadBytesMax: 256,
  i2cWriteBytesMax: 256,
  spiTransferBytesMax: 4_096,
  spiSpeedHzDefault: 1_000_000,
  spiSpeedHzMax: 50_000_000,

  /** A measurement younger than this is answered again, with its age. */
  measurementReuseMs: 1_000,
  /** A line that cannot be driven safe is tried again after this, growing to the maximum. */
  outputRetryMs: 5_000,
  outputRetryMaxMs: 60_000,

  configFileBytesMax: 256 * 1024,
  /** Values in pincer.yaml, each alias counted as often as it is used. */
  configValuesMax: 10_000,
  configDepthMax: 16,
  configNameCharsMax: 32,
  heartbeatMinMs: 60_000,
  debounceMaxMs: 60_000,
  shellTimeoutMaxMs: 60 * 60_000,
  switchesPerMinuteMax: 600,

  partStopTimeoutMs: 5_000,

  /** Where a channel cannot take a reply because it is closing, the reply may be offered again after this. */
  terminalRetryMs: 1_000,
  /** Piped lines that find the bus full are offered again after this. */
  terminalFullRetryMs: 500,
  /** A second Ctrl-C within this leaves. */
  terminalLeaveMs: 2_000,
  /** An answer given sooner was typed before the question could be read. */
  terminalQuestionReadMs: 500,
  /** Piped lines left out before the rest is not read: it is no text. */
  scriptFaultyLinesMax: 5,
  terminalHistoryLinesMax: 500,
  terminalHistoryLineCharsMax: 1_000,

  controlClientsMax: 8,
  controlLineBytesMax: 1024 * 1024,
  /** What a client has not read yet; beyond this it is dropped. */
  controlBufferBytesMax: 2 * 1024 * 1024,
  /** How long a farewell on the control socket may take. */
  controlCloseMs: 1_000,
} as const
