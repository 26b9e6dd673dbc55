/**
 * The dashboard as it is served: bundled from src/web in memory when it is first asked for, and kept. Until then neither
 * the bundler nor the sources are loaded. A release brings the bundle with it, in src/web/bundle, and no bundler.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export type DashboardFileName = 'index.html' | 'dashboard.js' | 'dashboard.css' | 'icon.svg';

export interface DashboardFile {
  readonly type: string;
  readonly etag: string;
  readonly content: Buffer;
  readonly zipped: Buffer;
}

export type DashboardFiles = Readonly<Record<DashboardFileName, DashboardFile>>;

const sources = fileURLToPath(new URL('../web/', import.meta.url));
const released = `${sources}bundle/`;

/** Browsers of the last two years: what the style sheet asks of them (light-dark) came in 2024. */
const target = ['chrome123', 'firefox125', 'safari17.5'];

let files: Promise<DashboardFiles> | undefined;

export function dashboardFiles(): Promise<DashboardFiles> {
  files ??= prepare().catch((error: unknown) => {
    // The next request tries again: what failed may be a moment's lack of memory or processes.
    files = undefined;
    throw error;
  });
  return files;
}

async function prepare(): Promise<DashboardFiles> {
  const [page, icon, bundled] = await Promise.all([
    readFile(`${sources}index.html`),
    readFile(`${sources}icon.svg`),
    existsSync(released) ? readReleased() : bundleDashboard(),
  ]);
  return {
    'index.html': await asFile('text/html; charset=utf-8', page),
    'dashboard.js': await asFile('text/javascript; charset=utf-8', bundled.script),
    'dashboard.css': await asFile('text/css; charset=utf-8', bundled.style),
    'icon.svg': await asFile('image/svg+xml', icon),
  };
}

export interface DashboardBundle {
  readonly script: Buffer;
  readonly style: Buffer;
}

async function readReleased(): Promise<DashboardBundle> {
  const [script, style] = await Promise.all([readFile(`${released}script.js`), readFile(`${released}style.css`)]);
  return { script, style };
}

/** Once, and for some tens of milliseconds: the bundler's waiting form would leave a process of its own behind. */
export async function bundleDashboard(): Promise<DashboardBundle> {
  const { buildSync } = await import('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: { script: `${sources}main.tsx`, style: `${sources}style/dashboard.css` },
    tsconfigRaw: { compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'preact' } },
    bundle: true,
    minify: true,
    format: 'esm',
    target,
    legalComments: 'none',
    outdir: sources,
    write: false,
    logLevel: 'silent',
  });
  const output = (ending: string): Buffer => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (file === undefined) throw new Error(`the bundle has no ${ending}`);
    return Buffer.from(file.contents);
  };
  return { script: output('script.js'), style: output('style.css') };
}

async function asFile(type: string, content: Buffer): Promise<DashboardFile> {
  const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
  return { type, etag, content, zipped: await promisify(gzip)(content, { level: 9 }) };
}
