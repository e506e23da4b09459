/**
 * The organization's public profile (`docs/api.md`, `GET /api/v1/orgs/{handle}`), and how it must agree with the offer. The
 * profile is the service's word alone; the offer is authenticated by the exchange. So wherever both say the same thing, they
 * must say the same.
 */

import type { Offer } from './protocol/offer.ts';

export interface VerifiedDomain {
  readonly name: string;
  /** `dns`, `well-known`, or a method this page does not know. */
  readonly method: string;
  /** RFC 3339 date-time; empty when absent. */
  readonly verifiedAt: string;
}

export interface Profile {
  readonly handle: string;
  readonly name: string;
  /** ISO 3166 alpha-2; empty when absent. */
  readonly country: string;
  readonly description: string;
  /** The web site's host; empty when absent or not `https:`. */
  readonly websiteHost: string;
  /** The path of a picture on this origin, or `null`. */
  readonly logo: string | null;
  readonly domains: readonly VerifiedDomain[];
  /** Where to reach the organization independently: phone numbers, addresses. */
  readonly channels: readonly string[];
  /** Whether its sessions have numbers to be typed here. */
  readonly numbers: boolean;
  /** A built-in practice organization, verified by nobody. */
  readonly practice: boolean;
}

/** A picture made of pixels on this origin: the page asks nobody else for anything, and a drawing could ask on its own. */
const LOGO = /^\/(?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.(?:png|jpe?g|webp|avif)$/i;

/** Reads a profile; what is absent or not of its form is taken as absent, since none of it is needed to go on. */
export function parseProfile(json: Readonly<Record<string, unknown>>): Profile {
  return {
    handle: text(json['handle']),
    name: text(json['name']),
    country: /^[A-Z]{2}$/.exec(text(json['country']))?.[0] ?? '',
    description: text(json['description']),
    websiteHost: hostOf(text(json['website'])),
    logo: LOGO.exec(text(json['logo_url']))?.[0] ?? null,
    domains: list(json['domains'])
      .map(domain)
      .filter(({ name }) => name !== ''),
    channels: list(json['channels'])
      .map(text)
      .filter((channel) => channel !== ''),
    numbers: json['numbers'] !== false,
    practice: json['practice'] === true,
  };
}

/** Whether the offer names another organization than the profile that was shown before the link was opened. */
export function contradicts(profile: Profile, offer: Offer): boolean {
  return profile.name !== offer.orgName || (profile.country !== '' && profile.country !== offer.region);
}

function domain(json: unknown): VerifiedDomain {
  const members = (typeof json === 'object' ? json : null) as Readonly<Record<string, unknown>> | null;
  return {
    name: text(members?.['name']),
    method: text(members?.['method']),
    verifiedAt: text(members?.['verified_at']),
  };
}

function hostOf(website: string): string {
  try {
    const { protocol, host } = new URL(website);
    return protocol === 'https:' ? host : '';
  } catch {
    return '';
  }
}

function list(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}

function text(json: unknown): string {
  return typeof json === 'string' ? json : '';
}
