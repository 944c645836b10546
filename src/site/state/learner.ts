/** The random name under which the bridge knows this browser's learner. It says nothing about a person. */
const KEY = 'trustwalk.learner';
const SHAPE = /^[A-Za-z0-9_-]{22,64}$/;

/** The remembered name, or a new one; where the browser keeps nothing, a name that lasts as long as the page. */
export function learnerId(): string {
  try {
    const known = localStorage.getItem(KEY);
    if (known !== null && SHAPE.test(known)) return known;
    const made = newName();
    localStorage.setItem(KEY, made);
    return made;
  } catch {
    return newName(); // site data is blocked: a second tab is then a second learner
  }
}

/** Forgets the name: the next visit is a new learner's. */
export function forgetLearner(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    return; // nothing was kept
  }
}

/** 16 random bytes as 22 characters of base64url. */
function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (c) => ({ '+': '-', '/': '_', '=': '' })[c] ?? '');
}
