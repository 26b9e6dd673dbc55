package flinkmesos.examples;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Counts the clicks of made-up users for ever, with its counts in checkpointed state.
 *
 * <p>--rate 100 (clicks a second), --keys 50 (users), --checkpoint-ms 5000, --print no|yes (to the TaskManagers' stdout)
 */
public final class ClickCounter {
    private ClickCounter() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        long users = arguments.number("keys", 50);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Streams.checkpoint(env, arguments.number("checkpoint-ms", 5000));

        DataStream<String> counts =
                Streams.numbers(env, arguments.number("rate", 100))
                        .keyBy(click -> click % users, Types.LONG)
                        .process(new Count())
                        .name("count")
                        .uid("count");
        if (arguments.text("print", "no").equals("yes")) {
            counts.print().name("print").uid("print");
        } else {
            counts.sinkTo(new DiscardingSink<>()).name("discard").uid("discard");
        }
        env.execute("ClickCounter");
    }

    private static final class Count extends KeyedProcessFunction<Long, Long, String> {
        private static final long serialVersionUID = 1;
        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(Long click, Context context, Collector<String> out) throws Exception {
            Long before = count.value();
            long now = before == null ? 1 : before + 1;
            count.update(now);
            out.collect("user-" + context.getCurrentKey() + " " + now);
        }
    }
}
