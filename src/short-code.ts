import { randomBytes } from 'node:crypto'

/** 32 signs, so that each byte of chance gives one evenly; without those that are read as another (0 O, 1 I). */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A code that a person can read out and type. */
export function shortCode(chars: number): string {
  return Array.from(randomBytes(chars), (byte) => alphabet[byte % alphabet.length]).join('')
}

/** As it was typed, with small letters, spaces or hyphens in it. */
export function readShortCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '')
}
