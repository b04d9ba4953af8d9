import { deviceLimits } from './limits-devices.ts'
import { modelLimits } from './limits-model.ts'
import { scheduleLimits } from './limits-schedule.ts'
import { shellLimits } from './limits-shell.ts'
import { telegramLimits } from './limits-telegram.ts'
import { webLimits } from './limits-web.ts'

/** Every bound in the program, with its unit in its name. Relations between them are asserted by test/limits.test.ts. */
export const limits = {
  ...deviceLimits,
  ...modelLimits,
  ...scheduleLimits,
  ...shellLimits,
  ...telegramLimits,
  ...webLimits,

  /** Messages accepted and not yet done: of all channels on the way in, of each channel on the way out. */
  busMessagesMax: 100,
  /** Commands taken beyond that, so that /stop arrives when the queue is full. */
  busCommandsExtraMax: 20,
  /** Replies that can never arrive: how many are told of, for how long, and how much of each. */
  deadLettersMax: 20,
  deadLetterAgeMaxMs: 7 * 24 * 60 * 60_000,
  deadLetterCharsMax: 200,
  /** Of these, the newest that /status names. */
  deadLettersShownMax: 5,
  /** A channel that failed where it should have answered is given the message again after this. */
  channelFaultRetryMs: 5_000,
  /** What goes wrong with the board itself is told to its owner once in this time, each kind of it. */
  ownerNoticeGapMs: 60 * 60_000,
  /** The same for what an output did by itself. */
  outputNoticeGapMs: 10 * 60_000,
  /** An output that may be on no longer than this is a pulse: nobody is told of its end. */
  outputPulseMaxMs: 60_000,
  /** Longest text taken from a person in one message. */
  inboundTextCharsMax: 16_000,
  /** Ids of handled messages kept, to take a redelivered message once. */
  journalHandledIdsMax: 256,
  /** The journal is rewritten without what is done when it has grown to this. */
  journalCompactBytes: 128 * 1024,
  /** What is kept for people of a line that a power cut left half. */
  tornLineBytesMax: 64 * 1024,
  /** All such lines of one file: a power cut a day would otherwise leave up to 230 MB in ten years. */
  tornFileBytesMax: 256 * 1024,
  /** Files are read in such pieces: a board has little memory, and a log may have become long. */
  filePieceBytes: 64 * 1024,
  /** Damaged files kept for people, of each file of state/ that can be damaged. */
  asideCopiesMax: 5,

  /** Of a message, to say which one is meant. */
  firstWordsCharsMax: 60,

  turnIterationsMax: 20,
  turnCallsPerReplyMax: 32,
  /** The same call with the same result so often in a row ends the turn. */
  turnSameCallMax: 3,
  /** Of that call, and of its result, for the person. */
  repeatedCallCharsMax: 200,
  /** So many questions that a person did not answer with yes end the turn. */
  turnRefusalsMax: 2,
  /** A clock chip and the wall clock differ by seconds a day; one that keeps local time wrongly is off by hours. */
  clockChipToleranceMs: 5 * 60_000,
  /** The clock of this board may lag so much behind that of a chat service and still tell how old a message is. */
  clockSkewMaxMs: 60_000,
  /** A message older than this when it was accepted, or taken up again, needs a confirmation that names its age. */
  actingMessageAgeMaxMs: 10 * 60_000,
  /** How long /stop waits for a tool or model that ignores its signal before the turn is ended without it. */
  stopGraceMs: 500,

  /** A tool call shown as one quiet line. */
  toolLineCharsMax: 100,

  toolTimeoutMs: 60_000,
  toolResultCharsMax: 4_000,
  toolArgumentsCharsMax: 200_000,
  /** Of a call's arguments in the journal, and so in what a person is told of it. */
  describedCallCharsMax: 200,
  /** What is wrong with the arguments of a call: a list of bytes can be wrong in each, and what was sent is quoted. */
  argumentFaultsMax: 5,
  argumentFaultCharsMax: 200,
  /** The sentence of a call that failed, as the model sees it. */
  toolFailureCharsMax: 1_500,
  /** An action and its exact call, together: more cannot be judged by a person who is asked to allow it. */
  approvalCharsMax: 3_000,
  /** Why a person is asked; a source of foreign text may have chosen a part of it. */
  approvalReasonCharsMax: 300,
  approvalCodeChars: 5,
  /** Of one person; a code has 25 bits. */
  wrongCodesPerHourMax: 20,
  /** Of an action in a list of them, and of a person's name. */
  approvalListedCharsMax: 200,
  approvalNameCharsMax: 64,
  /** Questions that wait for an answer at the same time, in all chats. */
  questionsOpenMax: 20,
  standingApprovalsMax: 50,
  /** Workspace files that an approval of a command is bound to, and the size of each. */
  boundFilesMax: 64,
  boundFileBytesMax: 8 * 1024 * 1024,
  /** Of a command that starts commands, and of quotes inside each other: so deep it is looked into. */
  commandWrappersMax: 32,
  commandQuotesMax: 3,
  /** Parked tool results in the workspace, oldest removed first. */
  parkedResultsBytesMax: 4 * 1024 * 1024,
  /** Longer lines are folded, for read_file pages by lines; of a tool's name, in that of the file. */
  parkedLineCharsMax: 1_000,
  parkedNameCharsMax: 40,
  humanAnswerTimeoutMs: 5 * 60_000,

  /** The audit, about 250 bytes a call: its bound, and as many files of before. */
  auditFileBytesMax: 1024 * 1024,
  auditArchivesMax: 8,
  auditTextCharsMax: 500,
  /** A shorter secret stands in ordinary words too: it cannot be taken out of a text. A line of a longer one can. */
  secretCharsMin: 8,
  secretLineCharsMin: 16,
  secretFileBytesMax: 64 * 1024,
  secretEscapeLevelsMax: 3,
  guestMessagesPerHourMax: 30,

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
  /** Where a text to be replaced stands more than once, so many places are named; of a line that is like it. */
  editPlacesShownMax: 5,
  editLineCharsMax: 200,
  /** Folders inside each other that a search enters. */
  walkLevelsMax: 32,
  /** Names taken from one folder; what is beyond is counted as more. */
  folderNamesMax: 5_000,
  /** How often a file that is replaced while it is looked at is looked at anew. */
  filePinTriesMax: 16,
  pathCharsMax: 1_024,
  pathShownCharsMax: 120,
  pathNameBytesMax: 255,

  /** Where text from outside came from, as a person is told it. */
  sourcesShownMax: 3,
  /** The longest file that a person can be shown in a chat, to say yes to a change of it. */
  changedFileCharsMax: 8_000,
  changedFileCodeChars: 5,
  /** Files whose bytes are recorded as our own; of more, those recorded longest ago count as text from outside. */
  originsMax: 2_000,
  /** The record is rewritten without what is out of date when it has grown to this. */
  originsFileBytesMax: 256 * 1024,
  /** What is looked through to say that a workspace holds nothing from outside. */
  ownFilesMax: 500,
  ownFilesBytesMax: 8 * 1024 * 1024,

  /** A request that was made ready while the disk was waited for says what was so at most this long ago. */
  preparedAgeMaxMs: 1_000,
  contextReadingsMax: 24,
  contextReadingAgeMaxMs: 10 * 60_000,

  /**
   * Logs of chats. 200 turns a day of 8 KB, with what the tools said, are 1.6 MB a day and 5.8 GB in ten years. Kept of
   * that: for each chat the file that it writes, all of these together and archives of all chats, 192 MB. A chat that
   * writes so much has 40 days in its own archives, and pays for them with 1/32 more flash written: its tail again.
   */
  sessionFileBytesMax: 8 * 1024 * 1024,
  sessionArchivesBytesMax: 64 * 1024 * 1024,
  /** The files that chats write, together; beyond it those are put away that were idle longest, and for so long. */
  sessionLogsBytesMax: 128 * 1024 * 1024,
  sessionIdleMinMs: 24 * 60 * 60_000,
  /** Looked at again when so much was written. */
  sessionLogsCheckBytes: 4 * 1024 * 1024,
  sessionTailBytesMax: 256 * 1024,
  /** Chats whose latest turns are kept in memory. */
  sessionsInMemoryMax: 8,
  /** A message that was interrupted so often is told, not tried again. */
  restartsMax: 3,
  /** Calls of an interrupted turn that its notice names. */
  noticeCallsMax: 10,
  /** A shorter request says little of how many bytes a token has. */
  gaugeTokensMin: 1_000,
  /** What is left of an old tool result. */
  shrunkTextCharsMax: 120,
  summaryCharsMax: 6_000,
  /** A message that comes meanwhile waits for it. */
  summaryTimeoutMs: 2 * 60_000,
  /** Turns between two tries to sum up a chat. */
  summaryTurnsMin: 8,
  /** Of one reply, in what is to be summed up. */
  summaryReplyCharsMax: 2_000,

  configFileBytesMax: 256 * 1024,
  /** Values in pincer.yaml, each alias counted as often as it is used. */
  configValuesMax: 10_000,
  configDepthMax: 16,
  /** Of a value or a word that is wrong, in pincer.yaml and on the command line. */
  configFoundCharsMax: 60,
  typedWordCharsMax: 60,
  configNameCharsMax: 32,
  heartbeatMinMs: 60_000,
  debounceMaxMs: 60_000,
  switchesPerMinuteMax: 600,

  /** The next address of a host is tried when the one before has been silent for this. */
  httpAttemptDelayMs: 250,
  /** Connections that wait for the next request; beyond this the oldest is closed. */
  httpIdleConnectionsMax: 4,
  /** How long they wait when the server does not say how long it does, and when it says much. */
  httpKeepAliveMs: 15_000,
  httpKeepAliveMaxMs: 60_000,
  /** The kernel asks a silent peer whether it still lives. */
  httpProbeMs: 60_000,
  /** Of an answer that nobody reads; beyond this the sender is held back. */
  httpBufferBytesMax: 256 * 1024,

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
  controlIdCharsMax: 64,
  controlLineBytesMax: 1024 * 1024,
  /** What a client has not read yet; beyond this it is dropped. */
  controlBufferBytesMax: 2 * 1024 * 1024,
  /** How long a command waits for the daemon that it asks. */
  controlAnswerMs: 15_000,
  /** How long a farewell on the control socket may take. */
  controlCloseMs: 1_000,

  pairingCodeChars: 8,
  pairingCodeMs: 10 * 60_000,
  pairingPendingMax: 3,
  /** A sender gets one notice in this time. */
  pairingNoticeMs: 60 * 60_000,
  /** Strangers remembered so that they get no second notice. */
  pairingSendersMax: 1_000,
} as const
