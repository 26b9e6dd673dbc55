/** What Flink says of a job's checkpoints (/jobs/:id/checkpoints), as far as it is shown. */
export interface CheckpointReport {
  readonly counts?: {
    readonly completed?: number;
    readonly failed?: number;
    readonly in_progress?: number;
    readonly restored?: number;
  };
  readonly summary?: { readonly end_to_end_duration?: Spread; readonly state_size?: Spread };
  readonly latest?: { readonly restored?: { readonly id: number; readonly restore_timestamp?: number } | null };
  readonly history?: readonly Checkpoint[];
}

interface Spread {
  readonly min?: number;
  readonly avg?: number;
  readonly max?: number;
}

export interface Checkpoint {
  readonly id: number;
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly is_savepoint?: boolean;
  readonly trigger_timestamp: number;
  readonly end_to_end_duration?: number;
  readonly state_size?: number;
  readonly checkpointed_size?: number;
  readonly external_path?: string;
  readonly discarded?: boolean;
  readonly failure_message?: string;
}

/** What Flink says of a job's failures (/jobs/:id/exceptions). */
export interface ExceptionReport {
  readonly exceptionHistory?: {
    readonly entries?: readonly {
      readonly exceptionName?: string;
      readonly stacktrace?: string;
      readonly timestamp: number;
      readonly taskName?: string | null;
      readonly taskManagerId?: string | null;
    }[];
    readonly truncated?: boolean;
  };
}
