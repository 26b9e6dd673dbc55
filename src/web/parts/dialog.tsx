/** A modal question: the browser's own dialog, which keeps the focus inside, closes on Escape and gives the focus back. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { asFailure, type RequestFailed } from '../data/api-client.ts';
import { Failure } from './basics.tsx';

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Dialog({ title, close, wide, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    // Where a form begins, or at the harmless answer of a question; never first at what closes or destroys.
    dialog?.querySelector<HTMLElement>('form input, form button')?.focus();
    return () => {
      dialog?.close();
      // The browser gives the focus back only while the dialog still stands in the page.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} class={wide ? 'wide' : ''} aria-labelledby={titleId} onClose={close} onCancel={close}>
      <div class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={close}>
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}

interface ActDialogProps {
  readonly title: string;
  /** What the button says: the act itself, never "OK". */
  readonly act: string;
  readonly destroys?: boolean;
  readonly run: () => Promise<void>;
  readonly close: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

/** A dialog around an act: it stays while the act runs, and when it fails says why. */
export function ActDialog({ title, act, destroys, run, close, wide, children }: ActDialogProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<RequestFailed>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await run();
      close();
    } catch (error) {
      setFailure(asFailure(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} close={close} wide={wide ?? false}>
      <form onSubmit={submit}>
        <div class="dialog-body">{children}</div>
        {failure !== undefined && <Failure failure={failure} />}
        <div class="dialog-foot">
          <button type="button" onClick={close}>
            {destroys ? 'Keep it' : 'Cancel'}
          </button>
          <button type="submit" class={destroys ? 'destroys' : 'primary'} disabled={busy}>
            {busy ? 'Working…' : act}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
