/** The Model port: one call in, one reply out. Wire formats, retries and fallback live behind it. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text as the model wrote it; it may be malformed, the registry says so to the model. */
  readonly arguments: string
}

/** `foreign` is the mark of text from outside, and says whence it came. */
export type Message = { readonly foreign?: string } &
  /** `context` (clock, fresh readings) is ours, not the person's; wire formats put it behind the text. */
  (
    | { readonly role: 'user'; readonly text: string; readonly context?: string }
    | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly ToolCall[] }
    | {
        readonly role: 'tool'
        readonly callId: string
        readonly name: string
        readonly text: string
        readonly failed: boolean
      }
  )

/** A tool as the model is told of it. `parameters` is a JSON Schema object. */
export interface ToolSpec {
  readonly name: string
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface ModelRequest {
  readonly system: string
  /** Empty: the model must answer in words. */
  readonly tools: readonly ToolSpec[]
  /** Whatever is marked in them is framed before it is sent to a provider. */
  readonly messages: readonly Message[]
  /** The code of those frames, the same for all requests of a turn, so that provider caches hit. */
  readonly frame?: string
  /** Where it was asked, for what differs from chat to chat. No provider is told. */
  readonly chat?: { readonly channel: string; readonly chat: string }
}

export interface ModelReply {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  /** As the provider counts; 0 where it says nothing. What the cache took part in is input too. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly cacheReadTokens: number }
}

export interface Model {
  /** As configured, for example `offline` or `anthropic/claude-sonnet-5-5`. */
  readonly id: string
  /** How much one request and its reply may hold. It changes where a server says so only when it is asked. */
  readonly windowTokens: number
  /** Which one of several would be asked now in this chat; undefined where nobody would be. Without it: always this one. */
  readonly asked?: (chat: NonNullable<ModelRequest['chat']>) => string | undefined
  /**
   * Makes ready what `complete` will need for this very request, the same object, should it come. Nothing leaves by it;
   * a model may do without.
   */
  readonly prepare?: (request: ModelRequest) => void
  /** Fails with PincerError `model` (a sentence for the person) or `stopped`. */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>
}
