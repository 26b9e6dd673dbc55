package flinkmesos.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blocklist.BlocklistHandler;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.clusterframework.types.ResourceProfile;
import org.apache.flink.runtime.entrypoint.ClusterInformation;
import org.apache.flink.runtime.heartbeat.HeartbeatServices;
import org.apache.flink.runtime.io.network.partition.ResourceManagerPartitionTrackerFactory;
import org.apache.flink.runtime.metrics.ThresholdMeter;
import org.apache.flink.runtime.metrics.groups.ResourceManagerMetricGroup;
import org.apache.flink.runtime.resourcemanager.JobLeaderIdService;
import org.apache.flink.runtime.resourcemanager.WorkerResourceSpec;
import org.apache.flink.runtime.resourcemanager.active.ActiveResourceManager;
import org.apache.flink.runtime.resourcemanager.active.ResourceManagerDriver;
import org.apache.flink.runtime.resourcemanager.slotmanager.ResourceDeclaration;
import org.apache.flink.runtime.resourcemanager.slotmanager.SlotManager;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.rpc.RpcService;
import org.apache.flink.runtime.security.token.DelegationTokenManager;

/** Flink's own elastic resource manager, with some of its defects corrected. */
final class Manager extends ActiveResourceManager<Worker> {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final Set<WorkerResourceSpec> everDeclared = new HashSet<>();
    private final Survivors survivors;
    private final Leavers leavers;
    private final SlotManager slots;
    /** As the slot manager declared it last. */
    private Collection<ResourceDeclaration> last = Collections.emptyList();
    /** What was declared last, while survivors may still turn out to be enough for it. */
    private Collection<ResourceDeclaration> held;

    Manager(
            ResourceManagerDriver<Worker> driver,
            Configuration configuration,
            RpcService rpcService,
            UUID leaderSessionId,
            ResourceID resourceId,
            HeartbeatServices heartbeatServices,
            DelegationTokenManager delegationTokenManager,
            SlotManager slotManager,
            ResourceManagerPartitionTrackerFactory partitionTrackerFactory,
            BlocklistHandler.Factory blocklistHandlerFactory,
            JobLeaderIdService jobLeaderIdService,
            ClusterInformation clusterInformation,
            FatalErrorHandler fatalErrorHandler,
            ResourceManagerMetricGroup metricGroup,
            ThresholdMeter startWorkerFailureRater,
            Duration retryInterval,
            Duration workerRegistrationTimeout,
            Duration previousWorkerRecoverTimeout,
            Executor ioExecutor) {
        super(
                driver,
                configuration,
                rpcService,
                leaderSessionId,
                resourceId,
                heartbeatServices,
                delegationTokenManager,
                slotManager,
                partitionTrackerFactory,
                blocklistHandlerFactory,
                jobLeaderIdService,
                clusterInformation,
                fatalErrorHandler,
                metricGroup,
                startWorkerFailureRater,
                retryInterval,
                workerRegistrationTimeout,
                previousWorkerRecoverTimeout,
                ioExecutor);
        survivors = new Survivors(configuration, slotManager, jobLeaderIdService, this::getInstanceIdByResourceId);
        slots = slotManager;
        leavers = new Leavers(configuration, this::getInstanceIdByResourceId);
    }

    /** In the main thread. */
    void onWorkerLeaving(ResourceID id) {
        if (leavers.add(id, slots.getNumberRegisteredSlots())) {
            log.info("TaskManager {} is to leave with its agent.", id);
            declareResourceNeeded(last);
        }
    }

    /** In the main thread. */
    void onWorkerStaying(ResourceID id) {
        if (leavers.remove(id)) {
            log.info("TaskManager {} may stay: its agent does.", id);
            declareResourceNeeded(last);
        }
    }

    /** Where it was to leave, another one is asked for already: not one more. */
    @Override
    public void onWorkerTerminated(ResourceID id, String diagnostics) {
        if (leavers.remove(id)) {
            declareResourceNeeded(last);
        }
        super.onWorkerTerminated(id, diagnostics);
    }

    @Override
    public void onPreviousAttemptWorkersRecovered(Collection<Worker> recovered) {
        survivors.add(recovered);
        super.onPreviousAttemptWorkersRecovered(recovered);
    }

    /**
     * Flink takes slots that survivors still hold for jobs of a JobManager that is gone for missing ones, and asks for
     * as many TaskManagers again. What is declared waits until they are free.
     */
    @Override
    public void declareResourceNeeded(Collection<ResourceDeclaration> declared) {
        last = declared;
        if (survivors.areComingFree(getReadyToServeFuture().isDone())) {
            if (held == null) {
                scheduleRunAsync(this::declareHeld, LOOK_AGAIN);
            }
            held = declared;
        } else {
            held = null;
            super.declareResourceNeeded(withZeros(leavers.adapt(declared, slots.getNumberRegisteredSlots())));
        }
    }

    private void declareHeld() {
        Collection<ResourceDeclaration> declared = held;
        held = null;
        if (declared != null) {
            declareResourceNeeded(declared);
        }
    }

    /**
     * The slot manager leaves a kind of worker out of its declaration when it needs none of it any more, instead of
     * declaring zero; what was asked for would stay wanted for ever. The zero is added here.
     */
    private Collection<ResourceDeclaration> withZeros(Collection<ResourceDeclaration> declared) {
        Set<WorkerResourceSpec> unmentioned = new HashSet<>(everDeclared);
        for (ResourceDeclaration declaration : declared) {
            unmentioned.remove(declaration.getSpec());
            everDeclared.add(declaration.getSpec());
        }
        List<ResourceDeclaration> all = new ArrayList<>(declared);
        for (WorkerResourceSpec spec : unmentioned) {
            all.add(new ResourceDeclaration(spec, 0, Collections.emptySet()));
        }
        return all;
    }

    /**
     * In Flink up to 2.2 (1.20.5 has it corrected) a TaskManager that comes back with used slots is counted under a
     * specification with twice its slots (FLINK-38375), and workers that nobody needs are asked for. The number that
     * was asked for is put back.
     */
    @Override
    protected void onWorkerRegistered(Worker worker, WorkerResourceSpec reported) {
        worker.noteRegistered();
        super.onWorkerRegistered(worker, worker.slots() == reported.getNumSlots() ? reported : asAsked(worker, reported));
        if (leavers.noteRegistered(worker.getResourceID())) {
            // Once the slot manager has taken it in.
            scheduleRunAsync(() -> declareResourceNeeded(last), LOOK_AGAIN);
        }
    }

    private static WorkerResourceSpec asAsked(Worker worker, WorkerResourceSpec reported) {
        ResourceProfile total = ResourceProfile.newBuilder()
                .setCpuCores(reported.getCpuCores())
                .setTaskHeapMemory(reported.getTaskHeapSize())
                .setTaskOffHeapMemory(reported.getTaskOffHeapSize())
                .setNetworkMemory(reported.getNetworkMemSize())
                .setManagedMemory(reported.getManagedMemSize())
                .setExtendedResources(reported.getExtendedResources().values())
                .build();
        return WorkerResourceSpec.fromTotalResourceProfile(total, worker.slots());
    }
}
