/** Where the bundle begins: one session, drawn into the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openSession, SessionProvider } from './data/session.ts';

const place = document.getElementById('dashboard');
if (place === null) throw new Error('index.html has no place for the dashboard');
render(
  <SessionProvider value={openSession()}>
    <App />
  </SessionProvider>,
  place,
);
