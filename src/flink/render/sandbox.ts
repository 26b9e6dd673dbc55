/** The sandbox of a process: where what is fetched lies, and the names that are taken. */
import { applicationJar, driverJarName } from '../driver/names.ts';

/** Below the sandbox: jars of the cluster that go on the class path; a directory that is not there adds nothing to it. */
export const libraryDirectory = 'libraries';
/** Below the sandbox: a directory for each plugin that the cluster brings. */
export const pluginDirectory = 'plugins';

export const ownFiles: readonly string[] = [
  'conf',
  'configuration.tar',
  'flink',
  libraryDirectory,
  'log',
  pluginDirectory,
  'tmp',
  'upload',
  'work',
  driverJarName,
  applicationJar,
];
