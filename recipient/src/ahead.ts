/** A `fetch` whose first call of one path takes the response that was sent for before there was anybody to ask. */

export interface Ahead {
  readonly path: string;
  readonly response: Promise<Response>;
}

export function fetchAfter(ahead: Ahead | null, ordinary: typeof fetch): typeof fetch {
  let held = ahead;
  return (input, init) => {
    if (held === null || input !== held.path) return ordinary(input, init);
    const { response } = held;
    held = null;
    return Promise.race([response, aborted(init?.signal ?? null)]);
  };
}

function aborted(signal: AbortSignal | null): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(new DOMException('aborted', 'AbortError'));
    });
  });
}
