import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const server = 'http://127.0.0.1:8000';
const built = /<script type="module"[^>]*><\/script>|<link rel="(stylesheet|modulepreload)"[^>]*>/g;
/** Addresses that the server answers with the page; see server/web/pages.py. */
const PAGES = new Set(['/', '/lab', '/guide']);
const unbuilt = ['/@vite/client', '/src/main.ts']
  .map((source) => `<script type="module" src="${source}"></script>`)
  .join('');

/** `npm run dev` shows the server's own page, with the sources in place of the bundle. */
function shell(): Plugin {
  return {
    name: 'convlens-shell',
    configureServer(vite) {
      vite.middlewares.use(async (request, response, next) => {
        if (!PAGES.has(request.url?.split(/[?#]/)[0] ?? '')) return next();
        const page = await fetch(server).then((answer) => answer.text(), String);
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(page.replace(built, '').replace('</body>', `${unbuilt}</body>`));
      });
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), shell()],
  // Relative, so that a bundle's own links hold wherever the server mounts it.
  base: './',
  build: {
    outDir: 'dist',
    target: 'es2022',
    manifest: true,
    // The content security policy is `default-src 'self'`: a data: URL would be refused.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: 'src/main.ts' },
  },
  // Component tests mount Svelte's browser code, not its server code.
  ...(mode === 'test' && { resolve: { conditions: ['browser'] } }),
  server: {
    proxy: {
      // The server compares Origin with Host, so the host is left as the browser sent it.
      '^/(api|static|docs|openapi.json|healthz)': { target: server, changeOrigin: false },
      '/ws': { target: server, changeOrigin: false, ws: true },
    },
  },
}));
