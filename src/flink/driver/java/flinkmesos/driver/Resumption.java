package flinkmesos.driver;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a job goes on whose JobManager was lost: at the newest checkpoint that its earlier attempts retained, or at the one
 * that the scheduler saw last, if that is newer or was kept elsewhere. The last checkpoint before a crash may have gone
 * unseen, and the one that was seen may be gone by now. A highly available JobManager looks into ZooKeeper first.
 */
final class Resumption {
    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);
    private static final Pattern CHECKPOINT = Pattern.compile("/([0-9a-f]{32})/chk-(\\d{1,18})/?$");
    private static final ConfigOption<String> RECOVERY_PATH =
            ConfigOptions.key("execution.state-recovery.path").stringType().noDefaultValue();
    private static final ConfigOption<String> CLAIM_MODE =
            ConfigOptions.key("execution.state-recovery.claim-mode").stringType().noDefaultValue();

    private Resumption() {}

    static void prepare(Configuration configuration) throws IOException {
        String earlier = System.getenv("FLINK_MESOS_EARLIER_JOBS");
        String seen = System.getenv("FLINK_MESOS_LAST_CHECKPOINT");
        if (earlier == null && seen == null) {
            return;
        }
        List<String> jobs = earlier == null ? Collections.emptyList() : Arrays.asList(earlier.split(","));
        String root = configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY);
        String place = newer(seen, newestOf(root, jobs));
        if (place == null) {
            LOG.info("No attempt before this one left a checkpoint.");
            return;
        }
        LOG.info("The job goes on from {}.", place);
        configuration.set(RECOVERY_PATH, place);
        // Its own checkpoint is handed back to it; a savepoint stays its user's.
        Matcher own = CHECKPOINT.matcher(place);
        boolean isOwn = own.find() && jobs.contains(own.group(1));
        configuration.set(CLAIM_MODE, isOwn ? "CLAIM" : "NO_CLAIM");
    }

    /** What the last attempt that retained any has retained last. */
    private static String newestOf(String root, List<String> jobs) throws IOException {
        for (String job : root == null ? Collections.<String>emptyList() : jobs) {
            String found = null;
            for (Path checkpoint : completedBelow(new Path(root, job))) {
                found = newer(found, checkpoint.toString());
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static List<Path> completedBelow(Path directory) throws IOException {
        FileSystem files = directory.getFileSystem();
        List<Path> completed = new ArrayList<>();
        for (FileStatus entry : list(files, directory)) {
            Path path = entry.getPath();
            // Its metadata is what is written last.
            if (CHECKPOINT.matcher(path.toString()).find() && files.exists(new Path(path, "_metadata"))) {
                completed.add(path);
            }
        }
        return completed;
    }

    private static FileStatus[] list(FileSystem files, Path directory) throws IOException {
        try {
            FileStatus[] found = files.exists(directory) ? files.listStatus(directory) : null;
            return found == null ? new FileStatus[0] : found;
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    /** A job numbers its checkpoints, resumed ones from where they start. A savepoint is what the earlier attempts began with. */
    private static String newer(String one, String other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return numberOf(other) > numberOf(one) ? other : one;
    }

    private static long numberOf(String path) {
        Matcher number = CHECKPOINT.matcher(path);
        return number.find() ? Long.parseLong(number.group(2)) : -1;
    }
}
