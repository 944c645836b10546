/**
 * Copies text. `navigator.clipboard` exists only on https and localhost; on a classroom's plain http the old command
 * still works, from a text field that is on the page for a moment.
 *
 * @returns whether the text is on the clipboard now
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    // typed as always there, but missing on plain http
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard === undefined) return copyBySelection(text);
    await clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // the browser refused: no focus, or no permission
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'sr-only';
  // inside an open dialog everything outside it is inert, and a selection there copies nothing
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  try {
    field.select();
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}

/** Hands the learner a file made in this tab. Nothing goes to a server. */
export function saveFile(name: string, content: string | Uint8Array, mime = 'application/x-pem-file'): void {
  // no part of ours is shared memory, which a Blob would refuse
  saveBlob(name, new Blob([content as string | Uint8Array<ArrayBuffer>], { type: mime }));
}

/** The same for a blob. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the download has begun by then
}
