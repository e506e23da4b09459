/** The policy that the service sends with the document (`crates/service/src/page/policy.rs`), for `npm run preview`. */

import { createHash } from 'node:crypto';

/** Nothing but this origin's files and exactly the scripts and the style that stand in the document. */
export function policyFor(html: string): string {
  const hashes = (name: string) =>
    Array.from(html.matchAll(new RegExp(`<${name}(?: type="module")?>([^]*?)</${name}>`, 'g')), ([, text = '']) =>
      ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`,
    ).join('');
  return [
    "default-src 'none'",
    `script-src 'self'${hashes('script')}`,
    `style-src 'self'${hashes('style')}`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
