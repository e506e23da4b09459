/**
 * The catalogue in use. Components take their text from `text` and their locale from `locale`, so that a language added here
 * reaches every screen. Never built from parts that would not translate.
 */

import { en, locale as english } from './en.ts';

/** The shape of a catalogue. */
export type Text = typeof en;

export const text: Text = en;
export const locale: string = english;
