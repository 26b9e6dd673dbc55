package flinkmesos.driver;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.instance.InstanceID;
import org.apache.flink.runtime.resourcemanager.JobLeaderIdService;
import org.apache.flink.runtime.resourcemanager.slotmanager.SlotManager;

/**
 * TaskManagers from before this JobManager. One may register while it still holds its slots for a job of the JobManager
 * that is gone: it notices the loss of the one and of the other by two heartbeats, up to an interval apart. Such slots are
 * free in a moment, and whoever needs them must not take the moment for a want.
 */
final class Survivors {
    /** The slot manager counts anew 50 ms after a slot has come free, and declares what is missing 50 ms after that. */
    private static final long COUNTED_NANOS = Duration.ofMillis(500).toNanos();

    private final SlotManager slots;
    private final JobLeaderIdService jobs;
    private final Function<ResourceID, Optional<InstanceID>> instanceOf;
    private final long limitNanos;
    private final Set<ResourceID> ids = new HashSet<>();
    /** When somebody first waited for them; 0 before. */
    private long awaitedSince;
    /** When all their slots were found to be free; 0 before. */
    private long freeSince;

    Survivors(
            Configuration configuration,
            SlotManager slots,
            JobLeaderIdService jobs,
            Function<ResourceID, Optional<InstanceID>> instanceOf) {
        this.slots = slots;
        this.jobs = jobs;
        this.instanceOf = instanceOf;
        this.limitNanos = configuration
                .get(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT)
                .plus(configuration.get(TaskManagerOptions.SLOT_TIMEOUT))
                .plus(Duration.ofSeconds(1))
                .toNanos();
    }

    void add(Collection<Worker> workers) {
        workers.forEach(worker -> ids.add(worker.getResourceID()));
    }

    /** Asked until it says no; from then on it does. `back`: all that are to be waited for have registered. */
    boolean areComingFree(boolean back) {
        if (ids.isEmpty()) {
            return false;
        }
        if (!back) {
            return true;
        }
        long now = System.nanoTime();
        if (awaitedSince == 0) {
            awaitedSince = now;
        }
        if (ids.stream().anyMatch(this::holdsForTheLost)) {
            freeSince = 0;
        } else if (freeSince == 0) {
            freeSince = now;
        }
        // Also where they are free by now: what is declared was counted a moment ago, when they may not have been.
        boolean counted = freeSince != 0 && now - freeSince >= COUNTED_NANOS;
        if (counted || now - awaitedSince >= limitNanos) {
            ids.clear();
        }
        return !ids.isEmpty();
    }

    private boolean holdsForTheLost(ResourceID id) {
        return instanceOf
                .apply(id)
                .map(instance -> slots.getAllocatedSlotsOf(instance).stream()
                        .anyMatch(slot -> !jobs.containsJob(slot.getJobId())))
                .orElse(false);
    }
}
