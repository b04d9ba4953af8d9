import type { Bus } from '../bus/bus.ts'
import type { Outbound } from '../bus/message.ts'
import { sleep, type Clock } from '../clock.ts'
import { isPincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Channel, Delivery } from './channel.ts'

/**
 * Brings outbound messages to their channels: in order within a chat, chats and channels apart, so that a stuck one
 * stalls nobody else. A message stays in the journal until it is delivered or proven undeliverable.
 */
export class Dispatcher {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #log: Log
  readonly #channels: ReadonlyMap<string, Channel>
  readonly #waiting = new Map<string, Outbound[]>()
  readonly #running = new Set<Promise<void>>()
  readonly #stop = new AbortController()

  constructor(options: {
    readonly bus: Bus
    readonly clock: Clock
    readonly log: Log
    readonly channels: readonly Channel[]
  }) {
    this.#bus = options.bus
    this.#clock = options.clock
    this.#log = options.log
    this.#channels = new Map(options.channels.map((channel) => [channel.name, channel]))
  }

  /** Starts with what an earlier process left undelivered. */
  start(): void {
    this.#bus.onOutbound((message) => this.#queue(message))
    this.#bus.onActivity((activity) => this.#channels.get(activity.channel)?.show(activity))
    for (const message of this.#bus.undelivered()) this.#queue(message)
  }

  async stop(): Promise<void> {
    this.#bus.onOutbound(() => undefined)
    this.#bus.onActivity(() => undefined)
    this.#stop.abort()
    await Promise.all(this.#running)
  }

  #queue(message: Outbound): void {
    const channel = this.#channels.get(message.channel)
    if (channel === undefined) {
      // It stays in the journal: the channel may be configured again.
      this.#log.warn('channels', `A reply waits for the channel ${message.channel}, which is not configured.`)
      return
    }
    const name = JSON.stringify([message.channel, message.chat])
    const lane = this.#waiting.get(name)
    if (lane !== undefined) {
      lane.push(message)
      return
    }
    const queue = [message]
    this.#waiting.set(name, queue)
    const run = this.#runLane(channel, name, queue).finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  async #runLane(channel: Channel, name: string, queue: Outbound[]): Promise<void> {
    for (let message = queue[0]; message !== undefined; message = queue[0]) {
      if (!(await this.#deliver(channel, message))) return
      queue.shift()
    }
    // At once with the check that the queue is empty: a later message starts a lane of its own.
    this.#waiting.delete(name)
  }

  /** False when the program is stopping. */
  async #deliver(channel: Channel, message: Outbound): Promise<boolean> {
    for (;;) {
      const delivery = await this.#try(channel, message)
      switch (delivery.status) {
        case 'delivered':
          await this.#bus.sent(message.id)
          return true
        case 'undeliverable':
          this.#log.error(
            'channels',
            `A reply cannot be delivered to ${channel.name} ${message.chat}: ${delivery.reason}`,
          )
          await this.#bus.undeliverable(message, delivery.reason)
          return true
        case 'retry':
          this.#log.debug('channels', `${channel.name}: ${delivery.reason}; trying again.`)
          try {
            await sleep(this.#clock, delivery.afterMs, this.#stop.signal)
          } catch (error) {
            if (isPincerError(error)) return false
            throw error
          }
      }
    }
  }

  async #try(channel: Channel, message: Outbound): Promise<Delivery> {
    if (this.#stop.signal.aborted) return { status: 'retry', afterMs: 0, reason: 'stopping' }
    try {
      return await channel.deliver(message, this.#stop.signal)
    } catch (error) {
      // A channel should answer, not throw; a message is not lost for that.
      return { status: 'retry', afterMs: limits.channelFaultRetryMs, reason: sentenceOf(error) }
    }
  }
}
