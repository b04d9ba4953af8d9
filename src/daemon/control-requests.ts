/**
 * What the running process does for somebody on its host who asks over the control socket. What cannot be done is
 * rejected with a PincerError, whose sentence is the answer.
 */
export interface ControlRequests {
  status(): Promise<string>
  /** Queues a message to a person, by name or id; to the first owner without one. */
  send(text: string, to: string | undefined): Promise<string>
  /** `words` as behind /jobs in a chat: nothing, `list`, or `pause`, `resume`, `run` or `remove` and an id. */
  jobs(words: string): Promise<string>
  /** Runs the jobs that wait for this name. */
  trigger(name: string): Promise<string>
  /** `words` as behind /pair in a chat: `list`, a code, or `revoke NAME`. */
  pair(words: string): Promise<string>
}
