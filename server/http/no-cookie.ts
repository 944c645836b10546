/** What a browser without our cookie sees instead of the site. One file, no script, its style known by hash. */
import { policyWithStyle } from './headers.ts';

const STYLE = `:root { color-scheme: light dark }
body { margin: 12vh auto; max-width: 34rem; padding: 0 1.5rem; font: 1.125rem/1.6 Georgia, serif }
h1 { font: 600 1.75rem/1.2 system-ui, sans-serif }
code { font: 0.95em ui-monospace, monospace; overflow-wrap: anywhere }`;

export const NO_COOKIE_POLICY = policyWithStyle(STYLE);

/** @param port of this server, for the example of a link */
export function noCookiePage(port: number): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Open the link that the server printed · Trustwalk</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Open the link that the server printed</h1>
<p>Trustwalk lets in only the browser that came through the link in its terminal. It looks like this, with a long
token at its end:</p>
<p><code>http://127.0.0.1:${port}/?token=…</code></p>
<p>Every start prints a new link, and an old one no longer works. If you have just followed the right link from
another page, <a href="/">continue here</a>.</p>
</main>
</body>
</html>
`;
}
