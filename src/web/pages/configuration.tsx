/** The specification that is deployed, with every default filled in. */
import type { ClusterView } from '../../api/views.ts';
import { Card, Empty, Fact } from '../parts/basics.tsx';
import { type DataColumn, DataTable } from '../parts/data-table.tsx';
import { counted, cpus, memory } from '../words.ts';

type Spec = ClusterView['spec'];

export function ConfigurationTab({ spec }: { readonly spec: Spec }) {
  const { jobManager, taskManager, taskManagers, flink } = spec;
  return (
    <>
      <Card title="Sizes">
        <dl class="facts">
          <Fact name="JobManager">{sizes(jobManager)}</Fact>
          <Fact name="Each TaskManager">
            {sizes(taskManager)}, {counted(taskManager.slots, 'slot')}
          </Fact>
          <Fact name="TaskManagers">
            {taskManagers.mode === 'fixed'
              ? `always ${taskManagers.count}`
              : `${taskManagers.min} to ${taskManagers.max}, ${taskManagers.spare} spare`}
          </Fact>
          <Fact name="Flink from">{sourceOf(flink)}</Fact>
        </dl>
      </Card>
      <Card title="Flink options">
        <Settings settings={spec.configuration} none="None beside the scheduler's own and Flink's defaults." />
      </Card>
      <Card title="Environment">
        <Settings settings={spec.environment} none="None beside the scheduler's own." />
      </Card>
      <Card title="As JSON">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
        <pre tabIndex={0}>{JSON.stringify(spec, undefined, 2)}</pre>
      </Card>
    </>
  );
}

function Settings({ settings, none }: { readonly settings: Readonly<Record<string, string>>; readonly none: string }) {
  const entries = Object.entries(settings).sort(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return <Empty>{none}</Empty>;
  return <DataTable columns={columns} items={entries} keyOf={([name]) => name} />;
}

const columns: readonly DataColumn<readonly [string, string]>[] = [
  { title: 'Name', cell: ([name]) => <code>{name}</code> },
  { title: 'Value', kind: 'main', cell: ([, value]) => <code>{value}</code> },
];

function sizes({ cpus: amount, memoryMiB, diskMiB }: Spec['jobManager']): string {
  return `${cpus(amount)}, ${memory(memoryMiB)} memory, ${memory(diskMiB)} disk`;
}

function sourceOf(flink: Spec['flink']): string {
  if ('uri' in flink) return `${flink.uri} (${flink.version})`;
  if ('home' in flink) return `${flink.home} on each agent (${flink.version})`;
  return `the scheduler's distribution of ${flink.version}`;
}
