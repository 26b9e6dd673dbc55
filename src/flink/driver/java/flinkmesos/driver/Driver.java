package flinkmesos.driver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.runtime.clusterframework.ApplicationStatus;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.resourcemanager.active.AbstractResourceManagerDriver;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Passes on what Flink asks for and gives back, and tells Flink what became of it. It decides nothing about places:
 * a request stays open, without a time-out, until the scheduler has a place for it.
 *
 * <p>The fields below belong to the resource manager's main thread. One driver lives as long as one leadership; its
 * random session id fences the driver before it.
 */
final class Driver extends AbstractResourceManagerDriver<Worker> implements Link.Listener {
    /** Under Flink's time-out for TaskManagers that look for a JobManager (5 min); then the supervisor tries again. */
    private static final long ATTACH_LIMIT_MS = 240_000;
    /**
     * A job that restarts clears its requirements and declares them again a moment later. What it withdraws in between
     * is kept so long, so that no JVM is started only to be killed.
     */
    private static final long PARK_MS = 2_000;
    /** An older worker that never registered is not withdrawn by a restart: Flink has given it up. */
    private static final long PARK_AGE_MS = 30_000;

    private static final int FINISH_TRIES = 3;

    private final SchedulerClient client;
    private final ProcessRequests requests;
    private final Link link;
    private final String idPrefix;
    private final long parkAgeMs;
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();
    private long lastNumber;
    private boolean publishing;
    private final String session = UUID.randomUUID().toString().replace("-", "");

    Driver(Configuration effective, Configuration inFile, SchedulerClient client, String webUrl, String rpcHost) {
        super(effective, inFile);
        this.client = client;
        this.requests = new ProcessRequests(client, effective, inFile);
        this.idPrefix = client.cluster() + "-" + session.substring(0, 8) + "-";
        long registrationMs =
                effective.get(ResourceManagerOptions.TASK_MANAGER_REGISTRATION_TIMEOUT).toMillis();
        this.parkAgeMs = Math.min(PARK_AGE_MS, registrationMs / 2);
        ObjectNode introduction = client.object()
                .put("version", EnvironmentInformation.getVersion())
                .put("rpc", rpcHost)
                .put("web", webUrl);
        this.link = new Link(client, session, introduction, this);
    }

    /** One thing that the scheduler is to have running: asked for, placed, or withdrawn a moment ago. */
    private static final class Wanted {
        final String id;
        /** Null of a worker from before this JobManager. */
        final TaskExecutorProcessSpec spec;

        final ObjectNode request;
        CompletableFuture<Worker> future;
        Worker worker;
        /** Counts, so that a timer of an earlier time in the park is known. */
        long parkedTimes;

        boolean parked;

        Wanted(String id, TaskExecutorProcessSpec spec, ObjectNode request) {
            this.id = id;
            this.spec = spec;
            this.request = request;
        }
    }

    @Override
    protected void initializeInternal() throws Exception {
        List<Worker> recovered = new ArrayList<>();
        for (JsonNode known : link.open(ATTACH_LIMIT_MS).path("workers")) {
            String id = known.path("id").asText();
            Wanted entry = new Wanted(id, null, requests.recovered(id));
            entry.worker = new Worker(id, known.path("slots").asInt());
            wanted.put(id, entry);
            recovered.add(entry.worker);
        }
        log.info("Attached to the scheduler as session {}; {} TaskManagers from before.", session, recovered.size());
        getResourceEventHandler().onPreviousAttemptWorkersRecovered(recovered);
        publish();
        link.start();
    }

    @Override
    public void terminate() {
        link.close();
    }

    @Override
    public CompletableFuture<Worker> requestResource(TaskExecutorProcessSpec spec) {
        Wanted entry = takeParked(spec);
        if (entry == null) {
            String id = idPrefix + ++lastNumber;
            Iterable<String> blocked = getBlockedNodeRetriever().getAllBlockedNodeIds();
            entry = new Wanted(id, spec, requests.describe(id, spec, blocked));
            wanted.put(id, entry);
            publish();
        }
        if (entry.worker != null) {
            return CompletableFuture.completedFuture(entry.worker);
        }
        Wanted asked = entry;
        CompletableFuture<Worker> future = new CompletableFuture<>();
        asked.future = future;
        // Flink withdraws a request by cancelling its future, in the main thread.
        future.whenComplete((worker, failure) -> {
            if (future.isCancelled()) {
                park(asked);
            }
        });
        return future;
    }

    @Override
    public void releaseResource(Worker worker) {
        Wanted entry = wanted.get(worker.getResourceID().toString());
        if (entry == null) {
            return;
        }
        boolean starting = entry.spec != null && !worker.isRegistered() && worker.ageMs() < parkAgeMs;
        if (starting) {
            park(entry);
        } else {
            remove(entry);
        }
    }

    @Override
    public void deregisterApplication(ApplicationStatus status, String diagnostics) {
        ObjectNode body = client.object()
                .put("session", session)
                .put("status", status.name())
                .put("diagnostics", diagnostics);
        Exception last = null;
        for (int tried = 0; tried < FINISH_TRIES; tried++) {
            try {
                client.finished(body);
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                last = e;
                break;
            } catch (Exception e) {
                last = e;
            }
        }
        // The exit code of this process still tells how it ended.
        log.error("The scheduler could not be told that the application has ended ({}).", status, last);
    }

    @Override
    public void onEvents(JsonNode events) throws Exception {
        CompletableFuture.runAsync(() -> events.forEach(this::take), getMainThreadExecutor())
                .get();
    }

    @Override
    public void onFenced(SchedulerClient.Fenced cause) {
        getMainThreadExecutor().execute(() -> getResourceEventHandler().onError(cause));
    }

    private void take(JsonNode event) {
        String id = event.path("id").asText();
        Wanted entry = wanted.get(id);
        if (entry == null) {
            log.debug("News of {}, which is not wanted any more: {}", id, event);
            return;
        }
        switch (event.path("type").asText()) {
            case "placed":
                onPlaced(entry);
                break;
            case "leaving":
                ((Manager) getResourceEventHandler()).onWorkerLeaving(new ResourceID(id));
                break;
            case "staying":
                ((Manager) getResourceEventHandler()).onWorkerStaying(new ResourceID(id));
                break;
            case "ended":
                onEnded(entry, event.path("diagnostics").asText("it ended"));
                break;
            default:
                log.warn("The scheduler told something unknown: {}", event);
        }
    }

    /** Twice told is the same: the scheduler may have lost the place that it had. */
    private void onPlaced(Wanted entry) {
        if (entry.worker != null) {
            return;
        }
        entry.worker = new Worker(entry.id, entry.spec.getNumSlots());
        if (!entry.parked) {
            entry.future.complete(entry.worker);
        }
    }

    private void onEnded(Wanted entry, String diagnostics) {
        remove(entry);
        if (entry.parked) {
            return;
        }
        if (entry.worker == null) {
            entry.future.completeExceptionally(new Exception(entry.id + " cannot be started: " + diagnostics));
        } else {
            getResourceEventHandler().onWorkerTerminated(new ResourceID(entry.id), diagnostics);
        }
    }

    /** Placed ones first: they are the furthest. */
    private Wanted takeParked(TaskExecutorProcessSpec spec) {
        Wanted found = null;
        for (Wanted entry : wanted.values()) {
            boolean fits = entry.parked && spec.equals(entry.spec);
            if (fits && (found == null || (found.worker == null && entry.worker != null))) {
                found = entry;
            }
        }
        if (found != null) {
            found.parked = false;
        }
        return found;
    }

    private void park(Wanted entry) {
        if (wanted.get(entry.id) != entry || entry.parked) {
            return;
        }
        entry.parked = true;
        long time = ++entry.parkedTimes;
        getMainThreadExecutor()
                .schedule(
                        () -> {
                            if (entry.parked && entry.parkedTimes == time) {
                                remove(entry);
                            }
                        },
                        PARK_MS,
                        TimeUnit.MILLISECONDS);
    }

    private void remove(Wanted entry) {
        if (wanted.remove(entry.id, entry)) {
            publish();
        }
    }

    /** Once for all changes of a turn of the main thread. */
    private void publish() {
        if (publishing) {
            return;
        }
        publishing = true;
        getMainThreadExecutor().execute(() -> {
            publishing = false;
            List<ObjectNode> all = new ArrayList<>(wanted.size());
            wanted.values().forEach(entry -> all.add(entry.request));
            link.want(all);
        });
    }
}
