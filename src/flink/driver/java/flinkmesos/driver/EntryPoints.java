package flinkmesos.driver;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.entrypoint.ClusterEntrypointUtils;
import org.apache.flink.runtime.entrypoint.DynamicParametersConfigurationParserFactory;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.runtime.util.JvmShutdownSafeguard;
import org.apache.flink.runtime.util.SignalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both entry points do first. The configuration's directory is FLINK_CONF_DIR; arguments are -D alone. */
final class EntryPoints {
    private EntryPoints() {}

    static Configuration begin(Class<?> entryPoint, String[] args) {
        Logger log = LoggerFactory.getLogger(entryPoint);
        EnvironmentInformation.logEnvironmentInfo(log, entryPoint.getSimpleName(), args);
        SignalHandler.register(log);
        JvmShutdownSafeguard.installAsShutdownHook(log);
        Configuration dynamic = ClusterEntrypointUtils.parseParametersOrExit(
                args, new DynamicParametersConfigurationParserFactory(), entryPoint);
        return GlobalConfiguration.loadConfiguration(dynamic);
    }
}
