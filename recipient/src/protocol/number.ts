/**
 * `number`: decimal numbers as people of any country write them (`docs/protocol.md` §3). `1.234,5`, `1,234.5`, `1 234,5`
 * and `1'234.5` are one number. One mark followed by exactly three digits groups (`1.234` is 1234): a rule that can misread,
 * which is why the reading is always shown before it is used.
 */

import { ValueError } from './errors.ts';
import { asciiDigits } from './unicode.ts';

/**
 * Optional `-`, integer part without leading zeros, optional `.` and fraction without trailing zeros.
 * @throws {ValueError}
 */
export function canonicalNumber(cleaned: string): string {
  const plain = asciiDigits(cleaned).replace(/[\p{White_Space}_'\u2019]/gu, '');
  if (plain === '') throw new ValueError('empty');
  const unsigned = plain.replace(/^-/, '');
  if (!/^[0-9.,]*[0-9][0-9.,]*$/.test(unsigned)) throw new ValueError('not_of_kind');

  const mark = decimalMark(unsigned);
  const place = mark === null ? unsigned.length : unsigned.lastIndexOf(mark);
  const integer = unsigned.slice(0, place).replace(/[.,]/g, '').replace(/^0+/, '');
  const fraction = unsigned.slice(place + 1).replace(/0+$/, '');

  const magnitude = (integer === '' ? '0' : integer) + (fraction === '' ? '' : `.${fraction}`);
  return plain.startsWith('-') && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/** The mark that separates the fraction, if there is one; every other mark groups. */
function decimalMark(unsigned: string): ',' | '.' | null {
  const commas = unsigned.split(',').length - 1;
  const dots = unsigned.split('.').length - 1;
  if (commas === 0 && dots === 0) return null;
  if (commas > 0 && dots > 0) {
    const mark = unsigned.lastIndexOf(',') > unsigned.lastIndexOf('.') ? ',' : '.';
    // `1.2,3.4` has two decimal marks, whatever was meant.
    if ((mark === ',' ? commas : dots) > 1) throw new ValueError('not_of_kind');
    return mark;
  }
  const groups = commas + dots > 1 || /^[0-9]{1,3}[.,][0-9]{3}$/.test(unsigned);
  if (groups) return null;
  return commas > 0 ? ',' : '.';
}
