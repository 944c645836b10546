/** Whether single keys do something. Remembered in the browser; whoever speaks to the computer can switch them off (WCAG 2.1.4). */
const KEY = 'trustwalk.keys';

class Shortcuts {
  #isOn = $state(remembered());

  get isOn(): boolean {
    return this.#isOn;
  }

  set(isOn: boolean): void {
    this.#isOn = isOn;
    try {
      localStorage.setItem(KEY, isOn ? 'on' : 'off');
    } catch {
      return; // site data is blocked: the choice lasts as long as the page
    }
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export const shortcuts = new Shortcuts();
