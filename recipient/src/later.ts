/**
 * All that is not needed before the reader has said who began the conversation: the arithmetic and the steps after the tap.
 * A chunk of its own, so that the question is there sooner; loaded while it is being read, and before anything is spent.
 */

export { Fields } from './fields.ts';
export { Opened, rehearse } from './protocol/recipient.ts';
export { Later } from './steps/Later.tsx';
