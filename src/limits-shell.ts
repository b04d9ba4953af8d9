/** The bounds of shell commands, for `limits`, which has every bound in the program. */
export const shellLimits = {
  shellTimeoutMaxMs: 60 * 60_000,
  /** A longer command belongs into a file. */
  shellCommandCharsMax: 4_000,
  /** Of what a command says: kept of its beginning and of its end; beyond the flood it is ended. */
  shellOutputKeptBytes: 32 * 1024,
  shellFloodBytes: 4 * 1024 * 1024,
  /** Its newest line, as it is shown while it runs, and how often. */
  shellProgressCharsMax: 120,
  shellNewestBytes: 2_048,
  shellProgressMs: 500,
  /** Held by the kernel for each process: address space, one file, open files. Node alone reserves over 1 GB. */
  shellAddressSpaceBytesMax: 2 * 1024 * 1024 * 1024,
  shellFileBytesMax: 256 * 1024 * 1024,
  shellOpenFilesMax: 256,
  /** Held by the kernel, except for root, and by the watch: all processes and their memory together. */
  shellProcessesMax: 64,
  shellMemoryBytesMax: 256 * 1024 * 1024,
  shellWatchMs: 250,
  /** /tmp in the sandbox is memory. */
  shellTmpBytesMax: 64 * 1024 * 1024,
  /** How long the kernel may take to end what runs in the sandbox; it takes a millisecond. */
  shellEndMs: 5_000,
  shellEndLookMs: 5,
  shellProofMs: 10_000,
  /** Behind the start of the channels. Later, and the daemon keeps a megabyte more: one collection takes both away. */
  shellFirstProofMs: 500,
  /** A sandbox that did not hold is tried again before a turn, but not before each. */
  shellTryAgainMs: 10 * 60_000,
  /** Complaints of the sandbox itself. */
  shellFaultBytesMax: 4_096,
} as const
