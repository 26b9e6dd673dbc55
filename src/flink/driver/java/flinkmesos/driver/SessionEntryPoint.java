package flinkmesos.driver;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.entrypoint.SessionClusterEntrypoint;
import org.apache.flink.runtime.entrypoint.component.DefaultDispatcherResourceManagerComponentFactory;

/** The JobManager of a session cluster: it takes many jobs, and TaskManagers come and go with them. */
public final class SessionEntryPoint extends SessionClusterEntrypoint {
    private SessionEntryPoint(Configuration configuration) {
        super(configuration);
    }

    @Override
    protected DefaultDispatcherResourceManagerComponentFactory createDispatcherResourceManagerComponentFactory(
            Configuration configuration) {
        return DefaultDispatcherResourceManagerComponentFactory.createSessionComponentFactory(new ManagerFactory());
    }

    public static void main(String[] args) {
        Configuration configuration = EntryPoints.begin(SessionEntryPoint.class, args);
        ClusterEntrypoint.runClusterEntrypoint(new SessionEntryPoint(configuration));
    }
}
