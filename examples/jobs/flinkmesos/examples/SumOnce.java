package flinkmesos.examples;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Sums the numbers from 1 to --count 100000 in --keys 10 groups, prints each sum as it grows, and is finished.
 */
public final class SumOnce {
    private SumOnce() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        long groups = arguments.number("keys", 10);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, arguments.number("count", 100_000))
                .uid("numbers")
                .map(number -> Tuple2.of(number % groups, number))
                .returns(Types.TUPLE(Types.LONG, Types.LONG))
                .uid("group")
                .keyBy(pair -> pair.f0, Types.LONG)
                .sum(1)
                .uid("sum")
                .print()
                .uid("print");
        env.execute("SumOnce");
    }
}
