import styles from './tokens.module.css';

const number = new Intl.NumberFormat('en');

interface Properties {
  input: number | null;
  output: number | null;
  /** Sums over spans carry a sum sign; a span's own count does not. */
  sum?: boolean;
}

/** Tokens in and out of a model: "Σ 1,486 → 268". */
export function Tokens({ input, output, sum = false }: Properties) {
  const inputText = input === null ? '–' : number.format(input);
  const outputText = output === null ? '–' : number.format(output);
  return (
    <span className={styles.tokens} title={`${inputText} tokens in, ${outputText} out${sum ? ', in all' : ''}`}>
      {sum && <span className={styles.sign}>Σ </span>}
      {inputText}
      <span className={styles.sign}> → </span>
      {outputText}
    </span>
  );
}
