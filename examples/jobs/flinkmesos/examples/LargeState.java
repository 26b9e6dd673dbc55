package flinkmesos.examples;

import java.util.Random;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * A job with as much state as is asked for: each number is a key with a block of random bytes that cannot be compressed,
 * written once.
 *
 * <p>--state-mb 1024 (of all subtasks), --block-kb 64, --rate 2000 (blocks a second), --checkpoint-ms 5000
 */
public final class LargeState {
    private LargeState() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        int blockKb = (int) arguments.number("block-kb", 64);
        long blocks = arguments.number("state-mb", 1024) * 1024 / blockKb;
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Streams.checkpoint(env, arguments.number("checkpoint-ms", 5000));
        Streams.numbers(env, arguments.number("rate", 2000))
                .keyBy(number -> number % blocks, Types.LONG)
                .process(new Fill(blockKb * 1024))
                .name("fill")
                .uid("fill")
                .sinkTo(new DiscardingSink<>())
                .name("discard")
                .uid("discard");
        env.execute("LargeState");
    }

    private static final class Fill extends KeyedProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1;

        private final int bytes;
        private transient ValueState<byte[]> block;
        private transient Random random;

        Fill(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void open(OpenContext context) {
            block = getRuntimeContext()
                    .getState(new ValueStateDescriptor<>(
                            "block", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
            random = new Random();
        }

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
            if (block.value() == null) {
                byte[] content = new byte[bytes];
                random.nextBytes(content);
                block.update(content);
                out.collect(number);
            }
        }
    }
}
