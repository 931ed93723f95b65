import { Button } from '../components/button';
import { Icon } from '../components/icon';
import { nextTheme, setTheme, useTheme } from '../theme/use-theme';

const names = { system: 'as the system', light: 'light', dark: 'dark' };

export function ThemeButton() {
  const theme = useTheme();
  const label = `Colours: ${names[theme]}. Change to ${names[nextTheme[theme]]}`;
  return (
    <Button look="quiet" square onClick={() => setTheme(nextTheme[theme])} aria-label={label} title={label}>
      <Icon name={theme} />
    </Button>
  );
}
