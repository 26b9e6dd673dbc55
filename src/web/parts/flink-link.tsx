/**
 * The way to Flink's own pages. A browser adds no token to a link that it follows, so with a token the scheduler is first
 * asked for a session: a cookie for the Flink pages of this cluster alone.
 */
import { useState } from 'preact/hooks';
import { asFailure, ask } from '../data/api-client.ts';
import { readToken } from '../data/token.ts';
import { links } from '../routes.ts';
import { say } from './toasts.tsx';

interface FlinkLinkProps {
  readonly cluster: string;
  readonly flinkJobId?: string;
  readonly text: string;
}

export function FlinkLink({ cluster, flinkJobId, text }: FlinkLinkProps) {
  const [opening, setOpening] = useState(false);
  const href = links.flink(cluster, flinkJobId);
  const openWithSession = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (opening) return;
    setOpening(true);
    try {
      await ask(`v1/clusters/${encodeURIComponent(cluster)}/session`, 'POST');
      window.open(href, '_blank', 'noreferrer');
    } catch (error) {
      say(asFailure(error).message);
    } finally {
      setOpening(false);
    }
  };
  return (
    <a
      class="button"
      href={href}
      target="_blank"
      rel="noreferrer"
      onClick={readToken() === '' ? undefined : openWithSession}
    >
      {text} <span aria-hidden="true">↗</span>
      <span class="unseen"> (opens Flink's own page)</span>
    </a>
  );
}
