/** The chunks that `build/chunks.ts` makes. */
declare module 'virtual:chunks' {
  interface Chunks {
    readonly app: typeof import('./app.tsx');
    readonly later: typeof import('./later.ts');
    readonly phone: typeof import('./protocol/phone-library.ts');
    readonly en: typeof import('./text/en.ts');
    readonly fr: typeof import('./text/fr.ts');
    readonly de: typeof import('./text/de.ts');
    readonly es: typeof import('./text/es.ts');
    readonly pt: typeof import('./text/pt.ts');
    readonly ar: typeof import('./text/ar.ts');
  }

  /** @param attempt from 0; a repeated one may be answered from the browser's memory. */
  export function load<Name extends keyof Chunks>(name: Name, attempt: number): Promise<Chunks[Name]>;
}
