/** What runs in the sandbox, and how long it may. */
export interface SandboxRun {
  /** For /bin/sh, in the workspace. */
  readonly command: string
  readonly timeoutMs: number
  /** Ends it, with all that it has started. */
  readonly signal: AbortSignal
  /** What it says, stdout and stderr as they come; may cut characters in two. */
  readonly onOutput?: (bytes: Buffer) => void
}

/** How a command came to its end. Whichever it was, no process of it is left. */
export type SandboxEnd =
  | { readonly how: 'exited'; readonly exitCode: number }
  | { readonly how: 'timeout' | 'stopped' | 'flood' | 'processes' | 'memory' }

/** A boundary around commands. What it lets them reach is the implementation's promise, which the proof tries out. */
export interface Sandbox {
  /** For people, behind "Shell: ". */
  readonly boundary: string
  /** Where the workspace is, inside. */
  readonly folder: string
  /** Whether commands inside reach the network of the host. */
  readonly network: boolean
  /** PincerError `sandbox` when the boundary could not be set up: nothing was run then. */
  run(run: SandboxRun): Promise<SandboxEnd>
}
