/** Where a message goes: a chat, and a topic in it. As the name of a conversation it is `id` or `id:topic`. */
export interface ChatAddress {
  readonly chatId: number
  readonly topicId: number | undefined
}

export function formatChat({ chatId, topicId }: ChatAddress): string {
  return topicId === undefined ? String(chatId) : `${chatId}:${topicId}`
}

/** `undefined` for what cannot be a Telegram chat. */
export function parseChat(chat: string): ChatAddress | undefined {
  const [, id, topic] = /^(-?\d{1,16})(?::(\d{1,16}))?$/.exec(chat) ?? []
  const chatId = Number(id)
  const topicId = topic === undefined ? undefined : Number(topic)
  if (!Number.isSafeInteger(chatId) || !(topicId === undefined || Number.isSafeInteger(topicId))) return undefined
  return { chatId, topicId }
}

/** Chats with one person have that person's id, which is positive; groups have negative ones. */
export function isGroup({ chatId }: ChatAddress): boolean {
  return chatId < 0
}
