// Colours of services: ten hues, chosen by name so that a service keeps its colour from page to page, and moved on
// where two services on one page would share one.

const hues = 10;

function hashOf(name: string): number {
  let hash = 5381;
  for (let index = 0; index < name.length; index += 1) hash = (hash * 33 + name.charCodeAt(index)) >>> 0;
  return hash;
}

/** A CSS colour for each of `names`. The eleventh name shares a colour. */
export function seriesColours(names: Iterable<string>): Map<string, string> {
  const taken = new Set<number>();
  const colours = new Map<string, string>();
  for (const name of [...new Set(names)].sort()) {
    if (taken.size === hues) taken.clear();
    let hue = hashOf(name) % hues;
    while (taken.has(hue)) hue = (hue + 1) % hues;
    taken.add(hue);
    colours.set(name, `var(--series-${hue})`);
  }
  return colours;
}
