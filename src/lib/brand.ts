/** A nominal type: a `Brand<string, 'TaskId'>` is a string that no other kind of id can be mistaken for. */
export type Brand<Base, Name extends string> = Base & { readonly __brand: Name };

/** Milliseconds since 1970, as stamped by the shell; the core never reads a clock. */
export type EpochMs = number;
