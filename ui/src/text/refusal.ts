/**
 * What the user is told when something was not done. Branches on the typed code; the engine's own sentence, which is English,
 * is used only in English, and only where it knows more than a catalogue can (which bound was passed).
 */

import type { Kind, Refused } from '../bindings.ts';
import { spoken, text } from './index.ts';

/** The sentence for a refusal; `kind` is that of the field it is about. */
export function refusalText(refused: Refused, kind?: Kind): string {
  switch (refused.code) {
    case 'out_of_bounds':
      return spoken.value === 'en' ? refused.message : text.refused.out_of_bounds;
    case 'value_not_of_kind':
      return text.refused.value_not_of_kind[kind ?? 'text'];
    default:
      return text.refused[refused.code];
  }
}
