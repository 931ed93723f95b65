/** Puts `text` on the clipboard; also over plain HTTP from another machine, where browsers withhold the modern way. */
export async function copyText(text: string): Promise<void> {
  // Typed as always there, but only secure contexts have it.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    await clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  // Deprecated and without a successor outside secure contexts.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('The browser refused access to the clipboard.');
}
