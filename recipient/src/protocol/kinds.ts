/** What a field can hold (`docs/protocol.md` §3). */

export const KINDS = ['text', 'phone', 'email', 'code', 'number', 'date'] as const;

/** What a field holds, and so how it is read. */
export type Kind = (typeof KINDS)[number];
