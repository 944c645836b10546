/** How the page looks: light or dark, at a desk or on a projector. Remembered in the browser, where it lets us. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export type Size = 'desk' | 'projector';

const KEY = 'trustwalk.display';

class Display {
  theme = $state<Theme>('system');
  size = $state<Size>('desk');

  constructor() {
    const remembered = read();
    this.theme = THEMES.find((theme) => theme === remembered['theme']) ?? 'system';
    this.size = remembered['size'] === 'projector' ? 'projector' : 'desk';
  }

  choose(theme: Theme): void {
    this.theme = theme;
    this.#changed();
  }

  setSize(size: Size): void {
    this.size = size;
    this.#changed();
  }

  /** Puts the choice on `<html>`, where tokens.css reads it. Safe to call again. */
  apply(): void {
    const { dataset } = document.documentElement;
    if (this.theme === 'system') delete dataset['theme'];
    else dataset['theme'] = this.theme;
    if (this.size === 'desk') delete dataset['mode'];
    else dataset['mode'] = this.size;
  }

  #changed(): void {
    this.apply();
    write(JSON.stringify({ theme: this.theme, size: this.size }));
  }
}

/** What was remembered; nothing when storage is blocked, empty or holds something else. */
function read(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // private windows and blocked cookies throw: the page then starts with the system's look
  }
}

function write(text: string): void {
  try {
    localStorage.setItem(KEY, text);
  } catch {
    return; // same: the choice then lasts as long as the page
  }
}

export const display = new Display();
