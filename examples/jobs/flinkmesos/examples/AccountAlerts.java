package flinkmesos.examples;

import java.time.Duration;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * Watches accounts: what each of them is charged in ten seconds of event time is added up, and a sum above --limit 400 is
 * an alert. The --events 10000 are made up by arithmetic, a tenth of a second apart and up to 0.8 s late, so the alerts
 * can be foretold; --rate 1000 a second come in.
 *
 * <p>Alerts go to the TaskManagers' stdout as (account, begin of the window, sum); the accumulators "alerts" and "charged"
 * count them and add them up.
 */
public final class AccountAlerts {
    private AccountAlerts() {}

    private static final int ACCOUNTS = 7;
    private static final long STEP_MS = 100;
    private static final long LATEST_MS = 800;

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Streams.checkpoint(env, arguments.number("checkpoint-ms", 1000));
        DataGeneratorSource<Tuple3<Long, Long, Long>> charges =
                new DataGeneratorSource<>(
                        index -> Tuple3.of(index % ACCOUNTS, index * 37 % 101, happened(index)),
                        arguments.number("events", 10_000),
                        RateLimiterStrategy.perSecond(arguments.number("rate", 1000)),
                        Types.TUPLE(Types.LONG, Types.LONG, Types.LONG));
        env.fromSource(
                        charges,
                        WatermarkStrategy.<Tuple3<Long, Long, Long>>forBoundedOutOfOrderness(
                                        Duration.ofMillis(LATEST_MS))
                                .withTimestampAssigner((charge, none) -> charge.f2),
                        "charges")
                .setParallelism(1)
                .uid("charges")
                .keyBy(charge -> charge.f0, Types.LONG)
                .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
                .process(new Judge(arguments.number("limit", 400)))
                .returns(Types.TUPLE(Types.LONG, Types.LONG, Types.LONG))
                .name("judge")
                .uid("judge")
                .print()
                .uid("print");
        env.execute("AccountAlerts");
    }

    /** Every ninth charge is known late. */
    private static long happened(long index) {
        long inTime = index * STEP_MS;
        return index % 9 == 0 ? Math.max(0, inTime - LATEST_MS) : inTime;
    }

    private static final class Judge
            extends ProcessWindowFunction<
                    Tuple3<Long, Long, Long>, Tuple3<Long, Long, Long>, Long, TimeWindow> {
        private static final long serialVersionUID = 1;

        private final long limit;
        private final LongCounter alerts = new LongCounter();
        private final LongCounter charged = new LongCounter();

        Judge(long limit) {
            this.limit = limit;
        }

        @Override
        public void open(OpenContext context) {
            getRuntimeContext().addAccumulator("alerts", alerts);
            getRuntimeContext().addAccumulator("charged", charged);
        }

        @Override
        public void process(
                Long account,
                Context context,
                Iterable<Tuple3<Long, Long, Long>> charges,
                Collector<Tuple3<Long, Long, Long>> out) {
            long sum = 0;
            for (Tuple3<Long, Long, Long> charge : charges) {
                sum += charge.f1;
            }
            if (sum > limit) {
                alerts.add(1L);
                charged.add(sum);
                out.collect(Tuple3.of(account, context.window().getStart(), sum));
            }
        }
    }
}
