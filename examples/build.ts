/** The example jobs as a jar, built with the jars of the Flink that they are to run on. */
import { fileURLToPath } from 'node:url';
import { buildJar } from '../src/flink/distribution/java-build.ts';

/** The main class of the jar; the others are chosen by their names. */
export const exampleClasses = {
  accountAlerts: 'flinkmesos.examples.AccountAlerts',
  clickCounter: 'flinkmesos.examples.ClickCounter',
  pageRanks: 'flinkmesos.examples.PageRanks',
  servedModel: 'flinkmesos.examples.ServedModel',
  sqlStatements: 'flinkmesos.examples.SqlStatements',
  stateWitness: 'flinkmesos.examples.StateWitness',
  sumOnce: 'flinkmesos.examples.SumOnce',
  largeState: 'flinkmesos.examples.LargeState',
  slotGroups: 'flinkmesos.examples.SlotGroups',
} as const;

const sourceDirectory = fileURLToPath(new URL('jobs', import.meta.url));

export function buildExampleJar(flinkHome: string, outDir: string): Promise<string> {
  const mainClass = exampleClasses.clickCounter;
  return buildJar({ name: 'flink-mesos-examples', sourceDirectory, flinkHome, outDir, mainClass });
}
