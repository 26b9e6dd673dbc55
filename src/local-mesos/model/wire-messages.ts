/** Messages of include/mesos/v1/mesos.proto that calls of schedulers and operators have in common, for the parser (wire). */
import type { FieldType, Message } from './wire.ts';

export function repeated(type: FieldType): FieldType {
  return { repeated: type };
}

export function required(type: FieldType): FieldType {
  return { required: type };
}

export function message(fields: Message): FieldType {
  return { fields };
}

export const id = message({ value: required('string') });
export const scalar = message({ value: required('double') });
export const duration = message({ nanoseconds: required('int') });
export const labels = message({ labels: repeated(message({ key: required('string'), value: 'string' })) });
export const filters = message({ refuse_seconds: 'double' });

const disk = message({
  persistence: message({ id: required('string'), principal: 'string' }),
  volume: message({
    mode: required({ oneOf: ['RW', 'RO'] }),
    container_path: required('string'),
    host_path: 'string',
  }),
  source: message({
    type: required({ oneOf: ['UNKNOWN', 'PATH', 'MOUNT', 'BLOCK', 'RAW'] }),
    path: message({ root: 'string' }),
    mount: message({ root: 'string' }),
    vendor: 'string',
    id: 'string',
    metadata: labels,
    profile: 'string',
  }),
});

export const resource = message({
  name: required('string'),
  type: required({ oneOf: ['SCALAR', 'RANGES', 'SET', 'TEXT'] }),
  scalar,
  ranges: message({ range: repeated(message({ begin: required('int'), end: required('int') })) }),
  set: message({ item: repeated('string') }),
  role: 'string',
  reservation: message({ principal: 'string', labels }),
  reservations: repeated(
    message({ type: { oneOf: ['UNKNOWN', 'STATIC', 'DYNAMIC'] }, role: 'string', principal: 'string', labels }),
  ),
  allocation_info: message({ role: 'string' }),
  disk,
  revocable: 'json',
  shared: 'json',
  provider_id: id,
});

const secret = message({
  type: { oneOf: ['UNKNOWN', 'REFERENCE', 'VALUE'] },
  reference: message({ name: required('string'), key: 'string' }),
  value: message({ data: required('bytes') }),
});

export const command = message({
  uris: repeated(
    message({
      value: required('string'),
      executable: 'bool',
      extract: 'bool',
      cache: 'bool',
      output_file: 'string',
    }),
  ),
  environment: message({
    variables: repeated(
      message({
        name: required('string'),
        type: { oneOf: ['UNKNOWN', 'VALUE', 'SECRET'] },
        value: 'string',
        secret,
      }),
    ),
  }),
  shell: 'bool',
  value: 'string',
  arguments: repeated('string'),
  user: 'string',
});

/** What is judged of it; the rest is only seen to be there. */
export const container = message({
  type: required({ oneOf: ['DOCKER', 'MESOS'] }),
  volumes: repeated(
    message({
      mode: required({ oneOf: ['RW', 'RO'] }),
      container_path: required('string'),
      host_path: 'string',
      image: 'json',
      source: message({
        type: { oneOf: ['UNKNOWN', 'DOCKER_VOLUME', 'HOST_PATH', 'SANDBOX_PATH', 'SECRET', 'CSI_VOLUME'] },
        docker_volume: 'json',
        host_path: 'json',
        sandbox_path: 'json',
        csi_volume: 'json',
        secret,
      }),
    }),
  ),
  hostname: 'string',
  docker: 'json',
  mesos: message({ image: 'json' }),
  network_infos: 'json',
  linux_info: 'json',
  rlimit_info: 'json',
  tty_info: 'json',
});

const healthCheck = message({
  type: { oneOf: ['UNKNOWN', 'COMMAND', 'HTTP', 'TCP'] },
  command,
  http: message({
    protocol: 'string',
    scheme: 'string',
    port: required('int'),
    path: 'string',
    statuses: repeated('int'),
  }),
  tcp: message({ protocol: 'string', port: required('int') }),
  delay_seconds: 'double',
  interval_seconds: 'double',
  timeout_seconds: 'double',
  consecutive_failures: 'int',
  grace_period_seconds: 'double',
});

const check = message({
  type: { oneOf: ['UNKNOWN', 'COMMAND', 'HTTP', 'TCP'] },
  command: message({ command: required(command) }),
  http: message({ port: required('int'), path: 'string' }),
  tcp: message({ port: required('int') }),
  delay_seconds: 'double',
  interval_seconds: 'double',
  timeout_seconds: 'double',
});

export const executor = message({
  type: { oneOf: ['UNKNOWN', 'DEFAULT', 'CUSTOM'] },
  executor_id: required(id),
  framework_id: id,
  command,
  container,
  resources: repeated(resource),
  name: 'string',
  source: 'string',
  data: 'bytes',
  discovery: 'json',
  shutdown_grace_period: duration,
  labels,
});

export const taskInfo = message({
  name: required('string'),
  task_id: required(id),
  agent_id: required(id),
  resources: repeated(resource),
  executor,
  command,
  container,
  health_check: healthCheck,
  check,
  kill_policy: message({ grace_period: duration }),
  data: 'bytes',
  labels,
  discovery: 'json',
  max_completion_time: duration,
  limits: { map: scalar },
});
