/** What an act has led to, said once at the edge of the page, and to screen readers. */
import { observable, useObserved } from '../data/observable.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
}

const toasts = observable<readonly Toast[]>([]);
const shownMs = 6_000;
let lastId = 0;

export function say(text: string): void {
  const id = ++lastId;
  toasts.set([...toasts.get(), { id, text }]);
  setTimeout(() => toasts.set(toasts.get().filter((toast) => toast.id !== id)), shownMs);
}

export function Toasts() {
  const shown = useObserved(toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text }) => (
        <div key={id} class="toast">
          {text}
        </div>
      ))}
    </div>
  );
}
