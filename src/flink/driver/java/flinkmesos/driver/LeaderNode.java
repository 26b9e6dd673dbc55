package flinkmesos.driver;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.KeeperException;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node in which the leading one of several schedulers says where it is. Read when one is not where it was, and seldom. */
final class LeaderNode {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderNode.class);
    private static final String QUORUM = "FLINK_MESOS_ZOOKEEPER";
    private static final String NODE = "FLINK_MESOS_LEADER_NODE";
    private static final int SESSION_MS = 10_000;
    private static final long CONNECT_SECONDS = 5;

    private final String quorum;
    private final String node;

    private LeaderNode(String quorum, String node) {
        this.quorum = quorum;
        this.node = node;
    }

    /** Null where there is one scheduler alone. */
    static LeaderNode fromEnvironment() {
        String quorum = System.getenv(QUORUM);
        String node = System.getenv(NODE);
        return quorum == null || node == null ? null : new LeaderNode(quorum, node);
    }

    /** Null while nobody says that it leads, or nobody can be asked. */
    URI read(ObjectMapper json) throws InterruptedException {
        CountDownLatch connected = new CountDownLatch(1);
        try (ZooKeeper zooKeeper = new ZooKeeper(quorum, SESSION_MS, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        })) {
            if (!connected.await(CONNECT_SECONDS, TimeUnit.SECONDS)) {
                LOG.info("ZooKeeper ({}) cannot be asked which scheduler leads.", quorum);
                return null;
            }
            JsonNode note = json.readTree(zooKeeper.getData(node, false, null));
            return URI.create(note.path("url").asText());
        } catch (KeeperException | IOException | IllegalArgumentException e) {
            LOG.info("ZooKeeper does not say which scheduler leads ({}).", e.toString());
            return null;
        }
    }
}
