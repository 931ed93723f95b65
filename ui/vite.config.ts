import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where `npm run dev` finds the query API: a running `sonde serve`, or `npm run mock`.
const server = process.env.SONDE_URL ?? 'http://127.0.0.1:16686';

export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // An inlined asset is a data: URL, which `default-src 'self'` refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: { proxy: { '/api': server } },
  test: { environment: 'node', include: ['src/**/*.test.ts', 'mock/**/*.test.mjs'] },
});
