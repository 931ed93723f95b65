// Loaded before the first paint, so that a chosen theme never flashes the other one.
// A file of its own because `default-src 'self'` allows no inline script.
try {
  const theme = localStorage.getItem('sonde.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage refused (private mode): follow the system.
}
