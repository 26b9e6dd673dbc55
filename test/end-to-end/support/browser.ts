/** A Chromium with the dashboard of a fake scheduler in it, and a watch over what the page does besides. */
import type { ExecutionContext, TestFn } from 'ava';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type ApiParts, buildApi } from '../../../src/api/build-api.ts';
import { noArtifacts } from '../../api/support/api.ts';
import { createFakeDispatcher, type FakeDispatcher } from '../../api/support/fake-dispatcher.ts';
import { patienceMs } from './process.ts';

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface OpenedPage {
  readonly page: Page;
  readonly url: string;
  /** Errors of scripts, refused loads, and requests that went anywhere else. */
  readonly complaints: string[];
  go(hash: string): Promise<void>;
}

export interface Look {
  readonly small?: boolean;
  readonly dark?: boolean;
}

/** The dashboard of whoever serves it at an address. */
export async function openPage(
  t: ExecutionContext,
  browser: Browser,
  url: string,
  look: Look = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    colorScheme: look.dark ? 'dark' : 'light',
    viewport: look.small ? { width: 390, height: 800 } : { width: 1280, height: 860 },
  });
  t.teardown(() => context.close());
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Chromium reports each answer of 4xx there; what they are about is the page's to say.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) complaints.push(`a request to ${request.url()}`);
  });
  const go = async (hash: string) => {
    await page.goto(`${url}/${hash}`);
  };
  await go('');
  return { page, url, complaints, go };
}

export interface Opened extends OpenedPage {
  readonly dispatcher: FakeDispatcher;
}

export interface OpenOptions extends Look {
  readonly fill?: (dispatcher: FakeDispatcher) => Promise<void>;
  readonly parts?: Partial<ApiParts>;
}

/** With a fake scheduler behind the real API. */
async function openDashboard(t: ExecutionContext, browser: Browser, options: OpenOptions = {}): Promise<Opened> {
  const dispatcher = createFakeDispatcher();
  await options.fill?.(dispatcher);
  const app = buildApi({ dispatcher, artifacts: noArtifacts, metrics: async () => '', ...options.parts });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => app.close());
  return { ...(await openPage(t, browser, url, options)), dispatcher };
}

export type Open = (t: ExecutionContext, options?: OpenOptions) => Promise<Opened>;

/** One browser for all tests of a file, from before the first until after the last. */
export function dashboardOf(test: TestFn): Open {
  let browser: Browser;
  test.before(async () => {
    browser = await launchBrowser();
  });
  test.after.always(() => browser.close());
  return (t, options) => openDashboard(t, browser, options);
}

/** Resolves when the text is shown; fails with the page's text when it is not. */
export async function shows(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

/** What axe takes for serious or critical. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html }) => html)
            .slice(0, 3)
            .join(' ')}`,
      );
  });
}
