/** What can be asked of a master and of an agent alike. */
import type { Int64 } from './int64.ts';
import type { DurationInfo } from './mesos.ts';
import type { FileInfo, Flag, Metric, VersionInfo } from './operator-messages.ts';

/** Of the process itself. */
export interface ProcessAnswers {
  GET_HEALTH: { healthy: boolean };
  GET_FLAGS: { flags?: Flag[] };
  GET_VERSION: { version_info: VersionInfo };
  GET_METRICS: { metrics?: Metric[] };
  GET_LOGGING_LEVEL: { level: number };
}

/** Of its log, and on agents of every sandbox. */
export interface FileAnswers {
  /** Empty for a file; 404 for what is not there. */
  LIST_FILES: { file_infos?: FileInfo[] };
  /** `data` is base64; `size` that of the whole file. */
  READ_FILE: { size: Int64; data: string };
}

export type ProcessCall =
  | { type: 'GET_HEALTH' | 'GET_FLAGS' | 'GET_VERSION' | 'GET_LOGGING_LEVEL' }
  /** The member must be there, though it may be empty. */
  | { type: 'GET_METRICS'; get_metrics: { timeout?: DurationInfo } };

export type FileCall =
  | { type: 'LIST_FILES'; list_files: { path: string } }
  | { type: 'READ_FILE'; read_file: { path: string; offset: Int64; length?: Int64 } };
