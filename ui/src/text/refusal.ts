/**
 * What the user is told when something was not done. Branches on the typed code; the engine's own sentence is used only where
 * it knows more than a catalogue can (which bound was passed).
 */

import type { Kind, Refused } from '../bindings.ts';
import { text } from './index.ts';

/** The sentence for a refusal; `kind` is that of the field it is about. */
export function refusalText(refused: Refused, kind?: Kind): string {
  switch (refused.code) {
    case 'out_of_bounds':
      return refused.message;
    case 'value_not_of_kind':
      return kind === undefined ? refused.message : text.refused.value_not_of_kind[kind];
    default:
      return text.refused[refused.code];
  }
}
