package flinkmesos.examples;

import org.apache.flink.api.common.operators.SlotSharingGroup;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Two groups of operators, each with a slot of its own size: what a TaskManager has is cut into slots as they ask for it
 * (cluster.fine-grained-resource-management.enabled in Flink 1.20).
 *
 * <p>--rate 10 (numbers a second), --heap-mb 32 (of each slot), --checkpoint-ms 1000
 */
public final class SlotGroups {
    private SlotGroups() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        int heapMb = (int) arguments.number("heap-mb", 32);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Streams.checkpoint(env, arguments.number("checkpoint-ms", 1000));
        SingleOutputStreamOperator<Long> numbers = Streams.numbers(env, arguments.number("rate", 10));
        numbers.slotSharingGroup(group("small", 0.25, heapMb));
        numbers.keyBy(number -> number % 10, Types.LONG)
                .sum(0)
                .uid("sum")
                .slotSharingGroup(group("large", 0.5, 2 * heapMb))
                .sinkTo(new DiscardingSink<>())
                .uid("discard")
                .slotSharingGroup("large");
        env.execute("SlotGroups");
    }

    private static SlotSharingGroup group(String name, double cpus, int heapMb) {
        return SlotSharingGroup.newBuilder(name).setCpuCores(cpus).setTaskHeapMemoryMB(heapMb).build();
    }
}
