/** Labelled fields. Text fields hold text; what it means is read when the form is sent. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly required?: boolean;
  readonly pattern?: string;
  readonly placeholder?: string;
  readonly inputMode?: 'numeric' | 'decimal';
  readonly kind?: 'text' | 'password';
}

export function TextField({ label, hint, value, change, kind = 'text', ...rest }: FieldProps) {
  const id = useId();
  const input = {
    id,
    value,
    autoComplete: 'off',
    spellcheck: false,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
    onInput: (event: InputEvent) => change((event.currentTarget as HTMLInputElement).value),
    ...rest,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {kind === 'password' ? <input type="password" {...input} /> : <input type="text" {...input} />}
      {hint !== undefined && <Hint id={`${id}-hint`}>{hint}</Hint>}
    </div>
  );
}

export function TextArea({ label, hint, value, change, placeholder = '' }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        value={value}
        spellcheck={false}
        placeholder={placeholder}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {hint !== undefined && <Hint id={`${id}-hint`}>{hint}</Hint>}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly choices: readonly { readonly value: string; readonly title: string }[];
}

export function Choice({ label, value, change, choices }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => change(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.title}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly value: boolean;
  readonly change: (value: boolean) => void;
}

export function Check({ label, value, change }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={(event) => change(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

function Hint({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <p class="hint" id={id}>
      {children}
    </p>
  );
}
