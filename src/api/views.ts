/** What the API answers, as types: all that the command-line client and the web page know of the server. */
export type {
  ClusterView,
  EndpointView,
  FactView,
  InfoView,
  JarView,
  JobView,
  RevisionView,
  SavepointView,
  TaskView,
} from '../dispatcher/dispatcher.ts';
export type { SandboxFileView, SandboxListView, SandboxPieceView } from '../dispatcher/sandbox-files.ts';
export type { MesosAgentView, OfferRoundView, TaskWhyView } from '../dispatcher/why-views.ts';
export type { ClusterSpec, JobSpec } from '../flink/spec.ts';
export type {
  UtilisationColumns,
  UtilisationField,
  UtilisationWindow,
} from '../observability/utilisation/series.ts';

export interface HealthView {
  readonly healthy: boolean;
  readonly why?: string;
  /** In the words of DC/OS services: RUNNING, DEPLOYING_PENDING … */
  readonly value?: string;
  readonly reasons?: readonly string[];
}

/** The body of every answer that is an error. */
export interface ProblemView {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly details: Readonly<Record<string, unknown>>;
}
