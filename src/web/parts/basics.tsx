/** The small things every page is made of. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RequestFailed } from '../data/api-client.ts';
import { duration, moment, sentence, stateWord, type Tone, toneOf } from '../words.ts';

export function Badge({ state, tone = toneOf(state) }: { readonly state: string; readonly tone?: Tone }) {
  return <span class={`badge ${tone}`}>{stateWord(state)}</span>;
}

/** A moment, with the whole date on hover. */
export function Moment({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={new Date(at).toString()}>
      {moment(at, new Date())}
    </time>
  );
}

/** How long something has lasted, counting on. */
export function Since({ at }: { readonly at: string }) {
  const now = useNow();
  return <>{duration(Math.floor(Math.max(0, now - Date.parse(at)) / 1000) * 1000)}</>;
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

interface CardProps {
  readonly title: string;
  readonly side?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Card({ title, side, children }: CardProps) {
  return (
    <section class="card" aria-label={title}>
      <div class="card-head">
        <h2>{title}</h2>
        {side}
      </div>
      {children}
    </section>
  );
}

interface NoticeProps {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}

export function Notice({ tone, children }: NoticeProps) {
  return <div class={`notice ${tone}`}>{children}</div>;
}

/** A failure in words: what is wrong, and what to do. */
export function Failure({ failure }: { readonly failure: RequestFailed }) {
  return (
    <div class="notice bad" role="alert">
      <p>
        {sentence(failure.message)} {sentence(failure.advice)}
      </p>
    </div>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

interface MeterProps {
  readonly value: number;
  readonly of: number;
  readonly label: string;
  readonly tone?: Tone;
}

/** A bar that says how much of something there is. */
export function Meter({ value, of, label, tone = 'good' }: MeterProps) {
  const share = of > 0 ? Math.min(1, value / of) : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw a <meter> each in their own way
    <div
      class="meter"
      role="meter"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={Math.max(of, value)}
    >
      <div class={tone} style={{ width: `${share * 100}%` }} />
    </div>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly title: string; readonly href: string }[];
  readonly chosen: T;
}

export function Tabs<T extends string>({ label, tabs, chosen }: TabsProps<T>) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ id, title, href }) => (
        <a key={id} href={href} aria-current={id === chosen ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
