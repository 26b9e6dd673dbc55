package flinkmesos.driver;

import java.util.UUID;
import java.util.concurrent.Executor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.runtime.blocklist.BlocklistUtils;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.entrypoint.ClusterInformation;
import org.apache.flink.runtime.heartbeat.HeartbeatServices;
import org.apache.flink.runtime.io.network.partition.ResourceManagerPartitionTrackerImpl;
import org.apache.flink.runtime.metrics.groups.ResourceManagerMetricGroup;
import org.apache.flink.runtime.resourcemanager.ResourceManager;
import org.apache.flink.runtime.resourcemanager.ResourceManagerRuntimeServices;
import org.apache.flink.runtime.resourcemanager.ResourceManagerRuntimeServicesConfiguration;
import org.apache.flink.runtime.resourcemanager.WorkerResourceSpec;
import org.apache.flink.runtime.resourcemanager.WorkerResourceSpecFactory;
import org.apache.flink.runtime.resourcemanager.active.ActiveResourceManagerFactory;
import org.apache.flink.runtime.resourcemanager.active.ResourceManagerDriver;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.rpc.RpcService;
import org.apache.flink.runtime.security.token.DelegationTokenManager;
import org.apache.flink.util.ConfigurationException;

/** One resource manager, with a driver of its own, for each time that this JobManager becomes the leader. */
final class ManagerFactory extends ActiveResourceManagerFactory<Worker> {
    @Override
    public ResourceManager<Worker> createResourceManager(
            Configuration configuration,
            ResourceID resourceId,
            RpcService rpcService,
            UUID leaderSessionId,
            HeartbeatServices heartbeatServices,
            DelegationTokenManager delegationTokenManager,
            FatalErrorHandler fatalErrorHandler,
            ClusterInformation clusterInformation,
            String webInterfaceUrl,
            ResourceManagerMetricGroup metricGroup,
            ResourceManagerRuntimeServices services,
            Executor ioExecutor)
            throws Exception {
        return new Manager(
                createResourceManagerDriver(configuration, webInterfaceUrl, rpcService.getAddress()),
                configuration,
                rpcService,
                leaderSessionId,
                resourceId,
                heartbeatServices,
                delegationTokenManager,
                services.getSlotManager(),
                ResourceManagerPartitionTrackerImpl::new,
                BlocklistUtils.loadBlocklistHandlerFactory(configuration),
                services.getJobLeaderIdService(),
                clusterInformation,
                fatalErrorHandler,
                metricGroup,
                createStartWorkerFailureRater(configuration),
                configuration.get(ResourceManagerOptions.START_WORKER_RETRY_INTERVAL),
                configuration.get(ResourceManagerOptions.TASK_MANAGER_REGISTRATION_TIMEOUT),
                configuration.get(ResourceManagerOptions.RESOURCE_MANAGER_PREVIOUS_WORKER_RECOVERY_TIMEOUT),
                ioExecutor);
    }

    @Override
    protected ResourceManagerDriver<Worker> createResourceManagerDriver(
            Configuration configuration, String webInterfaceUrl, String rpcAddress) throws Exception {
        Configuration inFile = GlobalConfiguration.loadConfiguration();
        return new Driver(configuration, inFile, SchedulerClient.fromEnvironment(), webInterfaceUrl, rpcAddress);
    }

    @Override
    protected ResourceManagerRuntimeServicesConfiguration createResourceManagerRuntimeServicesConfiguration(
            Configuration configuration) throws ConfigurationException {
        return ResourceManagerRuntimeServicesConfiguration.fromConfiguration(configuration, new SpecFactory());
    }

    private static final class SpecFactory extends WorkerResourceSpecFactory {
        @Override
        public WorkerResourceSpec createDefaultWorkerResourceSpec(Configuration configuration) {
            return workerResourceSpecFromConfigAndCpu(
                    configuration, TaskExecutorProcessUtils.getCpuCoresWithFallback(configuration, -1));
        }
    }
}
