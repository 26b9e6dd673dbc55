package flinkmesos.examples;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Learns while it is asked: of what each of --keys 10 spends it keeps how often and how much, in state that clients query
 * under the name "model" (AskModel). Key k spends k + 1 each time, so its mean is k + 1. --rate 200 a second.
 */
public final class ServedModel {
    private ServedModel() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        long keys = arguments.number("keys", 10);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Streams.checkpoint(env, arguments.number("checkpoint-ms", 1000));
        Streams.numbers(env, arguments.number("rate", 200))
                .keyBy(number -> number % keys, Types.LONG)
                .process(new Learn())
                .name("learn")
                .uid("learn")
                .sinkTo(new DiscardingSink<>())
                .name("discard")
                .uid("discard");
        env.execute("ServedModel");
    }

    /** How often and how much: by both sides of a query. */
    @SuppressWarnings("deprecation") // Flink has deprecated queryable state without a successor.
    static ValueStateDescriptor<Tuple2<Long, Long>> model() {
        ValueStateDescriptor<Tuple2<Long, Long>> descriptor =
                new ValueStateDescriptor<>("model", Types.TUPLE(Types.LONG, Types.LONG));
        descriptor.setQueryable("model");
        return descriptor;
    }

    private static final class Learn extends KeyedProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1;

        private transient ValueState<Tuple2<Long, Long>> model;

        @Override
        public void open(OpenContext context) {
            model = getRuntimeContext().getState(model());
        }

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
            Tuple2<Long, Long> known = model.value();
            long times = known == null ? 0 : known.f0;
            long spent = known == null ? 0 : known.f1;
            model.update(Tuple2.of(times + 1, spent + context.getCurrentKey() + 1));
        }
    }
}
