/** Numbers as people read them. */

const ENGLISH = new Intl.NumberFormat('en');

/** A number with a comma before each three digits: `1,842`. */
export const inDigits = (count: number): string => ENGLISH.format(count);

/** How many there are, of something that takes an s: `1 record`, `1,842 records`. */
export const counted = (count: number, one: string): string => `${inDigits(count)} ${one}${count === 1 ? '' : 's'}`;
