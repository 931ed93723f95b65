const whole = new Intl.NumberFormat('en');

export const formatCount = (count: number): string => whole.format(count);

/** "1 span", "3 spans". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${whole.format(count)} ${count === 1 ? one : many}`;

/** US dollars with the digits that matter: $12.30, $0.0069, <$0.0001. */
export function formatCost(dollars: number): string {
  if (dollars === 0) return '$0';
  if (dollars < 0.0001) return '<$0.0001';
  return `$${dollars < 0.1 ? dollars.toPrecision(2) : dollars.toFixed(2)}`;
}
