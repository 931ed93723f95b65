// Where the reader was in the list, for coming back from a trace.

export interface ListPlace {
  /** The filters, as the address has them. */
  search: string;
  activeId: string;
  /** How far it was scrolled, in pixels. */
  offset: number;
}

let left: ListPlace = { search: '', activeId: '', offset: 0 };

export function leaveList(place: ListPlace): void {
  left = place;
}

/** The place left, if it was in the list with these filters. */
export function placeIn(search: string): ListPlace {
  return left.search === search ? left : { search, activeId: '', offset: 0 };
}

export const pathOfLeftList = (): string => (left.search === '' ? '/' : `/?${left.search}`);
