package flinkmesos.examples;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.accumulators.LongMinimum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * A job that can testify whether it lost its state. Its numbers come in order, so for each key the next one is known;
 * anything else is counted as a violation. When it was born and how often it has been started since is state too: a job
 * that was resumed keeps its birth and has one start more, a job that was started anew is born again.
 *
 * <p>The testimony: accumulators of the job in Flink's REST API (born, starts, violations, counted; as old as the last
 * heartbeat), and with --report DIRECTORY a file SUBTASK.json there, written anew every 200 ms.
 *
 * <p>--rate 200 (numbers a second), --keys 20, --checkpoint-ms 1000, --report DIRECTORY (on the TaskManager's machine)
 */
public final class StateWitness {
    private StateWitness() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        long keys = arguments.number("keys", 20);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Streams.checkpoint(env, arguments.number("checkpoint-ms", 1000));
        Streams.numbers(env, arguments.number("rate", 200))
                .keyBy(number -> number % keys, Types.LONG)
                .process(new Witness(keys, arguments.text("report", null)))
                .name("witness")
                .uid("witness")
                .sinkTo(new DiscardingSink<>())
                .name("discard")
                .uid("discard");
        env.execute("StateWitness");
    }

    private static final class Witness extends KeyedProcessFunction<Long, Long, Long> implements CheckpointedFunction {
        private static final long serialVersionUID = 1;
        private static final long REPORT_MS = 200;

        private final long keys;
        private final String directory;

        private transient ValueState<Long> lastNumber;
        private transient ListState<Tuple2<Long, Long>> life;
        private transient long born;
        private transient long starts;
        private transient long violations;
        private transient long counted;
        private transient long reportedAt;
        private transient LongMaximum countedSeen;
        private transient LongMaximum violationsSeen;

        Witness(long keys, String directory) {
            this.keys = keys;
            this.directory = directory;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            // Everybody gets the entries of all: so it holds for any other parallelism.
            life = context.getOperatorStateStore()
                    .getUnionListState(new ListStateDescriptor<>("life", Types.TUPLE(Types.LONG, Types.LONG)));
            born = System.currentTimeMillis();
            starts = 1;
            for (Tuple2<Long, Long> before : life.get()) {
                born = Math.min(born, before.f0);
                starts = Math.max(starts, before.f1 + 1);
            }
        }

        @Override
        public void open(OpenContext context) {
            lastNumber = getRuntimeContext().getState(new ValueStateDescriptor<>("last-number", Types.LONG));
            LongMinimum bornSeen = new LongMinimum();
            bornSeen.add(born);
            getRuntimeContext().addAccumulator("born", bornSeen);
            LongMaximum startsSeen = new LongMaximum();
            startsSeen.add(starts);
            getRuntimeContext().addAccumulator("starts", startsSeen);
            countedSeen = new LongMaximum();
            getRuntimeContext().addAccumulator("counted", countedSeen);
            violationsSeen = new LongMaximum();
            violationsSeen.add(0);
            getRuntimeContext().addAccumulator("violations", violationsSeen);
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            life.clear();
            life.add(Tuple2.of(born, starts));
        }

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
            Long last = lastNumber.value();
            long expected = last == null ? context.getCurrentKey() : last + keys;
            if (number != expected) {
                violations++;
                violationsSeen.add(violations);
            }
            lastNumber.update(number);
            // Numbers count from 0, and all before this one were counted by somebody.
            counted = Math.max(counted, number + 1);
            countedSeen.add(counted);
            out.collect(number);
            if (directory != null) {
                report(context.timerService().currentProcessingTime());
            }
        }

        /** Renamed into place, so that no reader sees half of it. */
        private void report(long now) throws Exception {
            if (now - reportedAt < REPORT_MS) {
                return;
            }
            reportedAt = now;
            int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            int attempt = getRuntimeContext().getTaskInfo().getAttemptNumber();
            String json = String.format(
                    "{\"born\":%d,\"starts\":%d,\"violations\":%d,\"counted\":%d,\"attempt\":%d}%n",
                    born, starts, violations, counted, attempt);
            Path target = Paths.get(directory, subtask + ".json");
            Files.createDirectories(target.getParent());
            Path fresh = Files.createTempFile(target.getParent(), subtask + "-", ".tmp");
            Files.write(fresh, json.getBytes(StandardCharsets.UTF_8));
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
