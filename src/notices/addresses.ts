import type { SecretMarker } from '../contracts/plan.js';
import type { OptionProblem } from '../pipeline/options/problems.js';

const HTTP = ['http:', 'https:'];

/** The host of an address: a user, a password, a path or a query may be keys. */
export function hostOf(address: string | SecretMarker): string {
  if (typeof address !== 'string') return `the address in secret ${address.$secret}`;
  return URL.canParse(address) ? new URL(address).host : 'an address that is no URL';
}

/** What is wrong with an address that is no secret. A secret is known only where it is sent from. */
export function addressProblems(
  option: string,
  address: string | SecretMarker,
  protocols: readonly string[] = HTTP,
): readonly OptionProblem[] {
  if (typeof address !== 'string') return [];
  const protocol = URL.canParse(address) ? new URL(address).protocol : null;
  if (protocol !== null && protocols.includes(protocol)) return [];
  const beginnings = protocols.map((each) => `${each}//`).join(' or ');
  return [{ option, message: `expected an address that begins with ${beginnings}, or a secret` }];
}
