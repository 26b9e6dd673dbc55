package flinkmesos.examples;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What the endless jobs have in common. */
final class Streams {
    private Streams() {}

    /**
     * The numbers from 0 on, so many a second. From one subtask: the generator cuts its range into parts for the
     * parallelism that it starts with, so more of them could not be added later, and the numbers would be in no order.
     */
    static SingleOutputStreamOperator<Long> numbers(StreamExecutionEnvironment env, long perSecond) {
        DataGeneratorSource<Long> source =
                new DataGeneratorSource<>(
                        index -> index, Long.MAX_VALUE, RateLimiterStrategy.perSecond(perSecond), Types.LONG);
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "numbers").setParallelism(1).uid("numbers");
    }

    /** Checkpoints, unless the cluster or the submission has decided about them. */
    static void checkpoint(StreamExecutionEnvironment env, long everyMs) {
        if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
            env.enableCheckpointing(everyMs);
        }
    }
}
