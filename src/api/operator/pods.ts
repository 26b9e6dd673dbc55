/** Pods: the JobManagers and TaskManagers of all clusters, by names that outlive their tasks. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import _ from 'lodash';
import { Type } from 'typebox';
import type { Operator } from '../../operator/operator.ts';
import type { Pod } from '../../operator/pods.ts';
import { failures } from '../schemas.ts';
import { PodCommandAnswer, PodInfo, PodStatus, PodsStatus } from './schemas.ts';

const tags = ['pods'];
const podParams = Type.Object({ pod: Type.String({ description: 'CLUSTER-jobmanager-0, CLUSTER-taskmanager-3' }) });

export function podRoutes(operator: Operator): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(looks(operator));
    await app.register(acts(operator));
  };
}

function looks(operator: Operator): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/pod',
      { schema: { tags, summary: 'The names of the pods', response: { 200: Type.Array(Type.String()), ...failures } } },
      async () => operator.pods().map(({ name }) => name),
    );

    app.get(
      '/v1/pod/status',
      { schema: { tags, summary: 'How all pods stand', response: { 200: PodsStatus, ...failures } } },
      async () => {
        const types = _.groupBy(operator.pods(), ({ cluster, part }) => `${cluster}-${part}`);
        const pods = Object.entries(types).map(([name, instances]) => ({ name, instances: instances.map(statusView) }));
        return { service: operator.frameworkName, pods };
      },
    );

    app.get(
      '/v1/pod/:pod/status',
      { schema: { tags, summary: 'How a pod stands', params: podParams, response: { 200: PodStatus, ...failures } } },
      async ({ params }) => statusView(operator.pod(params.pod)),
    );

    app.get(
      '/v1/pod/:pod/info',
      { schema: { tags, summary: 'What runs in a pod', params: podParams, response: { 200: PodInfo, ...failures } } },
      async ({ params }) => infoView(operator.pod(params.pod)),
    );
  };
}

function acts(operator: Operator): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const [word, elsewhere] of [
      ['restart', false],
      ['replace', true],
    ] as const) {
      app.post(
        `/v1/pod/:pod/${word}`,
        {
          schema: {
            tags,
            summary: elsewhere
              ? 'End the task of a pod and give up its place: the next one runs on another agent, if there is one'
              : 'End the task of a pod; the next one takes its place',
            params: podParams,
            response: { 200: PodCommandAnswer, ...failures },
          },
        },
        async ({ params }) => commandView(await operator.restartPod(params.pod, { elsewhere })),
      );
    }

    for (const [word, summary] of [
      ['pause', 'End the task of a pod; nobody takes its place until it is resumed. 208 where it is paused already'],
      ['resume', 'Launch what was paused. 208 where it is not paused'],
    ] as const) {
      app.post(
        `/v1/pod/:pod/${word}`,
        {
          schema: {
            tags,
            summary,
            params: podParams,
            response: { 200: PodCommandAnswer, 208: PodCommandAnswer, ...failures },
          },
        },
        async ({ params }, reply) => {
          const { pod, already } = await (word === 'pause' ? operator.pausePod : operator.resumePod)(params.pod);
          return reply.code(already ? 208 : 200).send(commandView(pod));
        },
      );
    }
  };
}

function commandView(pod: Pod) {
  return { pod: pod.name, tasks: tasksOf(pod).map(({ name }) => name) };
}

function statusView(pod: Pod) {
  return { name: pod.name, tasks: tasksOf(pod) };
}

/** One process a pod: its name is the pod's and what it is, as `default-jobmanager-0-node`. */
function tasksOf({ name, task, resting, status }: Pod) {
  const absent = resting === undefined ? status : 'PAUSED';
  const state = task?.life.phase === 'launched' ? task.life.state.replace(/^TASK_/, '') : absent;
  return [{ ...(task && { id: task.spec.taskId as string }), name: `${name}-node`, status: state }];
}

/** Nothing of its environment: it may hold what only the process should know. */
function infoView({ task, message, name }: Pod) {
  if (task === undefined) return [];
  const { taskId, resources, role, process } = task.spec;
  const launched = task.life.phase === 'launched' ? task.life : undefined;
  const { cpus, memMiB, diskMiB } = resources;
  const { agentId, hostname, ports, attributes, domain } = launched?.placement ?? {};
  return [
    {
      info: {
        name: `${name}-node`,
        taskId: taskId as string,
        ...(agentId !== undefined && { agentId: agentId as string }),
        ...(hostname !== undefined && { hostname }),
        ...(ports !== undefined && { ports }),
        ...(attributes !== undefined && { attributes }),
        ...(domain !== undefined && { ...domain }),
        ...(role !== undefined && { role }),
        resources: { cpus, mem: memMiB, disk: diskMiB },
        labels: process.labels,
      },
      status: {
        state: launched?.state ?? 'WAITING',
        ...(launched && { at: new Date(launched.stateAt).toISOString() }),
        message,
      },
    },
  ];
}
