package flinkmesos.driver;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session with the scheduler. One thread sends what is wanted: always the whole of it, only the latest, until it
 * has arrived. Another one asks for events; asking for what comes after an event is its acknowledgement, so the listener
 * has to be done with it when it returns. A scheduler that is away is waited for.
 */
final class Link implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    private static final long FIRST_RETRY_MS = 100;
    private static final long LAST_RETRY_MS = 2_000;

    interface Listener {
        /** Returns when the events have taken effect. */
        void onEvents(JsonNode events) throws Exception;

        void onFenced(SchedulerClient.Fenced cause);
    }

    private final SchedulerClient client;
    private final String session;
    private final ObjectNode introduction;
    private final Listener listener;
    private final List<Thread> threads = new ArrayList<>();
    private final Object attaching = new Object();

    // Guarded by this.
    private boolean closed;
    private long attachment;
    private long cursor;
    private long revision;
    private long arrivedRevision;
    private List<ObjectNode> wanted = new ArrayList<>();

    Link(SchedulerClient client, String session, ObjectNode introduction, Listener listener) {
        this.client = client;
        this.session = session;
        this.introduction = introduction.put("session", session);
        this.listener = listener;
    }

    /** Waits for the scheduler, so that no TaskManager can come in before it is known. */
    JsonNode open(long limitMs) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limitMs * 1_000_000;
        for (long pause = FIRST_RETRY_MS; ; pause = Math.min(2 * pause, LAST_RETRY_MS)) {
            try {
                JsonNode answer = client.attach(introduction);
                synchronized (this) {
                    cursor = answer.path("after").asLong();
                }
                return answer;
            } catch (SchedulerClient.Fenced fenced) {
                throw fenced;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.info("The scheduler cannot be asked yet ({}); trying again.", e.toString());
                Thread.sleep(pause);
            }
        }
    }

    void start() {
        begin("flink-mesos-sender", this::sendOnce);
        begin("flink-mesos-listener", this::listenOnce);
    }

    synchronized void want(List<ObjectNode> workers) {
        wanted = workers;
        revision++;
        notifyAll();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        threads.forEach(Thread::interrupt);
    }

    private interface Turn {
        void run() throws Exception;
    }

    private void begin(String name, Turn turn) {
        Thread thread = new Thread(() -> repeat(turn), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void repeat(Turn turn) {
        long pause = FIRST_RETRY_MS;
        while (!isClosed()) {
            long seen = attachment();
            try {
                try {
                    turn.run();
                    pause = FIRST_RETRY_MS;
                } catch (SchedulerClient.UnknownSession e) {
                    attachAgain(seen);
                }
            } catch (SchedulerClient.Fenced e) {
                listener.onFenced(e);
                return;
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                if (isClosed()) {
                    return;
                }
                LOG.warn("The scheduler could not be told or heard ({}); trying again in {} ms.", e.toString(), pause);
                if (!sleep(pause)) {
                    return;
                }
                pause = Math.min(2 * pause, LAST_RETRY_MS);
            }
        }
    }

    private void sendOnce() throws IOException, InterruptedException {
        long seen;
        long sending;
        ObjectNode body;
        synchronized (this) {
            while (revision == arrivedRevision) {
                wait();
            }
            seen = attachment;
            sending = revision;
            body = client.object().put("session", session).put("revision", sending);
            ArrayNode workers = body.putArray("workers");
            wanted.forEach(workers::add);
        }
        client.want(body);
        synchronized (this) {
            if (seen == attachment) {
                arrivedRevision = sending;
            }
        }
    }

    private void listenOnce() throws Exception {
        long seen;
        long after;
        synchronized (this) {
            seen = attachment;
            after = cursor;
        }
        JsonNode events = client.events(session, after).path("events");
        if (events.isEmpty() || seen != attachment()) {
            return;
        }
        listener.onEvents(events);
        synchronized (this) {
            if (seen == attachment) {
                cursor = events.get(events.size() - 1).path("seq").asLong();
            }
        }
    }

    /** Under the same id: nothing is asked for anew, what is wanted is told again. */
    private void attachAgain(long seen) throws IOException, InterruptedException {
        // Not under the lock of the fields: the resource manager's main thread must never wait for an answer.
        synchronized (attaching) {
            if (seen != attachment()) {
                return;
            }
            LOG.info("The scheduler does not know this session any more; attaching again.");
            JsonNode answer = client.attach(introduction);
            synchronized (this) {
                cursor = answer.path("after").asLong();
                attachment++;
                arrivedRevision = -1;
                notifyAll();
            }
        }
    }

    private synchronized long attachment() {
        return attachment;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private static boolean sleep(long ms) {
        try {
            Thread.sleep(ms);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
