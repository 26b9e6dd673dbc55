package flinkmesos.driver;

import java.io.File;
import java.util.List;
import org.apache.flink.client.deployment.application.ApplicationClusterEntryPoint;
import org.apache.flink.client.deployment.application.ApplicationConfiguration;
import org.apache.flink.client.program.DefaultPackagedProgramRetriever;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.entrypoint.ClusterEntrypointUtils;
import org.slf4j.LoggerFactory;

/**
 * The JobManager of an application cluster: it runs the main method of one program, found in usrlib beside Flink's lib
 * directory (FLINK_LIB_DIR), and ends with it. Main class and arguments are Flink's own options
 * $internal.application.main and $internal.application.program-args.
 */
public final class ApplicationEntryPoint extends ApplicationClusterEntryPoint {
    private ApplicationEntryPoint(Configuration configuration, PackagedProgram program) {
        super(configuration, program, new ManagerFactory());
    }

    public static void main(String[] args) {
        Configuration configuration = EntryPoints.begin(ApplicationEntryPoint.class, args);
        PackagedProgram program = null;
        try {
            FileSystem.initialize(configuration, PluginUtils.createPluginManagerFromRootFolder(configuration));
            program = installSecurityContext(configuration).runSecured(() -> programOf(configuration));
            configureExecution(configuration, program);
        } catch (Exception e) {
            LoggerFactory.getLogger(ApplicationEntryPoint.class).error("Could not prepare the application's program.", e);
            System.exit(1);
        }
        ClusterEntrypoint.runClusterEntrypoint(new ApplicationEntryPoint(configuration, program));
    }

    private static PackagedProgram programOf(Configuration configuration) throws Exception {
        File userLib = ClusterEntrypointUtils.tryFindUserLibDirectory().orElse(null);
        String mainClass = configuration.get(ApplicationConfiguration.APPLICATION_MAIN_CLASS);
        List<String> arguments = configuration.get(ApplicationConfiguration.APPLICATION_ARGS);
        String[] programArgs = arguments == null ? new String[0] : arguments.toArray(new String[0]);
        return DefaultPackagedProgramRetriever.create(userLib, mainClass, programArgs, configuration)
                .getPackagedProgram();
    }
}
