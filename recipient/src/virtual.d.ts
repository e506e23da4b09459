declare module 'virtual:phone-library' {
  /** Loads `protocol/phone-library.ts`; may be called again after it failed. See `build/phone-library.ts`. */
  const load: (attempt: number) => Promise<unknown>;
  export default load;
}
