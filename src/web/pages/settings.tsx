/** Versions, the connection to Mesos, the token of this tab, and where programs look. */
import { useState } from 'preact/hooks';
import type { InfoView } from '../../api/views.ts';
import { useLive, useSession } from '../data/session.ts';
import { keepToken, readToken } from '../data/token.ts';
import { Card, Empty, Fact, Failure, Moment, Since } from '../parts/basics.tsx';
import { TextField } from '../parts/form.tsx';
import { say } from '../parts/toasts.tsx';
import { mesosWords } from '../troubles.ts';
import { sentence } from '../words.ts';

export function SettingsPage() {
  const { value: info, failure } = useLive<InfoView>('v1/info');
  return (
    <>
      <h1>Settings and versions</h1>
      {failure !== undefined && <Failure failure={failure} />}
      {info === undefined ? <Empty>Loading…</Empty> : <Scheduler info={info} />}
      <Token />
      <Card title="For programs">
        <ul class="plain">
          <li>
            <a href="docs/">The API, described</a>
          </li>
          <li>
            <a href="openapi.json">openapi.json</a>
          </li>
          <li>
            <a href="v1/health">Health</a>
          </li>
          <li>
            <a href="metrics">Metrics for Prometheus</a>
          </li>
        </ul>
      </Card>
    </>
  );
}

function Scheduler({ info }: { readonly info: InfoView }) {
  const { tone, text } = mesosWords(info);
  return (
    <>
      <Card title="Scheduler">
        <dl class="facts">
          <Fact name="flink-mesos">{info.version}</Fact>
          <Fact name="Flink of new clusters">{info.defaultFlinkVersion}</Fact>
          <Fact name="Started">
            <Moment at={info.startedAt} />
          </Fact>
          <Fact name="Up for">
            <Since at={info.startedAt} />
          </Fact>
        </dl>
      </Card>
      <Card title="Mesos">
        <p>
          <span class={`dot ${tone}`} aria-hidden="true" /> {sentence(text)}
        </p>
        <dl class="facts">
          <Fact name="Framework">
            {info.frameworkId === undefined ? 'not registered yet' : <code>{info.frameworkId}</code>}
          </Fact>
          <Fact name="Version">{info.mesosVersion ?? 'not known yet'}</Fact>
          {'since' in info.mesos && (
            <Fact name="In this state for">
              <Since at={new Date(info.mesos.since).toISOString()} />
            </Fact>
          )}
          <Fact name="Offers held">{info.offersHeld}</Fact>
          <Fact name="Tasks waiting">{info.tasksWaiting}</Fact>
          <Fact name="Reconciled">{info.reconciled ? 'yes, every task is answered for' : 'not yet'}</Fact>
        </dl>
      </Card>
    </>
  );
}

export function Token() {
  const { views, stream } = useSession();
  const [token, setToken] = useState(readToken);
  const keep = (event: Event) => {
    event.preventDefault();
    keepToken(token.trim());
    say(token.trim() === '' ? 'The token is forgotten.' : 'The token is kept until this tab is closed.');
    stream.restart();
    views.refresh();
  };
  return (
    <Card title="API token">
      <form onSubmit={keep} class="token">
        <TextField
          kind="password"
          label="Token of the API"
          hint="Only where the scheduler was started with one. Kept for this tab alone."
          value={token}
          change={setToken}
        />
        <button type="submit">Use it</button>
      </form>
    </Card>
  );
}
