package flinkmesos.examples;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * SQL as a job: the --statements, each ended by ";" at the end of a line or of the text, are executed one after the other.
 * The last one is the job (an INSERT); those before it say what its tables are.
 *
 * <p>--mode streaming or batch (streaming)
 */
public final class SqlStatements {
    private SqlStatements() {}

    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
        String mode = arguments.text("mode", "streaming");
        if (!mode.equals("batch") && !mode.equals("streaming")) {
            throw new IllegalArgumentException("--mode must be batch or streaming, not \"" + mode + "\"");
        }
        TableEnvironment tables =
                TableEnvironment.create(
                        mode.equals("batch")
                                ? settings.inBatchMode().build()
                                : settings.inStreamingMode().build());
        for (String statement : arguments.text("statements", "").split(";\\s*(\n|$)")) {
            if (!statement.isBlank()) {
                tables.executeSql(statement);
            }
        }
    }
}
