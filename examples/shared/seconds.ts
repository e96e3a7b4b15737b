/** Not a program: an option that is a number of seconds. */

/** The longest time of a timer, 24 days: a longer one would end at once. */
export const LONGEST = Math.floor(0x7fffffff / 1000);

/** Whether a text is a number of seconds that a timer can wait. */
export function isSeconds(text: string): boolean {
  return text.trim() !== "" && Number(text) > 0 && Number(text) <= LONGEST;
}
