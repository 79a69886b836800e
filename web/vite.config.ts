import { defineConfig } from 'vite';

// `npm run dev` serves the page with reload and passes the rest to a running `bulwark api`.
const api = 'http://127.0.0.1:8080';

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: { target: 'es2022', sourcemap: false, reportCompressedSize: false },
  server: {
    // By number: a bare machine may not know the name localhost.
    host: '127.0.0.1',
    proxy: {
      '/api': api,
      '/health': api,
      '/ws': { target: api, ws: true },
    },
  },
});
