import { quoted } from '../../bytes/quoted.ts';

/** `O=Order Desk, CN=alice` as openssl's `-subj` takes it, one word of a shell: `'/O=Order Desk/CN=alice'`. */
export function subjectArgument(subject: string): string {
  const parts = subject.split(/,(?=\s*[A-Za-z.\d]+\s*=)/).map((part) => part.trim());
  return quoted(parts.map((part) => `/${part.replace(/[\\/+]/g, '\\$&')}`).join(''));
}
