/**
 * The desktop window freezes `Object.prototype` before any of our code runs, so that no script can poison it. An assignment like
 * `Signal.prototype.toString = …` then throws, because the frozen property is inherited. This plugin gives such a prototype its
 * own writable property first. It changes nothing else, and nothing of ours: we write no such assignment.
 */

import type { Plugin } from 'vite';

const assignment = /([\w$]+\.prototype)\.(valueOf|toString|toLocaleString|hasOwnProperty)\s*=(?!=)/gu;

/** The code with its assignments made safe. */
export function forFrozenPrototype(code: string): string {
  return code.replace(assignment, '(Object.defineProperty($1,"$2",{value:null,writable:true,configurable:true}),$1).$2=');
}

export function frozenPrototype(): Plugin {
  return {
    name: 'countersign-frozen-prototype',
    transform(code, id) {
      return id.includes('node_modules') ? { code: forFrozenPrototype(code), map: null } : null;
    },
  };
}
