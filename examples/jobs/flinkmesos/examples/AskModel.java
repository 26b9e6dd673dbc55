package flinkmesos.examples;

import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.queryablestate.client.QueryableStateClient;

/**
 * Asks a running ServedModel, as a service would: --host and --port of a TaskManager's queryable-state proxy, --job as
 * Flink calls it, --key. Prints "times spent". No job, but a program of its own.
 */
public final class AskModel {
    private AskModel() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        QueryableStateClient client =
                new QueryableStateClient(arguments.text("host", "127.0.0.1"), (int) arguments.number("port", 9069));
        try {
            Tuple2<Long, Long> model =
                    client.getKvState(
                                    JobID.fromHexString(arguments.text("job", "")),
                                    "model",
                                    Long.parseLong(arguments.text("key", "0")),
                                    Types.LONG,
                                    ServedModel.model())
                            .get(20, TimeUnit.SECONDS)
                            .value();
            System.out.println(model.f0 + " " + model.f1);
        } finally {
            client.shutdownAndWait();
        }
    }
}
