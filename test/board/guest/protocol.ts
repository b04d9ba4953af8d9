/**
 * What goes over the control line between the test and the agent in the guest: JSON, one message a line. `id` numbers
 * the programs that the test starts, `wire` the connections that programs of the guest open; bytes are base64.
 */
export type ToGuest =
  | {
      readonly does: 'start'
      readonly id: number
      readonly command: readonly string[]
      readonly env: Readonly<Record<string, string>>
      readonly cwd: string
    }
  | { readonly does: 'input'; readonly id: number; readonly bytes: string }
  | { readonly does: 'end-input'; readonly id: number }
  | { readonly does: 'kill'; readonly id: number; readonly signal: NodeJS.Signals }
  /** Connections to 127.0.0.1:`port` in the guest shall come out at the test. */
  | { readonly does: 'listen'; readonly port: number }
  | { readonly does: 'send'; readonly wire: number; readonly bytes: string }
  | { readonly does: 'hang-up'; readonly wire: number }

export type FromGuest =
  | { readonly tells: 'ready' }
  /** So many bytes of the control line were read: there is room for more. */
  | { readonly tells: 'took'; readonly bytes: number }
  | { readonly tells: 'started'; readonly id: number; readonly pid: number }
  | { readonly tells: 'output'; readonly id: number; readonly stream: 'stdout' | 'stderr'; readonly bytes: string }
  | { readonly tells: 'exited'; readonly id: number; readonly code: number | null; readonly signal: string | null }
  | { readonly tells: 'listening'; readonly port: number }
  | { readonly tells: 'deaf'; readonly port: number; readonly why: string }
  | { readonly tells: 'connected'; readonly wire: number; readonly port: number }
  | { readonly tells: 'received'; readonly wire: number; readonly bytes: string }
  | { readonly tells: 'hung-up'; readonly wire: number }
