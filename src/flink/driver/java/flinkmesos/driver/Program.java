package flinkmesos.driver;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.client.deployment.application.ApplicationConfiguration;
import org.apache.flink.client.program.DefaultPackagedProgramRetriever;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.entrypoint.ClusterEntrypointUtils;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * The program of an application cluster. FLINK_MESOS_APPLICATION_JAR names its jar, which TaskManagers get through Flink
 * (what is in usrlib they would have to have themselves), FLINK_MESOS_PROGRAM_FILE the JSON file with main class and
 * arguments. Without them Flink's own places count: usrlib beside FLINK_LIB_DIR, and the options
 * $internal.application.main and $internal.application.program-args.
 */
final class Program {
    private Program() {}

    static PackagedProgram find(Configuration configuration) throws Exception {
        String mainClass = configuration.get(ApplicationConfiguration.APPLICATION_MAIN_CLASS);
        List<String> arguments = configuration.get(ApplicationConfiguration.APPLICATION_ARGS);
        String file = System.getenv("FLINK_MESOS_PROGRAM_FILE");
        if (file != null) {
            JsonNode program = new ObjectMapper().readTree(new File(file));
            mainClass = program.path("entryClass").asText(null);
            arguments = new ArrayList<>();
            for (JsonNode argument : program.path("args")) {
                arguments.add(argument.asText());
            }
        }
        String[] programArgs = arguments == null ? new String[0] : arguments.toArray(new String[0]);
        String jar = System.getenv("FLINK_MESOS_APPLICATION_JAR");
        if (jar != null) {
            return DefaultPackagedProgramRetriever.create(null, new File(jar), mainClass, programArgs, configuration)
                    .getPackagedProgram();
        }
        File userLib = ClusterEntrypointUtils.tryFindUserLibDirectory().orElse(null);
        return DefaultPackagedProgramRetriever.create(userLib, mainClass, programArgs, configuration)
                .getPackagedProgram();
    }
}
