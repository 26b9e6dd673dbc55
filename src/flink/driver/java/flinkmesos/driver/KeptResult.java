package flinkmesos.driver;

import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.highavailability.FileSystemJobResultStore;
import org.apache.flink.runtime.highavailability.JobResultStoreOptions;
import org.apache.flink.runtime.jobmanager.HighAvailabilityMode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * How the job ended, where a JobManager before this one saw it end and died before anybody asked. Flink keeps the result
 * with what is highly available, so that nobody runs the job again; its REST tells of it no more.
 */
final class KeptResult {
    private KeptResult() {}

    /** The word that Flink stored: SUCCEEDED, FAILED, CANCELED; null where it keeps nothing of this job. */
    static String of(Configuration configuration) throws IOException {
        String job = System.getenv("FLINK_MESOS_JOB_ID");
        if (job == null || !HighAvailabilityMode.isHighAvailabilityModeActivated(configuration)) {
            return null;
        }
        Path store = new Path(placeOf(configuration));
        FileSystem files = store.getFileSystem();
        // An entry is dirty until what else was kept of the job is removed.
        for (String name : new String[] {job + ".json", job + "_DIRTY.json"}) {
            Path entry = new Path(store, name);
            if (files.exists(entry)) {
                return statusIn(files, entry);
            }
        }
        return null;
    }

    private static String placeOf(Configuration configuration) {
        String chosen = configuration.get(JobResultStoreOptions.STORAGE_PATH);
        return chosen != null && !chosen.isEmpty()
                ? chosen
                : FileSystemJobResultStore.createDefaultJobResultStorePath(
                        configuration.get(HighAvailabilityOptions.HA_STORAGE_PATH),
                        configuration.get(HighAvailabilityOptions.HA_CLUSTER_ID));
    }

    private static String statusIn(FileSystem files, Path entry) throws IOException {
        try (InputStream stream = files.open(entry)) {
            JsonNode result = new ObjectMapper().readTree(stream).path("result");
            return result.path("application-status").asText(null);
        }
    }
}
