package flinkmesos.examples;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * A batch job that iterates: PageRank of a graph of --pages 1000, each of which links to two others, in --rounds 10. The
 * rounds are laid out one after the other, as Flink 2 has it, which knows no loops in a batch job any more.
 *
 * <p>Ranks are whole numbers, millionths of the mean, so that the result is the same in whatever order they are added. The
 * accumulators: "pages", "ranks" (their sum) and "squares" (of the ranks in thousandths).
 */
public final class PageRanks {
    private PageRanks() {}

    private static final long MEAN = 1_000_000;
    private static final TypeInformation<Tuple2<Long, Long>> RANK = Types.TUPLE(Types.LONG, Types.LONG);

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        long pages = arguments.number("pages", 1000);
        long rounds = arguments.number("rounds", 10);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        DataStream<Tuple2<Long, Long>> ranks =
                env.fromSequence(0, pages - 1).map(page -> Tuple2.of(page, MEAN)).returns(RANK);
        for (long round = 1; round <= rounds; round++) {
            ranks = next(ranks, pages).name("round " + round);
        }
        ranks.map(new Count()).name("count").sinkTo(new DiscardingSink<>()).name("discard");
        env.execute("PageRanks");
    }

    private static SingleOutputStreamOperator<Tuple2<Long, Long>> next(
            DataStream<Tuple2<Long, Long>> ranks, long pages) {
        return ranks.flatMap((Tuple2<Long, Long> rank, Collector<Tuple2<Long, Long>> out) -> {
                    // A page that nobody links to has a rank as well.
                    out.collect(Tuple2.of(rank.f0, 0L));
                    out.collect(Tuple2.of(rank.f0 * 2 % pages, rank.f1 / 2));
                    out.collect(Tuple2.of((rank.f0 * 3 + 1) % pages, rank.f1 / 2));
                })
                .returns(RANK)
                .keyBy(rank -> rank.f0, Types.LONG)
                .reduce((left, right) -> Tuple2.of(left.f0, left.f1 + right.f1))
                .map(rank -> Tuple2.of(rank.f0, MEAN * 15 / 100 + rank.f1 * 85 / 100))
                .returns(RANK);
    }

    private static final class Count extends RichMapFunction<Tuple2<Long, Long>, Tuple2<Long, Long>> {
        private static final long serialVersionUID = 1;

        private final LongCounter pages = new LongCounter();
        private final LongCounter ranks = new LongCounter();
        private final LongCounter squares = new LongCounter();

        @Override
        public void open(OpenContext context) {
            getRuntimeContext().addAccumulator("pages", pages);
            getRuntimeContext().addAccumulator("ranks", ranks);
            getRuntimeContext().addAccumulator("squares", squares);
        }

        @Override
        public Tuple2<Long, Long> map(Tuple2<Long, Long> rank) {
            long thousandths = rank.f1 / 1000;
            pages.add(1L);
            ranks.add(rank.f1);
            squares.add(thousandths * thousandths);
            return rank;
        }
    }
}
