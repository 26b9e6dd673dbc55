package flinkmesos.driver;

import java.util.NoSuchElementException;
import java.util.UUID;
import org.apache.flink.client.deployment.application.ApplicationClusterEntryPoint;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.clusterframework.ApplicationStatus;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JobManager of an application cluster: it runs the main method of one program, and lives for its job. */
public final class ApplicationEntryPoint extends ApplicationClusterEntryPoint {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationEntryPoint.class);

    private ApplicationEntryPoint(Configuration configuration, PackagedProgram program) {
        super(configuration, program, new ManagerFactory());
    }

    public static void main(String[] args) {
        Configuration configuration = EntryPoints.begin(ApplicationEntryPoint.class, args);
        PackagedProgram program = null;
        try {
            FileSystem.initialize(configuration, PluginUtils.createPluginManagerFromRootFolder(configuration));
            program = installSecurityContext(configuration).runSecured(() -> Program.find(configuration));
            configureExecution(configuration, program);
            Resumption.prepare(configuration);
            String kept = KeptResult.of(configuration);
            if (kept != null) {
                tellEnd(kept, null, true);
            }
        } catch (Exception e) {
            LOG.error("Could not prepare the application's program.", e);
            if (isFaultOfTheProgram(e)) {
                tellEnd(ApplicationStatus.FAILED.name(), ExceptionUtils.stringifyException(e), false);
            }
            System.exit(1);
        }
        ClusterEntrypoint.runClusterEntrypoint(new ApplicationEntryPoint(configuration, program));
    }

    /** No other attempt would do better: there is no such class, or it has no main method. */
    private static boolean isFaultOfTheProgram(Exception e) {
        return ExceptionUtils.findThrowable(e, ProgramInvocationException.class).isPresent()
                || ExceptionUtils.findThrowable(e, NoSuchElementException.class).isPresent()
                || ExceptionUtils.findThrowable(e, IllegalArgumentException.class).isPresent();
    }

    /** `ofJob`: it is how the job ended, and not how this process does. */
    private static void tellEnd(String status, String diagnostics, boolean ofJob) {
        SchedulerClient client = SchedulerClient.fromEnvironment();
        String session = UUID.randomUUID().toString().replace("-", "");
        ObjectNode introduction = client.object()
                .put("session", session)
                .put("version", EnvironmentInformation.getVersion())
                .put("rpc", "")
                .putNull("web");
        ObjectNode end = client.object()
                .put("session", session)
                .put("status", status)
                .put("ofJob", ofJob)
                .put("diagnostics", diagnostics);
        try {
            client.attach(introduction);
            client.finished(end);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (Exception unheard) {
            // The next JobManager will find the same, and say so.
            LOG.error("The scheduler could not be told of the end ({}).", status, unheard);
        }
    }
}
