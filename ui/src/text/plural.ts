/** The form of a sentence that goes with a count, by the rules of its language (`Intl.PluralRules`). */

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

export function plural(locale: string, count: number, forms: Forms): string {
  return forms[new Intl.PluralRules(locale).select(count)] ?? forms.other;
}
