/** The bounds of calls to models, for `limits`, which has every bound in the program. */
export const modelLimits = {
  modelCallTimeoutMs: 5 * 60_000,
  /** Name look-up, TCP and TLS to a model. */
  modelConnectTimeoutMs: 15_000,
  /** From the request to the head of the answer: a small board reads a long prompt slowly. */
  modelFirstByteTimeoutMs: 4 * 60_000,
  modelGapTimeoutMs: 2 * 60_000,
  modelTriesMax: 3,
  /** Before the second try, about; twice as long before the third. */
  modelRetryMs: 1_000,
  /** A provider that wants to be left alone for longer is not waited for. */
  modelRetryAfterMaxMs: 20_000,
  /** A model of a list that failed is left out for so long; one without credit or quota for longer. */
  modelRestMs: 60_000,
  modelQuotaRestMs: 10 * 60_000,
  /** Tokens of today are written this long after they changed, so that a turn waits for no disk. */
  tokensSaveMs: 30_000,
  /** How far a clock may lag after a power cut. One that lags by more is right now, and was wrong before. */
  tokenClockLagMaxMs: 7 * 24 * 60 * 60_000,
  /** Chats remembered that had the notice of the day. */
  tokenNoticesMax: 200,
  /** Chats that chose a model of their own. */
  modelChoicesMax: 200,
  /** How long the connection may stay open behind a reply that is whole. */
  modelEndMs: 2_000,
  modelEventCharsMax: 1_000_000,
  /** Text and arguments of one reply together. */
  modelReplyCharsMax: 400_000,
  /** An answer that is not streamed. */
  modelBodyBytesMax: 4 * 1024 * 1024,
  /** Asked of the provider for one reply; less where the window is small. */
  modelReplyTokensMax: 8_192,
  /** Windows of models that stand in no table: anywhere, at Anthropic. */
  modelWindowTokensDefault: 32_000,
  anthropicWindowTokens: 200_000,
  /** What Ollama takes on a machine with little memory, until a server of one's own has said what it takes. */
  localWindowTokens: 4_096,
  /** For each step of asking such a server; and how long its answer counts. */
  servedWindowTimeoutMs: 2_000,
  servedWindowAgeMaxMs: 10 * 60_000,
  providerErrorBytesMax: 64 * 1024,
  providerMessageCharsMax: 2_000,
  /** Arguments that are no JSON, as they are shown to the model again. */
  malformedArgumentsCharsMax: 1_000,
  /**
   * Of a token, where nobody counted: bytes of UTF-8, not characters, for in Chinese a character is a token. Low for
   * English (about 4), as a request that is too long is refused.
   */
  tokenGuessBytes: 3,

  /** Longer messages the offline grammar does not try to read. */
  offlineWordsMax: 60,
  /** Ways to read one message that the offline grammar follows; more are ambiguous. */
  offlineReadingsMax: 64,
  /** Longest part of a message that is tried as the nearest form of it. */
  offlineNearestWordsMax: 16,
  offlineExcerptCharsMax: 80,
  offlineWindowTokens: 16_000,
} as const
