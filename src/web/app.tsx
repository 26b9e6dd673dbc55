/** The frame around all pages: where you are, whether what you see is fresh, and the page of the present address. */
import { useEffect, useState } from 'preact/hooks';
import type { InfoView } from '../api/views.ts';
import { tokenNeeded } from './data/api-client.ts';
import { useObserved } from './data/observable.ts';
import { useLive, useSession } from './data/session.ts';
import { AgentPage } from './pages/agent.tsx';
import { AgentsPage } from './pages/agents.tsx';
import { ClusterPage } from './pages/cluster.tsx';
import { EventsPage } from './pages/events.tsx';
import { JobPage } from './pages/job.tsx';
import { OffersPage } from './pages/offers.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { SettingsPage, Token } from './pages/settings.tsx';
import { TaskPage } from './pages/task.tsx';
import { TasksPage } from './pages/tasks.tsx';
import { Notice } from './parts/basics.tsx';
import { Toasts } from './parts/toasts.tsx';
import { links, parseRoute, type Route } from './routes.ts';
import { mesosWords } from './troubles.ts';

const places = [
  { page: 'overview', title: 'Overview', href: links.overview },
  { page: 'tasks', title: 'Tasks', href: links.tasks },
  { page: 'agents', title: 'Agents', href: links.agents },
  { page: 'offers', title: 'Offers', href: links.offers },
  { page: 'events', title: 'Events', href: links.events },
  { page: 'settings', title: 'Settings', href: links.settings },
] as const;

export function App() {
  const route = useRoute();
  const locked = useObserved(tokenNeeded);
  useEffect(() => {
    document.title = titleOf(route);
  }, [route]);
  return (
    <>
      <a class="skip" href={location.hash || '#/'} onClick={toContent}>
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href={links.overview}>
          <img src="web/icon.svg" alt="" width="26" height="26" />
          flink-mesos
        </a>
        <nav aria-label="Pages">
          {places.map(({ page, title, href }) => (
            <a key={page} href={href} aria-current={placeOf(route) === page ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <Connection />
      </header>
      <main id="content" tabIndex={-1}>
        {locked ? <Locked /> : <Page route={route} />}
      </main>
      <Toasts />
    </>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'cluster':
      return <ClusterPage key={route.name} name={route.name} tab={route.tab} />;
    case 'job':
      return <JobPage key={`${route.cluster} ${route.id}`} cluster={route.cluster} id={route.id} />;
    case 'tasks':
      return <TasksPage />;
    case 'task':
      return <TaskPage key={route.id} id={route.id} />;
    case 'agents':
      return <AgentsPage />;
    case 'agent':
      return <AgentPage key={route.id} id={route.id} />;
    case 'offers':
      return <OffersPage />;
    case 'events':
      return <EventsPage {...(route.event !== undefined && { event: route.event })} />;
    case 'settings':
      return <SettingsPage />;
    case 'unknown':
      return (
        <Notice tone="idle">
          <h1>There is no such page</h1>
          <p>
            <a href={links.overview}>Overview</a>
          </p>
        </Notice>
      );
  }
}

function Locked() {
  return (
    <>
      <h1>The scheduler asks for a token</h1>
      <p>It was started with one, because it can be reached from other machines. Whoever started it has it.</p>
      <Token />
    </>
  );
}

/** Two things can be cut: this page from the scheduler, and the scheduler from Mesos. */
function Connection() {
  const state = useObserved(useSession().stream.state);
  const { value: info } = useLive<InfoView>('v1/info');
  const mesos = info === undefined ? undefined : mesosWords(info);
  const cut = state === 'lost';
  const text = cut ? 'Reconnecting…' : state === 'connecting' ? 'Connecting…' : 'Live';
  return (
    <div class="connection">
      <span class="pill" role="status">
        <span class={`dot ${cut ? 'bad' : state === 'live' ? 'good' : 'busy'}`} aria-hidden="true" /> {text}
      </span>
      {mesos !== undefined && (
        <a class="pill" href={links.settings} title={mesos.text}>
          <span class={`dot ${mesos.tone}`} aria-hidden="true" /> Mesos {info?.mesos.state}
        </a>
      )}
    </div>
  );
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const change = () => {
      setRoute(parseRoute(location.hash));
    };
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return route;
}

function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function placeOf(route: Route): string {
  const above: Readonly<Partial<Record<Route['page'], string>>> = {
    cluster: 'overview',
    job: 'overview',
    task: 'tasks',
    agent: 'agents',
  };
  return above[route.page] ?? route.page;
}

function titleOf(route: Route): string {
  if (route.page === 'cluster') return `${route.name} – flink-mesos`;
  if ('id' in route) return `${route.id} – flink-mesos`;
  const place = places.find(({ page }) => page === route.page);
  return place === undefined || route.page === 'overview' ? 'flink-mesos' : `${place.title} – flink-mesos`;
}
