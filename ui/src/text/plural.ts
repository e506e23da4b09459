/** The form of a sentence that goes with a count, by the rules of its language (`Intl.PluralRules`), and how counts are written. */

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

export function plural(locale: string, count: number, forms: Forms): string {
  return forms[new Intl.PluralRules(locale).select(count)] ?? forms.other;
}

/** Writes whole numbers as the language does. */
export function counter(locale: string): (n: number) => string {
  const format = new Intl.NumberFormat(locale);
  return (n) => format.format(n);
}
