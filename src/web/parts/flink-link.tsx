/**
 * The way to Flink's own pages. With a token there is none: a browser adds no token to a link that it follows, and a
 * link that leads to a refusal is worse than a word why.
 */
import { readToken } from '../data/token.ts';
import { links } from '../routes.ts';

interface FlinkLinkProps {
  readonly cluster: string;
  readonly flinkJobId?: string;
  readonly text: string;
}

export function FlinkLink({ cluster, flinkJobId, text }: FlinkLinkProps) {
  if (readToken() !== '') {
    const why =
      "Flink's own pages need the token with every request, which a browser does not send when it follows a link";
    return (
      <span class="quiet-text" title={why}>
        {text} (needs a token)
      </span>
    );
  }
  return (
    <a class="button" href={links.flink(cluster, flinkJobId)} target="_blank" rel="noreferrer">
      {text} <span aria-hidden="true">↗</span>
      <span class="unseen"> (opens Flink's own page)</span>
    </a>
  );
}
