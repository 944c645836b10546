/**
 * Vite plugin for `npm run dev`: the same door, bridge and order desk as `npm start`, around Vite's own server. Pages
 * are let in by the same link and cookie; Vite's own socket for hot reload is left alone.
 */
import { randomBytes } from 'node:crypto';
import { isRunnableDevEnvironment, type Plugin, type ViteDevServer } from 'vite';
import type { BehindVite, startBehindVite } from './behind-vite.ts';
import { DEFAULT_OPTIONS, type ServeOptions } from './options.ts';

const BRIDGE = /^\/bridge(\?|$)/;

/**
 * @param entry absolute path of `behind-vite.ts`
 * @param options what `trustwalk serve` would be told; the port is Vite's
 */
export function devServer(entry: string, options: Partial<ServeOptions> = {}): Plugin {
  let stop = () => Promise.resolve();
  return {
    name: 'trustwalk:dev',
    apply: 'serve',
    configureServer(vite) {
      if (vite.httpServer === null) return; // tests have no use for a page
      stop = putBehind(vite, entry, { ...DEFAULT_OPTIONS, ...options });
    },
    // Vite waits for this when it restarts or ends, so the desk's port is free for whoever comes next.
    closeServer: () => stop(),
  };
}

/** Starts when Vite listens, and again after every edit of what the server is made of; returns the way to stop. */
function putBehind(vite: ViteDevServer, entry: string, options: ServeOptions): () => Promise<void> {
  const token = randomBytes(32).toString('base64url');
  const log = (line: string) => vite.config.logger.info(line, { timestamp: true });
  let running: Promise<BehindVite | null> = Promise.resolve(null);

  const start = async (): Promise<BehindVite | null> => {
    try {
      return await (
        await load(vite, entry)
      )({ ...options, port: portOf(vite) }, token, log);
    } catch (error) {
      log(error instanceof Error ? (error.name === 'StartError' ? error.message : String(error.stack)) : String(error));
      return null;
    }
  };
  const restart = () => {
    running = running.then((behind) => behind?.close()).then(start);
    return running;
  };

  vite.httpServer?.once('listening', () => {
    void restart().then((behind) => behind && console.log(behind.banner));
    vite.watcher.on('change', (file) => {
      if (isServerSide(vite, file)) void restart().then((behind) => behind && log('server restarted'));
    });
  });
  vite.httpServer?.on('upgrade', (request, socket, head) => {
    if (!BRIDGE.test(request.url ?? '')) return; // Vite's own socket
    socket.on('error', () => socket.destroy());
    void running.then((behind) => (behind ? behind.upgrade(request, socket, head) : socket.destroy()));
  });
  vite.middlewares.use((request, response, next) => {
    void running.then((behind) => {
      if (behind === null) response.writeHead(503).end('The server did not start; its terminal says why.');
      else if (!behind.answered(request, response)) next();
    });
  });
  return async () => (await running)?.close();
}

/** The function as the files say it now: Vite's runner would give the one of the first time. */
async function load(vite: ViteDevServer, entry: string): Promise<typeof startBehindVite> {
  const { ssr } = vite.environments;
  if (!ssr || !isRunnableDevEnvironment(ssr)) throw new Error('The development server has no environment that runs.');
  ssr.runner.clearCache();
  const loaded = (await ssr.runner.import(entry)) as { startBehindVite: typeof startBehindVite };
  return loaded.startBehindVite;
}

function isServerSide(vite: ViteDevServer, file: string): boolean {
  return (vite.environments.ssr?.moduleGraph.getModulesByFile(file)?.size ?? 0) > 0;
}

function portOf(vite: ViteDevServer): number {
  const address = vite.httpServer?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
