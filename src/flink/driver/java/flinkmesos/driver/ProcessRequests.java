package flinkmesos.driver;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.resources.ExternalResource;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

/** What the scheduler is told of a TaskManager to start: sizes to find a place by, and all of its arguments. */
final class ProcessRequests {
    /** Options that are the JobManager's own, or of its machine. */
    private static final String[] NOT_FOR_TASK_MANAGERS = {
        "$internal.",
        "blob.server.port",
        "execution.target",
        "high-availability.jobmanager.port",
        "io.tmp.dirs",
        "jobmanager.bind-host",
        "jobmanager.memory.",
        "jobmanager.resource-id",
        "jobmanager.rpc.bind-port",
        "metrics.internal.query-service.port",
        "pipeline.",
        "process.jobmanager.working-dir",
        "process.working-dir",
        "rest.",
        "taskmanager.memory.",
        "web."
    };

    private final ObjectNode configuration;
    private final SchedulerClient client;

    /** What the JobManager was given by -D is in no file that a TaskManager reads; it is handed on. */
    ProcessRequests(SchedulerClient client, Configuration effective, Configuration inFile) {
        this.client = client;
        this.configuration = client.object();
        Map<String, String> known = inFile.toMap();
        for (Map.Entry<String, String> option : new TreeMap<>(effective.toMap()).entrySet()) {
            if (!option.getValue().equals(known.get(option.getKey())) && isForTaskManagers(option.getKey())) {
                configuration.put(option.getKey(), option.getValue());
            }
        }
    }

    ObjectNode describe(String id, TaskExecutorProcessSpec spec, Iterable<String> blockedNodes) {
        ObjectNode request = recovered(id);
        request.put("cpus", spec.getCpuCores().getValue().doubleValue());
        request.put("memoryBytes", spec.getTotalProcessMemorySize().getBytes());
        request.put("slots", spec.getNumSlots());
        ObjectNode external = request.putObject("external");
        for (ExternalResource resource : spec.getExtendedResources().values()) {
            external.put(resource.getName(), resource.getValue().doubleValue());
        }
        ArrayNode blocked = request.putArray("blockedNodes");
        blockedNodes.forEach(blocked::add);
        addWords(request.putArray("jvm"), ProcessMemoryUtils.generateJvmParametersStr(spec), "\\s+");
        addWords(request.putArray("dynamic"), TaskExecutorProcessUtils.generateDynamicConfigsStr(spec), "(^|\\s+)-D\\s*");
        request.set("config", configuration);
        return request;
    }

    /** Of a worker that an earlier JobManager asked for, the scheduler knows the rest. */
    ObjectNode recovered(String id) {
        return client.object().put("id", id);
    }

    private static void addWords(ArrayNode words, String line, String separator) {
        for (String word : line.trim().split(separator)) {
            if (!word.trim().isEmpty()) {
                words.add(word.trim());
            }
        }
    }

    /** A secret goes to nobody: what is handed on becomes an argument, which everybody on the agent can read. */
    private static boolean isForTaskManagers(String option) {
        for (String prefix : NOT_FOR_TASK_MANAGERS) {
            if (option.startsWith(prefix)) {
                return false;
            }
        }
        return !GlobalConfiguration.isSensitive(option);
    }
}
