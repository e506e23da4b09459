/**
 * libphonenumber behind the narrow face that `phone.ts` asks for. A module of its own because it is most of the page's
 * weight: nothing on the page imports it statically.
 */

import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { PhoneReader } from './phone.ts';

export const readPhone: PhoneReader = (dialable, region) => {
  // A region the library does not know still allows numbers with a country code.
  const number = isSupportedCountry(region)
    ? parsePhoneNumberFromString(dialable, region)
    : parsePhoneNumberFromString(dialable);
  if (number === undefined) return null;
  return {
    e164: number.number,
    international: number.formatInternational(),
    region: number.country ?? null,
    valid: number.isValid(),
  };
};
